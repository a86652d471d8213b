import { DEFAULT_POLICY, mergePolicies, policyKeys } from '../../../domain/policy/policy';

describe('what policy lets commands do beside upgrading targets', () => {
  test('nothing by default', () => {
    expect(DEFAULT_POLICY).toMatchObject({ companions: [], replacements: {}, moduleStreams: [] });
  });

  test('an image’s list takes the place of the one for all images, key by key', () => {
    const merged = mergePolicies(
      { companions: ['libldap2'], replacements: { libssl3: ['libssl3t64'] }, moduleStreams: ['nodejs:20'] },
      { replacements: { zlib1g: ['zlib1gt64'] }, moduleStreams: [] },
    );
    expect(merged).toMatchObject({
      companions: ['libldap2'],
      replacements: { zlib1g: ['zlib1gt64'] },
      moduleStreams: [],
    });
  });

  test.each([
    { companions: ['a;b'] },
    { companions: ['-o'] },
    { companions: Array.from({ length: 101 }, (_, index) => `p${String(index)}`) },
    { replacements: { libssl3: 'libssl3t64' } },
    { replacements: { libssl3: [] } },
    { replacements: { libssl3: ['$(id)'] } },
    { replacements: { '$(id)': ['libssl3t64'] } },
    { moduleStreams: ['nodejs'] },
    { moduleStreams: ['nodejs:20/minimal'] },
    { moduleStreams: ['nodejs:20 '] },
  ])('refuses %j', (policy) => {
    expect(policyKeys.safeParse(policy).success).toBe(false);
  });

  test('takes names as distributions have them', () => {
    const policy = {
      companions: ['libstdc++6', 'python3.11', 'perl-DBI'],
      replacements: { 'libssl1.1': ['libssl3', 'libssl3t64'] },
      moduleStreams: ['container-tools:rhel8', '389-ds:1.4'],
    };
    expect(policyKeys.parse(policy)).toEqual(policy);
  });
});
