import { runChecked } from '../../adapters/local/run-command';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReplayReport } from '../../cli/run/replay';
import { replay } from '../../cli/run/replay';
import type { Finding } from '../../domain/finding/finding';
import { parseDocument } from '../../domain/finding/parse-document';
import { silent } from '../unit/table/samples';

const FIXTURES = join(__dirname, '..', 'fixtures');
const SCANS = join(FIXTURES, 'inspector-scans');
const TRIVY = join(FIXTURES, 'trivy');
const NOW = new Date('2024-06-01T00:00:00.000Z');
const NS = 'amazon:inspector:sbom_scanner:';

// The example estate of the checkout is not part of these numbers.
beforeAll(() => {
  jest.spyOn(process, 'cwd').mockReturnValue(FIXTURES);
});
afterAll(() => {
  jest.restoreAllMocks();
});
const run = async (findings: string, now = NOW): Promise<ReplayReport> =>
  await replay({ findings: [findings], now, logger: silent });

/** What this test reads of a scan, straight from the JSON. */
interface RawComponent {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly components?: readonly RawComponent[];
}
interface RawVulnerability {
  readonly id: string;
  readonly ratings: readonly { severity: string; score?: number; method: string; source: { name: string } }[];
  readonly affects: readonly { ref: string }[];
  readonly properties?: readonly { name: string; value: string }[];
}
interface RawScan {
  readonly components: readonly RawComponent[];
  readonly vulnerabilities: readonly RawVulnerability[];
}
const eventsFile = (folder: string, image: string): string => join(FIXTURES, folder, `${image}.jsonl`);
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const rawScan = (image: string): RawScan => (readJson(join(SCANS, `${image}.json.scan`)) as { sbom: RawScan }).sbom;
const IMAGES = readdirSync(SCANS).map((name) => name.replace('.json.scan', ''));

