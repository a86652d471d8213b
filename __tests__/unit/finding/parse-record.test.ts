import fc from 'fast-check';
import { parseRecord } from '../../../domain/finding/parse-record';
import { ecrResource, inspectorEvent, inspectorFinding, inspectorPackage, omit } from './inspector-sample';

/** The only finding of a record that is all right. */
function only(record: unknown): ReturnType<typeof parseRecord>['findings'][number] {
  const { findings, problems } = parseRecord(record);
  expect(problems).toEqual([]);
  expect(findings).toHaveLength(1);
  return findings[0]!;
}

const onePackage = (overrides: Record<string, unknown>): unknown => inspectorFinding([inspectorPackage(overrides)]);
const at = (index: number, member: string): string =>
  `packageVulnerabilityDetails.vulnerablePackages[${index}].${member}`;

describe('a finding', () => {
  it('is read in full, all dates in UTC', () => {
    expect(only(inspectorFinding())).toEqual({
      vulnerabilityId: 'CVE-2024-0001',
      packageManager: 'OS',
      package: 'glibc',
      arn: `arn:aws:inspector2:us-east-1:123456789012:finding/${'1'.repeat(32)}`,
      repository: 'golden/debian-12',
      digest: `sha256:${'a'.repeat(64)}`,
      tags: ['stable'],
      pushedAt: '2024-05-01T00:00:00.000Z',
      architecture: 'amd64',
      platform: 'DEBIAN_12',
      status: 'ACTIVE',
      severity: 'HIGH',
      installed: '2.36-9+deb12u4',
      floor: '2.36-9+deb12u6',
      exploit: false,
      epss: 0.01,
      observedAt: '2024-05-21T22:00:00.000Z',
      firstObservedAt: '2024-05-19T22:00:00.000Z',
    });
  });

  it('says the same in an event and in a listing', () => {
    expect(parseRecord(inspectorEvent())).toEqual(parseRecord(inspectorFinding()));
  });

  it.each([
    [['updatedAt'], '2024-05-20T22:00:00.000Z'],
    [['updatedAt', 'lastObservedAt'], '2024-05-23T10:00:00.000Z'],
  ])('without %p is dated by the next best', (absent, observedAt) => {
    expect(only(inspectorEvent(omit(inspectorFinding(), ...absent))).observedAt).toBe(observedAt);
  });

  it('without any date is a problem', () => {
    const bare = omit(inspectorFinding(), 'updatedAt', 'lastObservedAt', 'firstObservedAt');
    expect(parseRecord(bare)).toEqual({
      findings: [],
      ignored: [],
      problems: [{ path: 'updatedAt', message: 'is missing, and so is every other date' }],
    });
  });

  it('of an untagged image has no tags', () => {
    const resource = ecrResource({ imageTags: undefined });
    expect(only(inspectorFinding([inspectorPackage()], { resources: [resource] })).tags).toEqual([]);
  });

  it.each(['epss', 'exploitAvailable', 'firstObservedAt'])('may lack %s, or say null', (member) => {
    expect(parseRecord(omit(inspectorFinding(), member)).problems).toEqual([]);
    expect(parseRecord({ ...inspectorFinding(), [member]: null })).toEqual(
      parseRecord(omit(inspectorFinding(), member)),
    );
  });

  it('takes values outside of the enums that the SDK knows', () => {
    const strange = inspectorFinding([inspectorPackage({ packageManager: 'java', arch: 'RISCV64' })], {
      severity: 'APOCALYPTIC',
      exploitAvailable: 'PERHAPS',
    });
    expect(only(strange)).toMatchObject({ packageManager: 'JAVA', severity: 'UNTRIAGED', exploit: false });
  });

  it('with a status that nobody knows is a problem, because it decides everything', () => {
    expect(parseRecord(inspectorFinding(undefined, { status: 'MAYBE' })).problems).toEqual([
      { path: 'status', message: 'is "MAYBE", not ACTIVE, SUPPRESSED or CLOSED' },
    ]);
  });

  it.each(['ACTIVE', 'SUPPRESSED', 'CLOSED'])('keeps its status %s', (status) => {
    expect(only(inspectorFinding(undefined, { status })).status).toBe(status);
  });
});

