import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replay } from '../../cli/run/replay';
import type { ReplayReport } from '../../cli/run/replay';
import { compareVersions } from '../../domain/versions';
import { silent } from '../unit/table/samples';

const FIXTURES = join(__dirname, '..', 'fixtures');
const EVENTS = join(FIXTURES, 'inspector-events');
const NOW = new Date('2024-06-01T00:00:00.000Z');

// The example estate of the checkout is not part of these numbers.
beforeAll(() => {
  jest.spyOn(process, 'cwd').mockReturnValue(FIXTURES);
});
afterAll(() => {
  jest.restoreAllMocks();
});

const run = async (...findings: string[]): Promise<ReplayReport> =>
  await replay({ findings, now: NOW, logger: silent });

/** What this test reads of a finding, straight from the JSON. */
interface RawFinding {
  readonly severity: string;
  readonly exploitAvailable?: string;
  readonly epss?: { readonly score: number };
  readonly status: string;
  readonly type: string;
  readonly resources: readonly { readonly type: string }[];
  readonly packageVulnerabilityDetails: {
    readonly vulnerabilityId: string;
    readonly vulnerablePackages: readonly RawPackage[];
  };
}
interface RawPackage {
  readonly name: string;
  readonly packageManager: string;
  readonly fixedInVersion?: string;
  readonly filePath?: string;
}

/** One (vulnerability, manager, package, path), as the policy sees it. */
interface Fact {
  readonly id: string;
  readonly name: string;
  readonly isOs: boolean;
  readonly isBad: boolean;
  readonly fixes: readonly (string | undefined)[];
  readonly raw: RawFinding;
}

function readEvents(name: string): RawFinding[] {
  const lines = readFileSync(join(EVENTS, `${name}.jsonl`), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => (JSON.parse(line) as { detail: RawFinding }).detail);
}

/** The default policy (docs/golden-images.schema.json), applied to the JSON without any code of the product. */
function decide(findings: readonly RawFinding[]): { facts: Fact[]; open: Fact[]; parked: Record<string, number> } {
  const facts = new Map<string, Fact>();
  for (const raw of findings)
    for (const pkg of raw.packageVulnerabilityDetails.vulnerablePackages) {
      const id = raw.packageVulnerabilityDetails.vulnerabilityId;
      const key = [id, pkg.packageManager, pkg.name, pkg.filePath ?? ''].join('|');
      const fix = pkg.fixedInVersion === 'NotAvailable' ? undefined : pkg.fixedInVersion?.replace(/^0:/, '');
      facts.set(key, {
        id,
        name: pkg.name,
        isOs: pkg.packageManager === 'OS',
        isBad:
          ['HIGH', 'CRITICAL'].includes(raw.severity) ||
          raw.exploitAvailable === 'YES' ||
          (raw.epss?.score ?? 0) >= 0.1,
        fixes: [...(facts.get(key)?.fixes ?? []), fix],
        raw,
      });
    }
  const parked: Record<string, number> = {};
  const open: Fact[] = [];
  for (const fact of facts.values()) {
    const reason = fact.fixes.includes(undefined)
      ? 'no-fix'
      : !fact.isBad
        ? 'below-threshold'
        : !fact.isOs
          ? 'language-package'
          : undefined;
    if (reason === undefined) open.push(fact);
    else parked[reason] = (parked[reason] ?? 0) + 1;
  }
  return { facts: [...facts.values()], open, parked };
}

/** Package → highest fix and its vulnerabilities. */
function targetsOf(
  open: readonly Fact[],
  order: 'deb' | 'rpm',
): { package: string; floor: string; vulnerabilities: string[] }[] {
  const targets = new Map<string, { floor: string; vulnerabilities: Set<string> }>();
  for (const { id, name, fixes } of open) {
    const planned = order === 'deb' && name === 'linux' ? 'linux-libc-dev' : name;
    const target = targets.get(planned) ?? { floor: '0', vulnerabilities: new Set() };
    for (const fix of fixes) if (fix !== undefined && compareVersions(order, fix, target.floor) > 0) target.floor = fix;
    target.vulnerabilities.add(id);
    targets.set(planned, target);
  }
  return [...targets]
    .map(([name, { floor, vulnerabilities }]) => ({
      package: name,
      floor,
      vulnerabilities: [...vulnerabilities].sort(),
    }))
    .sort((left, right) => (left.package < right.package ? -1 : 1));
}

