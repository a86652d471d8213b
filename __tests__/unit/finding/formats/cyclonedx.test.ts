import fc from 'fast-check';
import type { Finding } from '../../../../domain/finding/finding';
import { parseDocument } from '../../../../domain/finding/parse-document';

const NS = 'amazon:inspector:sbom_scanner:';
const SOURCE = { name: 'scans/base.json.scan' };
const DIGEST = `sha256:${'a'.repeat(64)}`;

const component = (ref: string, changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  'bom-ref': ref,
  type: 'application',
  name: 'openssl',
  version: '3.0.11-1~deb12u2',
  purl: 'pkg:deb/debian/openssl@3.0.11-1~deb12u2?arch=amd64&epoch=0',
  ...changes,
});
const vulnerability = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  'bom-ref': 'vuln-1',
  id: 'CVE-2024-1',
  ratings: [
    { severity: 'none', score: 0.02, method: 'other', source: { name: 'EPSS' } },
    { severity: 'high', score: 7.5, method: 'CVSSv31', source: { name: 'NVD' } },
    { severity: 'low', score: 2, method: 'CVSSv31', source: { name: 'Debian' } },
  ],
  affects: [{ ref: 'comp-2' }],
  analysis: { state: 'in_triage' },
  properties: [{ name: `${NS}fixed_version:comp-2`, value: '0:3.0.13-1~deb12u1' }],
  ...changes,
});
const OS = { 'bom-ref': 'comp-1', type: 'operating-system', name: 'Debian GNU/Linux', version: '12' };
const bom = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  serialNumber: 'urn:uuid:1',
  metadata: { timestamp: '2024-05-22T15:40:54Z' },
  components: [OS, component('comp-2')],
  vulnerabilities: [vulnerability()],
  ...changes,
});
const parse = (document: unknown, source = SOURCE): ReturnType<typeof parseDocument> => parseDocument(document, source);
const only = (document: unknown): Finding => {
  const { findings, problems } = parse(document);
  expect(problems).toEqual([]);
  expect(findings).toHaveLength(1);
  return findings[0] as Finding;
};
const withVulnerability = (changes: Record<string, unknown>): Record<string, unknown> =>
  bom({ vulnerabilities: [vulnerability(changes)] });

