import fc from 'fast-check';
import { requireEcosystem } from '../../../domain/ecosystems';
import type { VettingResult } from '../../../domain/vetting/operations';
import { isDatedRelease } from '../../../domain/vetting/releases';
import { vet } from '../../../domain/vetting/vet';
import { dnf, dnfContext, vetDnf } from './estate';

const DATED = '2023.5.20240819';

function vetFixed(releasever: string, ...commands: string[]): VettingResult {
  return vet(commands, dnf, { ...dnfContext, releasever });
}

function releases(result: VettingResult): (string | undefined)[] {
  return result.operations.flatMap((item) => (item.kind === 'upgrade' ? [item.releasever] : []));
}

describe('the release that a command names', () => {
  test.each([
    [`dnf upgrade -y --releasever=${DATED} curl`, DATED],
    [`dnf --releasever ${DATED} upgrade -y curl`, DATED],
    ['dnf upgrade --releasever=latest curl', 'latest'],
    ['dnf upgrade --releasever=2023 curl', '2023'],
    ['dnf upgrade curl', undefined],
  ])('%j: stands in the operation', (text, expected) => {
    expect(vetDnf(text).operations).toEqual([
      {
        kind: 'upgrade',
        packages: [{ name: 'curl' }],
        ...(expected === undefined ? {} : { releasever: expected }),
      },
    ]);
  });

  test('microdnf says it too; a release of yum is no operation of its own', () => {
    const microdnf = vet([`microdnf upgrade --releasever=${DATED} curl`], requireEcosystem('microdnf'), dnfContext);
    expect(releases(microdnf)).toEqual([DATED]);
    expect(releases(vet(['yum update --releasever=2 curl'], requireEcosystem('yum'), dnfContext))).toEqual([undefined]);
  });

  test.each([
    "'2023.5.20240819;id'",
    '2023.5.20240819$(id)',
    '2023.5.20240819/../x',
    '9999.5.20240819',
    '2023.5.20241319',
    '2023.5.20240832',
    '2023.5.20240800',
    '2023.5.99990101',
    '2023.5.2024081',
    '2023.5.202408199',
    '2023.5000.20240819',
    '2022.0.20220728',
    '2023.5',
    "''",
    "'latest '",
    'LATEST',
    'latest,2023',
    "'2023.5.20240819 --nogpgcheck'",
    '-y',
  ])('refuses %s', (release) => {
    for (const text of [`dnf upgrade -y --releasever=${release} curl`, `dnf --releasever ${release} upgrade -y curl`]) {
      const { operations, refusals } = vetDnf(text);
      expect(operations).toEqual([]);
      expect(refusals[0]?.code).toBe(release.includes('$') ? 'shell-syntax' : 'flag-not-allowed');
    }
  });

  test('two different dated ones in one proposal are refused, in whatever commands they stand', () => {
    const other = '2023.6.20241010';
    expect(
      vetDnf(`dnf upgrade --releasever=${DATED} curl`, `dnf upgrade --releasever=${other} openssl`).refusals,
    ).toEqual([
      {
        command: `dnf upgrade --releasever=${other} openssl`,
        code: 'flag-not-allowed',
        message: `Name one release in all commands: "${other}" stands beside ${DATED}.`,
      },
    ]);
    expect(vetDnf(`dnf --releasever=${other} makecache; dnf --releasever=${DATED} upgrade curl`).verdict).toBe(
      'refused',
    );
    expect(vetDnf(`dnf --releasever=${other} --releasever=${DATED} upgrade curl`).verdict).toBe('refused');
    expect(vetDnf(`dnf upgrade --releasever=${DATED} curl && dnf --releasever=${DATED} upgrade openssl`).verdict).toBe(
      'accepted',
    );
    expect(vetDnf(`dnf --releasever=latest makecache && dnf --releasever=${DATED} upgrade curl`).verdict).toBe(
      'accepted',
    );
  });

  test('one that is not the configuration’s is refused, also where it is newer or in a refresh', () => {
    for (const text of [
      'dnf upgrade --releasever=latest curl',
      'dnf upgrade --releasever=2023.6.20241010 curl',
      'dnf --releasever 2023 makecache',
      'dnf clean all --releasever=latest',
    ])
      expect(vetFixed(DATED, text).refusals).toMatchObject([
        {
          code: 'flag-not-allowed',
          message: expect.stringContaining(`the configuration fixed it to ${DATED}.`) as string,
        },
      ]);
    expect(releases(vetFixed(DATED, `dnf upgrade --releasever=${DATED} curl`))).toEqual([DATED]);
    expect(vetFixed(DATED, 'dnf upgrade curl').verdict).toBe('accepted');
    expect(vetFixed('latest', `dnf upgrade --releasever=${DATED} curl`).verdict).toBe('refused');
  });

  test('an operation never has another release than the first dated one', () => {
    const release = fc.constantFrom(DATED, '2023.6.20241010', 'latest', '2023', '9999.1.20240101', 'x');
    const command = fc
      .tuple(fc.constantFrom('upgrade', 'makecache', 'install'), fc.option(release))
      .map(
        ([verb, named]) =>
          `dnf ${verb}${named === null ? '' : ` --releasever=${named}`} ${verb === 'makecache' ? '' : 'curl'}`,
      );
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 5 }), (commands) => {
        const dated = releases(vetDnf(...commands)).filter((named) => named !== undefined && isDatedRelease(named));
        expect(new Set(dated).size).toBeLessThanOrEqual(1);
      }),
    );
  });
});