describe('the scans and the events that were derived from them', () => {
  type Facts = Omit<Finding, 'arn' | 'repository' | 'digest' | 'tags' | 'pushedAt' | 'architecture' | 'text'>;
  /**
   * What both formats tell. Left out, because the events have made up values (SOURCES.md): ARN, ECR image and architecture;
   * the time, which is that of one scan in all events; and free text, which is read of events only. Two spellings differ and are read alike: `NotAvailable` in events
   * is no property in scans, and the epoch, a member in events, is a qualifier of the package URL in scans.
   */
  const facts = (findings: readonly Finding[]): Facts[] =>
    findings
      .map(({ arn: _a, repository: _r, digest: _d, tags: _t, pushedAt: _p, architecture: _x, text: _f, ...rest }) => ({
        ...rest,
        observedAt: '',
        firstObservedAt: '',
      }))
      .sort((left, right) =>
        `${left.vulnerabilityId} ${left.package}` < `${right.vulnerabilityId} ${right.package}` ? -1 : 1,
      );

  it.each(IMAGES)(
    '%s: the same package, vulnerability, version, floor, exploit, severity, EPSS and platform',
    (image) => {
      const folder =
        ['inspector-events', 'inspector-events-more'].find((one) => existsSync(eventsFile(one, image))) ?? '';
      const events = readFileSync(eventsFile(folder, image), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .flatMap((line) => parseDocument(JSON.parse(line), { name: image }).findings);
      const scan = parseDocument(readJson(join(SCANS, `${image}.json.scan`)), { name: `${image}.json.scan` });
      expect(scan.problems).toEqual([]);
      expect(scan.findings.length).toBeGreaterThan(0);
      expect(facts(scan.findings)).toEqual(facts(events));
      // The events' times are those of one scan, for all images.
      expect(new Set(events.map((one) => one.observedAt))).toEqual(new Set(['2024-05-22T15:40:54.491Z']));
      expect([...new Set(scan.findings.map((one) => one.observedAt.slice(0, 15)))]).toEqual(['2024-05-22T15:4']);
    },
  );
});

/** The default policy (docs/golden-images.schema.json), applied to a scan's JSON without any code of the product. */
function decide(scan: RawScan): { states: Record<string, number>; parked: Record<string, number>; open: string[] } {
  const names = new Map<string, string>();
  const walk = (components: readonly RawComponent[]): void => {
    for (const one of components) {
      names.set(one['bom-ref'], one.name);
      walk(one.components ?? []);
    }
  };
  walk(scan.components);
  const reasons: (string | undefined)[] = [];
  const open = new Set<string>();
  for (const { id, ratings, affects, properties = [] } of scan.vulnerabilities) {
    const property = (name: string): string | undefined => properties.find((one) => one.name === NS + name)?.value;
    const cvss = ratings.find((one) => one.method.startsWith('CVSS'))?.severity ?? '';
    const isBad =
      ['high', 'critical'].includes(cvss) ||
      property('exploit_available') === 'true' ||
      (ratings.find((one) => one.source.name === 'EPSS')?.score ?? 0) >= 0.1;
    for (const { ref } of affects) {
      const reason = property(`fixed_version:${ref}`) === undefined ? 'no-fix' : isBad ? undefined : 'below-threshold';
      reasons.push(reason);
      if (reason === undefined) open.add(`${names.get(ref) ?? '?'} ${id}`);
    }
  }
  return {
    states: count(reasons.map((one) => (one === undefined ? 'OPEN' : 'PARKED'))),
    parked: count(reasons),
    open: [...open].sort(),
  };
}

function count(values: readonly (string | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) if (value !== undefined) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

/**
 * States and reasons by image, May 2024; counted in pairs of vulnerability and package. Every parked one either has no
 * fixed version in the scan (`no-fix`: gcc-12 and systemd on Debian; on python_latest also openssl, curl and nghttp2), or
 * is neither HIGH, nor exploited, nor of an EPSS score of 0.1 (`below-threshold`). Only operating system packages are
 * affected, and no release was at its end of life.
 */
const TABLE = [
  { image: 'alpine_3.18.2', records: 12, OPEN: 5, noFix: 0, belowThreshold: 7 },
  { image: 'amazonlinux_latest', records: 17, OPEN: 14, noFix: 0, belowThreshold: 32 },
  { image: 'debian_latest', records: 9, OPEN: 2, noFix: 3, belowThreshold: 4 },
  { image: 'debian_stable-20240130', records: 14, OPEN: 5, noFix: 3, belowThreshold: 6 },
  { image: 'nginx_latest', records: 9, OPEN: 2, noFix: 3, belowThreshold: 4 },
  { image: 'python_latest', records: 16, OPEN: 2, noFix: 10, belowThreshold: 4 },
  { image: 'ubuntu_latest', records: 7, OPEN: 8, noFix: 0, belowThreshold: 6 },
] as const;

describe('replay of the scans', () => {
  it('the table has every scan', () => {
    expect(TABLE.map(({ image }) => image)).toEqual(IMAGES);
  });

  it.each(TABLE)('$image', async ({ image, records, OPEN, noFix, belowThreshold }) => {
    const { states, parked, open } = decide(rawScan(image));
    const report = await run(join(SCANS, `${image}.json.scan`));
    expect(report).toMatchObject({ records, malformed: [], duplicates: 0, ignored: {} });
    expect(report.findings).toEqual(states);
    expect(report.parked).toEqual(parked);
    expect([states['OPEN'], parked['no-fix'] ?? 0, parked['below-threshold'] ?? 0]).toEqual([
      OPEN,
      noFix,
      belowThreshold,
    ]);
    expect(Object.keys(report.images)).toEqual([image]);
    expect(
      report.images[image]?.targets.flatMap((one) => one.vulnerabilities.map((id) => `${one.package} ${id}`)).sort(),
    ).toEqual(open);
  });

  it('of the folder is the sum, each file an image of its own, and the same twice over', async () => {
    const report = await run(SCANS);
    expect(report.records).toBe(84);
    expect(report.findings).toEqual({ OPEN: 38, PARKED: 82 });
    expect(Object.keys(report.images)).toEqual(IMAGES);
    const twice = await replay({ findings: [SCANS, SCANS], now: NOW, logger: silent });
    expect(twice).toMatchObject({ records: 168, duplicates: 120, findings: report.findings, images: report.images });
  });

  it('counts a vulnerability that is malformed and takes the others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scan-results-'));
    try {
      const file = join(folder, 'broken.json.scan');
      const document = readJson(join(SCANS, 'debian_latest.json.scan')) as { sbom: { vulnerabilities: unknown[] } };
      document.sbom.vulnerabilities[3] = { id: 'CVE-2024-9', affects: [{ ref: 'comp-9999' }] };
      writeFileSync(file, JSON.stringify(document, undefined, 2));
      const report = await run(file);
      expect(report.records).toBe(9);
      expect(report.malformed).toEqual([
        {
          source: file,
          line: 1,
          path: 'sbom.vulnerabilities[3].affects[0]',
          message: 'names the component "comp-9999", which is not in the document',
        },
      ]);
      expect(Object.values(report.findings).reduce((sum, one) => sum + one, 0)).toBe(8);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('replay of Trivy reports', () => {
  it.each([
    // 3 language packages, 1 LOW, 5 without a fix that exists, 1 passed over as not affected.
    [
      'debian-12-mixed',
      { OPEN: 2, PARKED: 9 },
      { 'below-threshold': 1, 'language-package': 3, 'no-fix': 5 },
      { 'not-affected': 1 },
    ],
    // The platform data has CentOS 7's end after this day: only Trivy's flag parks it.
    ['centos-7-eosl', { PARKED: 2 }, { 'end-of-life': 1, 'no-fix': 1 }, {}],
    // Rolling, so that no platform data could say it.
    ['wolfi-eosl-archive', { PARKED: 1 }, { 'end-of-life': 1 }, {}],
  ])('%s', async (name, findings, parked, ignored) => {
    const report = await run(join(TRIVY, `${name}.json`));
    expect(report).toMatchObject({ malformed: [], findings, parked, ignored });
  });

  it('the platform data parks what Trivy did not flag', async () => {
    const report = await run(join(TRIVY, 'debian-12-mixed.json'), new Date('2029-01-01T00:00:00Z'));
    expect(report.parked).toEqual({ 'below-threshold': 1, 'end-of-life': 2, 'language-package': 3, 'no-fix': 5 });
  });
});

describe('a scan of 50 MB', () => {
  it.each([
    ['on one line', undefined],
    ['indented', 1],
  ])('%s is read and parsed in 3 seconds of processor time', async (_what, indent) => {
    const folder = mkdtempSync(join(tmpdir(), 'scan-results-'));
    try {
      const components = Array.from({ length: 500 }, (_one, index) => ({
        'bom-ref': `comp-${index}`,
        name: `package${index}`,
        version: '1.0-1',
        purl: `pkg:deb/debian/package${index}@1.0-1`,
      }));
      const vulnerabilities = Array.from({ length: 25_000 }, (_one, index) => ({
        id: `CVE-2024-${index}`,
        description: 'x'.repeat(1700),
        ratings: [{ severity: 'high', method: 'CVSSv31', source: { name: 'NVD' } }],
        affects: [{ ref: `comp-${index % 500}` }, { ref: `comp-${(index + 1) % 500}` }],
        properties: [{ name: `${NS}fixed_version:comp-${index % 500}`, value: '0:1.0-2' }],
      }));
      const metadata = { timestamp: '2024-05-22T15:40:54Z' };
      const text = JSON.stringify({ bomFormat: 'CycloneDX', metadata, components, vulnerabilities }, undefined, indent);
      expect(text.length).toBeGreaterThan(49_000_000);
      const file = join(folder, 'large.json');
      writeFileSync(file, text);
      // Not of the clock, and in a process of its own: other test files run at the same time, and fill this one's heap.
      const reader = join(__dirname, '../support/read-large-scan.ts');
      const stdout = await runChecked(process.execPath, ['--import', 'tsx', reader, file]);
      const { sums, milliseconds } = JSON.parse(stdout) as { sums: object; milliseconds: number };
      expect(sums).toEqual({ records: 25_000, findings: 50_000, problems: 0 });
      expect(milliseconds).toBeLessThan(3000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