describe('a scan result of Inspector', () => {
  it('is one fact per vulnerability and component, with everything that a finding has', () => {
    expect(only({ sbom: bom() })).toEqual({
      vulnerabilityId: 'CVE-2024-1',
      packageManager: 'OS',
      package: 'openssl',
      arn: 'cyclonedx:vuln-1',
      repository: 'base',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as unknown,
      tags: [],
      pushedAt: '2024-05-22T15:40:54.000Z',
      platform: 'DEBIAN_12',
      status: 'ACTIVE',
      severity: 'HIGH',
      installed: '3.0.11-1~deb12u2',
      floor: '3.0.13-1~deb12u1',
      exploit: false,
      epss: 0.02,
      observedAt: '2024-05-22T15:40:54.000Z',
      firstObservedAt: '2024-05-22T15:40:54.000Z',
    });
  });

  it('may be bare, which changes nothing', () => {
    expect(parse(bom())).toEqual(parse({ sbom: bom() }));
  });

  it.each([
    ['true', [{ name: `${NS}exploit_available`, value: 'true' }]],
    ['in the catalogue of exploited ones', [{ name: `${NS}cisa_kev_date_added`, value: '2024-01-01T00:00:00Z' }]],
  ])('has an exploit where Inspector says so: %s', (_what, properties) => {
    expect(only(withVulnerability({ properties }))).toMatchObject({ exploit: true });
  });

  it.each([
    ['0:1.2', '1.2'],
    ['1:1.2%2Bdeb12u1', '1:1.2+deb12u1'],
    ['NotAvailable', undefined],
    ['', undefined],
  ])('the fixed version %j is the floor %s', (value, floor) => {
    const { floor: read } = only(withVulnerability({ properties: [{ name: `${NS}fixed_version:comp-2`, value }] }));
    expect(read).toBe(floor);
  });

  it.each([
    ['critical', 'CVSSv31', 'CRITICAL'],
    ['info', 'CVSSv2', 'INFORMATIONAL'],
    ['none', 'CVSSv31', 'UNTRIAGED'],
    ['unknown', 'CVSSv31', 'UNTRIAGED'],
    ['low', 'other', 'UNTRIAGED'],
  ])('a rating %s by %s is %s', (severity, method, expected) => {
    expect(only(withVulnerability({ ratings: [{ severity, method }] })).severity).toBe(expected);
  });

  it('takes the epoch from the package URL and decodes the version', () => {
    const pkg = { version: '4.8.1-2%2Bx', purl: 'pkg:deb/debian/openssl@4.8.1-2%2Bx?epoch=1' };
    expect(only(bom({ components: [OS, component('comp-2', pkg)] })).installed).toBe('1:4.8.1-2+x');
  });

  it('finds components that are nested, and through a BOM-Link', () => {
    const nested = bom({ components: [OS, component('comp-9', { components: [component('comp-2')] })] });
    expect(only(nested).package).toBe('openssl');
    expect(only(withVulnerability({ affects: [{ ref: 'urn:cdx:1/1#comp-2' }] })).package).toBe('openssl');
  });

  it.each([
    ['pkg:npm/%40babel/core@7.1.0', 'core', 'NODEPKG', '@babel/core'],
    ['pkg:maven/org.example/core@1', 'core', 'JAR', 'org.example:core'],
    ['pkg:golang/golang.org/x/net@0.1.0', 'golang.org/x/net', 'GOBINARY', 'golang.org/x/net'],
    ['pkg:pypi/setuptools@69', 'setuptools', 'PYTHONPKG', 'setuptools'],
    ['pkg:gem/rack@1', 'rack', 'GEMSPEC', 'rack'],
    ['pkg:swift/x@1', 'x', 'SWIFT', 'x'],
    [undefined, 'thing', 'UNKNOWN', 'thing'],
  ])('%s is a language package, with its path', (purl, name, packageManager, expected) => {
    const properties = [{ name: `${NS}path`, value: '/opt/lib' }];
    expect(only(bom({ components: [OS, component('comp-2', { purl, name, properties })] }))).toMatchObject({
      packageManager,
      package: expected,
      filePath: '/opt/lib',
    });
  });

  it.each(['not_affected', 'false_positive', 'resolved'])('%s is passed over', (state) => {
    expect(parse(withVulnerability({ analysis: { state } }))).toEqual({
      records: 1,
      findings: [],
      ignored: ['not-affected'],
      problems: [],
    });
  });
});

describe('the image', () => {
  const named = (component: unknown): Record<string, unknown> =>
    bom({ metadata: { timestamp: '2024-05-22T15:40:54Z', component } });

  it('is the metadata component, without registry', () => {
    const image = only(named({ type: 'container', name: `registry.example/golden/debian:stable@${DIGEST}` }));
    expect(image).toMatchObject({ repository: 'golden/debian', digest: DIGEST, tags: ['stable'] });
    expect(image).not.toHaveProperty('pushedAt');
  });

  it('has the id that sbomgen writes', () => {
    const properties = [{ name: 'amazon:inspector:sbom_generator:image_id', value: DIGEST }];
    expect(only(named({ name: 'alpine:3.18.2', properties }))).toMatchObject({ repository: 'alpine', digest: DIGEST });
  });

  it('has a digest made of the serial number, else of the facts, so that a copy is the same image', () => {
    const digest = (document: unknown, name: string): string | undefined =>
      parse(document, { name }).findings[0]?.digest;
    expect(digest(bom(), 'a')).toBe(digest({ sbom: bom() }, 'b'));
    expect(digest(bom({ version: 2 }), 'a')).not.toBe(digest(bom(), 'a'));
    const serialNumber = undefined;
    expect(digest(bom({ serialNumber }), 'a')).toBe(digest(bom({ serialNumber, specVersion: '1.6' }), 'b'));
    expect(digest(bom({ serialNumber }), 'a')).not.toBe(digest(bom(), 'a'));
  });
});