describe('versions', () => {
  it.each([
    [{ version: '2.36', release: '9+deb12u4', epoch: 0 }, '2.36-9+deb12u4'],
    [{ version: '7', release: '7+b3', epoch: 0 }, '7-7+b3'],
    [{ version: '1.2.3', release: '1', epoch: 2 }, '2:1.2.3-1'],
    [{ version: '2.36-9', release: undefined, epoch: undefined }, '2.36-9'],
    [{ version: '2.36-9', release: '', epoch: null }, '2.36-9'],
    [{ version: '0:2.36-9', release: null, epoch: undefined }, '2.36-9'],
  ])('installed %p is joined to %s', (members, installed) => {
    expect(only(onePackage(members)).installed).toBe(installed);
  });

  it.each([
    ['0:2.36-9+deb12u6', '2.36-9+deb12u6'],
    ['2.36-9+deb12u6', '2.36-9+deb12u6'],
    ['1:2.36-9', '1:2.36-9'],
    ['00:2.36-9', '2.36-9'],
  ])('fixed in %s is the floor %s', (fixedInVersion, floor) => {
    expect(only(onePackage({ fixedInVersion })).floor).toBe(floor);
  });

  it.each([['NotAvailable'], ['NOTAVAILABLE'], [''], [undefined], [null]])(
    'fixed in %p is no fix',
    (fixedInVersion) => {
      expect(only(onePackage({ fixedInVersion }))).not.toHaveProperty('floor');
    },
  );
});

describe('several packages', () => {
  it('become one finding each, whatever their managers', () => {
    const record = inspectorFinding([
      inspectorPackage({ name: 'glibc' }),
      inspectorPackage({ name: 'semver', packageManager: 'NODEPKG', filePath: 'usr/lib/a/package.json', epoch: null }),
      inspectorPackage({ name: 'semver', packageManager: 'NODEPKG', filePath: 'usr/lib/b/package.json', epoch: null }),
    ]);
    expect(
      parseRecord(record).findings.map(({ packageManager, package: name, filePath }) => [
        packageManager,
        name,
        filePath,
      ]),
    ).toEqual([
      ['OS', 'glibc', undefined],
      ['NODEPKG', 'semver', 'usr/lib/a/package.json'],
      ['NODEPKG', 'semver', 'usr/lib/b/package.json'],
    ]);
  });

  it('and several images become one finding each', () => {
    const record = inspectorFinding([inspectorPackage({ name: 'glibc' }), inspectorPackage({ name: 'krb5' })], {
      resources: [ecrResource(), ecrResource({ imageHash: `sha256:${'b'.repeat(64)}` })],
    });
    expect(parseRecord(record).findings.map((one) => `${one.digest.at(-1) ?? ''} ${one.package}`)).toEqual([
      'a glibc',
      'a krb5',
      'b glibc',
      'b krb5',
    ]);
  });

  it.each([
    ['a name outside the alphabet', { name: '$(reboot)' }, 'name'],
    ['an option for a name', { name: '--force-yes' }, 'name'],
    ['a fix outside the alphabet', { fixedInVersion: '1.0; reboot' }, 'fixedInVersion'],
    ['a name of 257 characters', { name: 'a'.repeat(257) }, 'name'],
    ['an empty name', { name: '' }, 'name'],
    ['a number for a version', { version: 7 }, 'version'],
    ['a negative epoch', { epoch: -1 }, 'epoch'],
  ])('of which one has %s lose only that one', (_what, bad, member) => {
    const packages = [inspectorPackage({ name: 'krb5' }), inspectorPackage(bad), inspectorPackage({ name: 'zlib' })];
    const fromListing = parseRecord(inspectorFinding(packages));
    expect(fromListing.problems.map(({ path }) => path)).toEqual([at(1, member)]);
    expect(parseRecord(inspectorEvent(inspectorFinding(packages))).problems.map(({ path }) => path)).toEqual([
      `detail.${at(1, member)}`,
    ]);
    expect(fromListing.findings.map((one) => one.package)).toEqual(['krb5', 'zlib']);
  });

  it('a name of 256 characters is taken', () => {
    expect(only(onePackage({ name: 'a'.repeat(256) })).package).toHaveLength(256);
  });

  it.each(['__proto__', 'constructor', 'toString'])('the language package %s is a name like any other', (name) => {
    const finding = only(onePackage({ name, packageManager: 'NODEPKG' }));
    expect(finding.package).toBe(name);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['name', 'NODEPKG'],
    ['filePath', 'NODEPKG'],
    ['name', 'OS'],
  ])(
    'a lone surrogate in %s of a package of %s is a problem of that package: it has no UTF-8 form',
    (member, packageManager) => {
      const bad = JSON.parse(
        JSON.stringify(inspectorPackage({ packageManager, [member]: 'LONE' })).replace('LONE', '\\ud800'),
      ) as unknown;
      const { findings, problems } = parseRecord(inspectorFinding([bad, inspectorPackage({ name: 'zlib' })]));
      expect(problems.map(({ path }) => path)).toEqual([at(0, member)]);
      expect(problems[0]?.message.isWellFormed()).toBe(true);
      expect(findings.map((one) => one.package)).toEqual(['zlib']);
    },
  );
});

