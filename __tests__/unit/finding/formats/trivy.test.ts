import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Finding } from '../../../../domain/finding/finding';
import { parseDocument } from '../../../../domain/finding/parse-document';

const FIXTURES = join(__dirname, '..', '..', '..', 'fixtures', 'trivy');
const fixture = (name: string): ReturnType<typeof parseDocument> =>
  parseDocument(JSON.parse(readFileSync(join(FIXTURES, name), 'utf8')), { name });

const vulnerability = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  VulnerabilityID: 'CVE-2024-1',
  PkgName: 'openssl',
  InstalledVersion: '3.0.2-1',
  FixedVersion: '3.0.3-1',
  Status: 'fixed',
  Severity: 'HIGH',
  ...changes,
});
const report = (changes: Record<string, unknown> = {}, vulnerabilities: unknown[] = [vulnerability()]): unknown => ({
  SchemaVersion: 2,
  CreatedAt: '2024-05-22T15:40:54Z',
  ArtifactName: 'base.tar',
  ArtifactType: 'container_image',
  Metadata: { OS: { Family: 'debian', Name: '12.5' } },
  Results: [{ Target: 'base.tar (debian 12.5)', Class: 'os-pkgs', Type: 'debian', Vulnerabilities: vulnerabilities }],
  ...changes,
});
const parse = (document: unknown): ReturnType<typeof parseDocument> =>
  parseDocument(document, { name: 'in/base.json' });
const only = (document: unknown): Finding => {
  const { findings, problems } = parse(document);
  expect(problems).toEqual([]);
  expect(findings).toHaveLength(1);
  return findings[0] as Finding;
};
const floorOf = (changes: Record<string, unknown>): string | undefined =>
  only(report({}, [vulnerability(changes)])).floor;

describe('a report with packages of the operating system and of languages', () => {
  const { records, findings, ignored, problems } = fixture('debian-12-mixed.json');

  it('counts every vulnerability; one that does not affect the package is passed over', () => {
    expect({ records, found: findings.length, ignored, problems }).toEqual({
      records: 12,
      found: 11,
      ignored: ['not-affected'],
      problems: [],
    });
  });

  it('has every fact that Trivy knows, about the image that was named', () => {
    expect(findings[0]).toEqual({
      vulnerabilityId: 'CVE-2024-2961',
      packageManager: 'OS',
      package: 'libc6',
      arn: 'trivy:CVE-2024-2961/libc6@2.36-9+deb12u4',
      repository: 'golden/debian-12',
      digest: `sha256:${'5'.repeat(64)}`,
      tags: ['stable'],
      architecture: 'amd64',
      pushedAt: '2024-05-14T01:28:26.000Z',
      platform: 'DEBIAN_12',
      sourceLayerHash: `sha256:${'1'.repeat(64)}`,
      status: 'ACTIVE',
      severity: 'HIGH',
      installed: '2.36-9+deb12u4',
      floor: '2.36-9+deb12u6',
      exploit: false,
      observedAt: '2024-05-22T15:40:54.491Z',
      firstObservedAt: '2024-05-22T15:40:54.491Z',
    });
  });

  it('has floors only where a fix exists', () => {
    expect(findings.map((one) => [one.package, one.severity, one.floor])).toEqual([
      ['libc6', 'HIGH', '2.36-9+deb12u6'],
      ['libc-bin', 'HIGH', '2.36-9+deb12u6'],
      ['passwd', 'LOW', '1:4.13+dfsg1-1+deb12u1'],
      ['perl-base', 'CRITICAL', undefined],
      ['zlib1g', 'CRITICAL', undefined],
      ['libsystemd0', 'HIGH', undefined],
      ['tar', 'HIGH', undefined],
      ['apt', 'UNTRIAGED', undefined],
      ['setuptools', 'HIGH', '70.0.0'],
      ['setuptools', 'HIGH', '70.0.0'],
      ['stdlib', 'CRITICAL', '1.21.8, 1.22.1'],
    ]);
  });

  it('keeps language packages apart by their path', () => {
    expect(
      findings.filter((one) => one.packageManager !== 'OS').map((one) => [one.packageManager, one.filePath]),
    ).toEqual([
      ['PYTHONPKG', 'usr/local/lib/python3.11/site-packages/setuptools-65.5.1.dist-info/METADATA'],
      ['PYTHONPKG', 'opt/venv/lib/python3.11/site-packages/setuptools-65.5.1.dist-info/METADATA'],
      ['GOBINARY', 'usr/local/bin/gosu'],
    ]);
  });
});

describe('end of life', () => {
  it('is told where Trivy says so, and nowhere else', () => {
    expect(fixture('centos-7-eosl.json').findings.map((one) => [one.repository, one.platform, one.endOfLife])).toEqual([
      ['centos', 'CENTOS_7', true],
      ['centos', 'CENTOS_7', true],
    ]);
    expect(only(report())).not.toHaveProperty('endOfLife');
  });
});