const shown = (report: ReplayReport, image: string): unknown =>
  report.images[image]?.targets.map(({ package: name, floor, vulnerabilities }) => ({
    package: name,
    floor,
    vulnerabilities,
  }));

describe.each([
  { fixture: 'golang_latest', image: 'golden/golang', order: 'deb', records: 712 },
  { fixture: 'debian_latest', image: 'golden/debian', order: 'deb', records: 9 },
  { fixture: 'debian_stable-20240130', image: 'golden/debian', order: 'deb', records: 14 },
  { fixture: 'amazonlinux_latest', image: 'golden/amazonlinux', order: 'rpm', records: 17 },
] as const)('$fixture', ({ fixture, image, order, records }) => {
  const raw = readEvents(fixture);
  const { facts, open, parked } = decide(raw);
  let report: ReplayReport;
  beforeAll(async () => {
    report = await run(join(EVENTS, `${fixture}.jsonl`));
  });

  it(`its ${records} findings are one patch, one build and at most one call of a model`, () => {
    expect(raw).toHaveLength(records);
    expect(report.records).toBe(records);
    expect(report.images[image]).toMatchObject({ patches: 1, builds: 1 });
    expect(report.images[image]?.modelCalls).toBeLessThanOrEqual(1);
    expect(Object.keys(report.images)).toEqual([image]);
  });

  it('opens and parks what the policy says, reason by reason', () => {
    expect(report.findings).toEqual({ OPEN: open.length, PARKED: facts.length - open.length });
    expect(report.parked).toEqual(parked);
    expect(report).toMatchObject({ malformed: [], ignored: {}, duplicates: 0 });
  });

  it('raises each package to its highest fix, for exactly the open vulnerabilities', () => {
    expect(shown(report, image)).toEqual(targetsOf(open, order));
  });

  it('has no target that is the binary "linux", which does not exist', () => {
    expect(report.images[image]?.targets.map((target) => target.package)).not.toContain('linux');
  });
});

describe('numbers of the fixtures that must not creep', () => {
  it('golang_latest: 683 of 712 findings are about the source linux, whose one binary is linux-libc-dev', async () => {
    const raw = readEvents('golang_latest');
    const kernel = raw.filter((one) =>
      one.packageVulnerabilityDetails.vulnerablePackages.some((pkg) => pkg.name === 'linux'),
    );
    expect(kernel).toHaveLength(683);
    const { images } = await run(join(EVENTS, 'golang_latest.jsonl'));
    const target = images['golden/golang']?.targets.find((one) => one.package === 'linux-libc-dev');
    expect(target?.ecosystem).toBe('apt');
    expect(target?.vulnerabilities).toEqual(
      decide(kernel)
        .open.map((fact) => fact.id)
        .sort(),
    );
  });

  it('debian_latest: CVE-2024-2961 is UNTRIAGED, exploited and fixable, so it is a target', async () => {
    const [finding] = readEvents('debian_latest').filter(
      (one) => one.packageVulnerabilityDetails.vulnerabilityId === 'CVE-2024-2961',
    );
    expect(finding).toMatchObject({ severity: 'UNTRIAGED', exploitAvailable: 'YES' });
    const { images } = await run(join(EVENTS, 'debian_latest.jsonl'));
    expect(images['golden/debian']?.targets.find((one) => one.package === 'glibc')?.vulnerabilities).toContain(
      'CVE-2024-2961',
    );
  });

  it.each(['golang_latest', 'debian_latest', 'debian_stable-20240130'])(
    '%s: UNTRIAGED findings with exploit and fix are all targets; HIGH ones without fix are none',
    async (fixture) => {
      const { facts } = decide(readEvents(fixture));
      const { images } = await run(join(EVENTS, `${fixture}.jsonl`));
      const settled = new Set(
        Object.values(images).flatMap((image) => image.targets.flatMap((target) => target.vulnerabilities)),
      );
      const exploited = facts.filter(
        ({ raw, isOs, fixes }) =>
          isOs && raw.severity === 'UNTRIAGED' && raw.exploitAvailable === 'YES' && !fixes.includes(undefined),
      );
      const fixless = facts.filter(
        ({ raw, fixes }) => raw.severity === 'HIGH' && fixes.every((fix) => fix === undefined),
      );
      expect(exploited.length).toBeGreaterThan(0);
      expect(fixless.length).toBeGreaterThan(0);
      for (const { id } of exploited) expect(settled).toContain(id);
      const fixableIds = new Set(facts.filter(({ fixes }) => !fixes.includes(undefined)).map(({ id }) => id));
      for (const { id } of fixless) if (!fixableIds.has(id)) expect(settled).not.toContain(id);
    },
  );
});