describe('what is none of our business', () => {
  const ec2 = { type: 'AWS_EC2_INSTANCE', id: 'i-0123456789', details: { awsEc2Instance: { type: 't3.micro' } } };
  const lambda = { type: 'AWS_LAMBDA_FUNCTION', id: 'arn:aws:lambda:us-east-1:123456789012:function:f', details: {} };

  it.each([
    ['an EC2 instance', ec2],
    ['a Lambda function', lambda],
    ['a resource without details', { type: 'AWS_ECR_CONTAINER_IMAGE', id: 'x' }],
    [
      'an image of another cloud',
      { type: 'Microsoft.ContainerRegistry/registry/containerImage', id: 'x', details: {} },
    ],
    ['an instance whose other details are null', { ...ec2, details: { awsEcrContainerImage: null } }],
  ])('%s', (_what, resource) => {
    expect(parseRecord(inspectorFinding(undefined, { resources: [resource] }))).toEqual({
      findings: [],
      ignored: ['not-a-container-image'],
      problems: [],
    });
  });

  it('an instance beside an image: the image is taken', () => {
    const { findings, ignored } = parseRecord(inspectorFinding(undefined, { resources: [ec2, ecrResource()] }));
    expect([findings.length, ignored]).toEqual([1, ['not-a-container-image']]);
  });

  it.each(['CODE_VULNERABILITY', 'NETWORK_REACHABILITY', 'SOMETHING_NEW'])('%s', (type) => {
    for (const packageVulnerabilityDetails of [undefined, null])
      expect(
        parseRecord({
          ...omit(inspectorFinding(), 'packageVulnerabilityDetails'),
          type,
          ...(packageVulnerabilityDetails === null && { packageVulnerabilityDetails }),
        }),
      ).toEqual({
        findings: [],
        ignored: ['not-a-package-vulnerability'],
        problems: [],
      });
  });

  it.each([
    ['another detail-type', { 'detail-type': 'Inspector2 Scan' }],
    ['another source', { source: 'aws.ecr' }],
  ])('an event of %s, whatever its detail', (_what, overrides) => {
    expect(parseRecord(inspectorEvent({ 'scan-status': 'INITIAL_SCAN_COMPLETE' }, overrides))).toEqual({
      findings: [],
      ignored: ['other-event'],
      problems: [],
    });
  });
});

describe('what is malformed has its JSON path', () => {
  it.each([
    [inspectorEvent(omit(inspectorFinding(), 'resources')), 'detail.resources'],
    [inspectorEvent(inspectorFinding(undefined, { resources: [] })), 'detail.resources'],
    [
      inspectorEvent(inspectorFinding(undefined, { resources: [ecrResource({ imageHash: 'sha256:12' })] })),
      'detail.resources[0].details.awsEcrContainerImage.imageHash',
    ],
    [inspectorEvent(inspectorFinding(undefined, { updatedAt: 'soon' })), 'detail.updatedAt'],
    [inspectorEvent(inspectorFinding(undefined, { epss: { score: 2 } })), 'detail.epss.score'],
    [inspectorEvent(omit(inspectorFinding(), 'packageVulnerabilityDetails')), 'detail.packageVulnerabilityDetails'],
    [inspectorFinding(undefined, { severity: 9 }), 'severity'],
    [
      inspectorFinding(undefined, { resources: [ecrResource({ repositoryName: 'r'.repeat(257) })] }),
      'resources[0].details.awsEcrContainerImage.repositoryName',
    ],
    [inspectorEvent(undefined, { source: 1 }), 'source'],
    [omit(inspectorEvent(), 'detail'), 'detail'],
  ])('case %#', (record, path) => {
    const { findings, problems } = parseRecord(record);
    expect(findings).toEqual([]);
    expect(problems.map((problem) => problem.path)).toEqual([path]);
  });

  it.each([[null], [[]], ['text'], [7], [{}], [{ findings: 1 }]])('%p is no record at all', (value) => {
    expect(parseRecord(value).problems.map((problem) => problem.path)).toEqual(['']);
  });

  it.each(['Golden/Debian', 'golden debian', 'golden/debian\u001b[2J', '../golden', '__proto__'])(
    'the repository name %p, which ECR cannot have',
    (repositoryName) => {
      const { findings, problems } = parseRecord(
        inspectorFinding(undefined, { resources: [ecrResource({ repositoryName })] }),
      );
      expect(findings).toEqual([]);
      expect(problems.map((problem) => problem.path)).toEqual([
        'resources[0].details.awsEcrContainerImage.repositoryName',
      ]);
    },
  );

  it('never throws, whatever the JSON', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('detail', 'resources', 'packageVulnerabilityDetails', 'severity', 'updatedAt'),
        (value, member) => {
          expect(() => parseRecord(value)).not.toThrow();
          expect(() => parseRecord({ ...inspectorFinding(), [member]: value })).not.toThrow();
          expect(() => parseRecord(inspectorEvent(value))).not.toThrow();
        },
      ),
    );
  });
});