describe('the fix', () => {
  it.each([['affected'], ['will_not_fix'], ['fix_deferred'], ['end_of_life'], ['under_investigation'], ['unknown']])(
    'does not count with the status %s',
    (Status) => {
      expect(floorOf({ Status })).toBeUndefined();
    },
  );

  it.each([
    [{ Status: undefined }, '3.0.3-1'],
    [{ FixedVersion: '' }, undefined],
    [{ FixedVersion: undefined }, undefined],
    [{ FixedVersion: '0:3.0.3-1' }, '3.0.3-1'],
    [{ FixedVersion: '1.1.1n-1, 3.0.10-1, 3.0.9-1' }, '3.0.9-1'],
    // Fixes of older streams alone: a floor that is met already would say that nothing is wrong.
    [{ FixedVersion: '1.1.1n-1, 1.1.2-1' }, undefined],
  ])('%j is the floor %s', (changes, floor) => {
    expect(floorOf(changes)).toBe(floor);
  });
});

describe('the image', () => {
  const metadata = (Metadata: Record<string, unknown>): unknown => report({ Metadata });
  const id = `sha256:${'c'.repeat(64)}`;

  it('of an archive is named by the file and known by its id; it counts as pushed when it was made', () => {
    const ImageConfig = { created: '2024-05-01T00:00:00Z' };
    expect(only(metadata({ ImageID: id, ImageConfig }))).toMatchObject({
      repository: 'base',
      digest: id,
      pushedAt: '2024-05-01T00:00:00.000Z',
    });
    expect(only(metadata({ ImageID: id }))).not.toHaveProperty('pushedAt');
    expect(only(metadata({})).pushedAt).toBe('2024-05-22T15:40:54.000Z');
    expect(only(metadata({ ImageID: id, RepoTags: ['localhost/golden/x:1'] }))).toMatchObject({
      repository: 'golden/x',
      digest: id,
      tags: ['1'],
    });
  });

  it('with names outside the grammar is named by the file', () => {
    expect(only(metadata({ RepoTags: ['Bad Name:1'], RepoDigests: [`../x@${id}`] })).repository).toBe('base');
  });
});

describe('what is odd', () => {
  it.each(['repository', 'vm', 'aws_account'])('a scan of a %s is no container image', (ArtifactType) => {
    expect(parse(report({ ArtifactType }))).toMatchObject({ findings: [], ignored: ['not-a-container-image'] });
  });

  it('a clean report has no results', () => {
    expect(parse(report({ Results: undefined }))).toEqual({ records: 0, findings: [], ignored: [], problems: [] });
  });

  it('results without class are told apart by their type', () => {
    const result = (Type: string): unknown => ({
      Target: 'app/package-lock.json',
      Type,
      Vulnerabilities: [vulnerability()],
    });
    expect(only(report({ Results: [result('debian')] })).packageManager).toBe('OS');
    expect(only(report({ Results: [result('node-pkg')] }))).toMatchObject({
      packageManager: 'NODEPKG',
      filePath: 'app/package-lock.json',
    });
    expect(only(report({ Results: [{ ...(result('dotnet-core') as object), Target: 'Node.js' }] }))).toMatchObject({
      packageManager: 'DOTNET_CORE',
    });
    expect(only(report({ Results: [{ ...(result('node-pkg') as object), Target: 'Node.js' }] }))).not.toHaveProperty(
      'filePath',
    );
  });

  it.each([
    [{ VulnerabilityID: '' }, '.VulnerabilityID'],
    [{ PkgName: undefined }, '.PkgName'],
    [{ InstalledVersion: 7 }, '.InstalledVersion'],
    [{ PkgName: '$(id)' }, ''],
    [{ FixedVersion: '1\nRUN id' }, ''],
  ])('%j is malformed, and stops nothing', (changes, member) => {
    const { records, findings, problems } = parse(report({}, [vulnerability(changes), vulnerability()]));
    expect(records).toBe(2);
    expect(findings).toHaveLength(1);
    expect(problems.map(({ path }) => path)).toEqual([`Results[0].Vulnerabilities[0]${member}`]);
  });

  it('a bad result does not stop the next', () => {
    const good = { Class: 'os-pkgs', Type: 'debian', Vulnerabilities: [vulnerability()] };
    expect(parse(report({ Results: [7, good] }))).toMatchObject({
      records: 2,
      findings: [{ package: 'openssl' }],
      problems: [{ path: 'Results[0]' }],
    });
  });

  it('another schema version is told', () => {
    expect(parse(report({ SchemaVersion: 1 })).problems).toEqual([
      { path: 'SchemaVersion', message: 'is not 2, the schema of Trivy 0.20 and later' },
    ]);
  });

  it('the date of the report, else of the image, else none', () => {
    const CreatedAt = '0001-01-01T00:00:00Z';
    expect(only(report({ CreatedAt, Metadata: { ImageConfig: { created: '2024-01-01T00:00:00Z' } } }))).toMatchObject({
      observedAt: '2024-01-01T00:00:00.000Z',
    });
    expect(parse(report({ CreatedAt })).problems).toEqual([
      { path: 'Results[0].Vulnerabilities[0]', message: expect.stringContaining('has no date') as unknown },
    ]);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Metadata', 'Results', 'CreatedAt', 'ArtifactName', 'SchemaVersion'),
        fc.jsonValue(),
        (member, value) => {
          expect(() => parse(report({ [member]: value }))).not.toThrow();
          expect(() => parse(report({}, [value, vulnerability({ FixedVersion: value })]))).not.toThrow();
          expect(() => parse({ SchemaVersion: value, Results: value })).not.toThrow();
        },
      ),
    );
  });
});