describe('what is malformed', () => {
  it.each([
    ['id', { id: '' }, 'id', 'is empty'],
    ['affects', { affects: 'comp-2' }, 'affects', /expected array/],
    ['an affected one', { affects: [{}] }, 'affects[0].ref', /expected string/],
    [
      'a ref',
      { affects: [{ ref: 'comp-7' }] },
      'affects[0]',
      'names the component "comp-7", which is not in the document',
    ],
    ['EPSS', { ratings: [{ source: { name: 'EPSS' }, score: 7 }] }, 'ratings', /EPSS score 7/],
    [
      'a floor',
      { properties: [{ name: `${NS}fixed_version:comp-2`, value: '1; rm -rf /' }] },
      'affects[0]',
      /fixed version/,
    ],
  ])('%s is told with its path, and stops nothing', (_what, changes, path, message) => {
    const { records, findings, problems } = parse({
      sbom: bom({ vulnerabilities: [vulnerability(changes), vulnerability({ id: 'CVE-2024-2' }), 7] }),
    });
    expect(records).toBe(3);
    expect(findings.map((finding) => finding.vulnerabilityId)).toEqual(['CVE-2024-2']);
    expect(problems).toHaveLength(2);
    expect(problems[0]?.path).toBe(`sbom.vulnerabilities[0].${path}`);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[1]?.path).toBe('sbom.vulnerabilities[2]');
  });

  it.each([
    ['a hostile name', { name: 'foo;rm -rf /' }, /^has the package name "foo;rm -rf \/", not a package name of /],
    ['a long name', { name: 'x'.repeat(300) }, /whose name is longer than 256 characters/],
    ['no name', { name: 7 }, /whose name .*expected string/],
  ])('a component with %s is told where it is affected', (_what, changes, message) => {
    const { problems } = parse(bom({ components: [OS, component('comp-2', changes)] }));
    expect(problems).toEqual([
      { path: 'vulnerabilities[0].affects[0]', message: expect.stringMatching(message) as unknown },
    ]);
  });

  it('an SBOM that was not scanned says so; a clean scan says nothing', () => {
    const vulnerabilities = undefined;
    expect(parse(bom({ vulnerabilities })).problems).toEqual([
      { path: 'vulnerabilities', message: 'is missing: the SBOM was not scanned' },
    ]);
    const metadata = { properties: [{ name: `${NS}critical_vulnerabilities`, value: '0' }] };
    expect(parse({ sbom: bom({ vulnerabilities, metadata }) })).toEqual({
      records: 0,
      findings: [],
      ignored: [],
      problems: [],
    });
  });

  it("Inspector's own format says which to ask for", () => {
    expect(parse({ sbom: { vulnerability_count: {} } })).toMatchObject({
      records: 1,
      problems: [{ path: 'sbom.bomFormat', message: expect.stringContaining('CYCLONE_DX_1_5') as unknown }],
    });
  });

  it('a vulnerability without any date', () => {
    expect(parse(bom({ metadata: undefined })).problems[0]).toMatchObject({ path: 'vulnerabilities[0]' });
    expect(
      only(bom({ metadata: undefined, vulnerabilities: [vulnerability({ updated: '2024-01-01T00:00:00Z' })] })),
    ).toMatchObject({ observedAt: '2024-01-01T00:00:00.000Z' });
  });

  it('never throws, however deep or odd', () => {
    let deep: unknown = component('comp-2');
    for (let level = 0; level < 20_000; level++) deep = { components: [deep] };
    expect(only(bom({ components: [OS, deep] })).package).toBe('openssl');
    fc.assert(
      fc.property(
        fc.constantFrom('metadata', 'components', 'vulnerabilities', 'serialNumber', '__proto__'),
        fc.jsonValue(),
        (member, value) => {
          expect(() => parse({ sbom: { ...bom(), [member]: value } })).not.toThrow();
          expect(() =>
            parse(bom({ vulnerabilities: [vulnerability({ [member]: value, affects: [value] }), value] })),
          ).not.toThrow();
          expect(() => parse({ bomFormat: value, sbom: value })).not.toThrow();
        },
      ),
    );
  });
});