describe('two digests of golden/debian', () => {
  it('are judged on the greater one, as neither push date nor floating tag decides; the rest is stale', async () => {
    const report = await run(EVENTS);
    const stable = decide(readEvents('debian_stable-20240130'));
    const key = (fact: Fact): string => `${fact.id} ${fact.name}`;
    const current = new Set(stable.facts.map(key));
    const stale = decide(readEvents('debian_latest')).facts.filter((fact) => !current.has(key(fact)));
    expect(shown(report, 'golden/debian')).toEqual(targetsOf(stable.open, 'deb'));
    expect(report.parked['stale-digest'] ?? 0).toBe(stale.length);
    expect(report.images['golden/debian']).toMatchObject({ patches: 1, builds: 1 });
  });
});

describe('the list-findings folder', () => {
  const FOLDER = join(FIXTURES, 'list-findings');
  let report: ReplayReport;
  beforeAll(async () => {
    report = await run(FOLDER);
  });
  const listed = (name: string): RawFinding[] => {
    const document = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as { findings?: RawFinding[] } | RawFinding[];
    return Array.isArray(document) ? document : (document.findings ?? []);
  };
  const all = (): RawFinding[] => readdirSync(FOLDER).flatMap((name) => listed(name));

  it('ignores each EC2 and Lambda resource and each code vulnerability, counted', () => {
    const packages = all().filter((one) => one.type === 'PACKAGE_VULNERABILITY');
    const elsewhere = packages.flatMap((one) => one.resources).filter((one) => one.type !== 'AWS_ECR_CONTAINER_IMAGE');
    expect(report.ignored).toEqual({
      'not-a-container-image': elsewhere.length,
      'not-a-package-vulnerability': all().filter((one) => one.type === 'CODE_VULNERABILITY').length,
    });
    expect(elsewhere.length).toBeGreaterThan(20);
  });

  it('takes the CLOSED finding as CLOSED, not as FIXED', () => {
    const closed = all().filter(
      (one) => one.status === 'CLOSED' && one.resources[0]?.type === 'AWS_ECR_CONTAINER_IMAGE',
    );
    expect(report.findings['CLOSED']).toBe(
      closed.flatMap((one) => one.packageVulnerabilityDetails.vulnerablePackages).length,
    );
    expect(report.findings).not.toHaveProperty('FIXED');
  });

  it('reports what is no finding with its file and line, and goes on', () => {
    const where = report.malformed.map(({ source, line }) => `${source.split('/').at(-1) ?? ''}:${line}`);
    expect(where).toEqual(expect.arrayContaining(['ecr-enhanced-debian-12.json:1', 'malformed.json:1']));
    expect(where.filter((one) => /^(?:empty|one-debian|debian-10|lambda)/.test(one))).toEqual([]);
    expect(Object.keys(report.images)).toContain('my-awesome-docker-image');
  });

  it('Debian 10 was supported on 1 June 2024 and is not a month later', async () => {
    const file = join(FOLDER, 'debian-10-and-ec2.json');
    const later = await replay({ findings: [file], now: new Date('2024-07-01T00:00:00Z'), logger: silent });
    const before = await run(file);
    expect(before.parked).not.toHaveProperty('end-of-life');
    expect(later.parked['end-of-life']).toBe(before.findings['OPEN']);
    expect(later.images['my-awesome-docker-image']).toMatchObject({ patches: 0, builds: 0, targets: [] });
  });
});

it('the same fixture named twice is all duplicates the second time', async () => {
  const file = join(EVENTS, 'debian_latest.jsonl');
  const [once, twice] = [await run(file), await run(file, file)];
  expect(twice).toEqual({ ...once, records: 18, duplicates: 9 });
});
