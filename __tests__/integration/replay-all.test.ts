import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReplayReport } from '../../cli/run/replay';
import { replay } from '../../cli/run/replay';
import { BadInputError } from '../../domain/errors';
import { silent } from '../unit/table/samples';

const FIXTURES = join(__dirname, '..', 'fixtures');
const FOLDERS = ['inspector-events', 'inspector-events-more', 'list-findings'];
/** The scanner's own time, and one long after the end of life of the older releases. */
const THEN = new Date('2024-06-01T00:00:00Z');
const LATER = new Date('2026-11-22T00:00:00Z');

interface Row {
  readonly file: string;
  readonly records: number;
  /** States as of {@link THEN}. */
  readonly states: Readonly<Record<string, number>>;
  /** Reasons of the parked as of {@link THEN}. */
  readonly parked: Readonly<Record<string, number>>;
  /** `ecosystem:package` of the plan, by image with a plan. */
  readonly plans?: Readonly<Record<string, string>>;
  readonly ignored?: Readonly<Record<string, number>>;
  /** What is OPEN then and `end-of-life` later. */
  readonly ends?: number;
}

/**
 * Every file of real scanner data. The numbers were counted from the JSON by a script that shares no code with the
 * product: one fact per (vulnerability, package manager, package, path), in the order of the reasons.
 */
const ROWS: readonly Row[] = [
  {
    // 5 facts are bad enough: 4 of openssl (one CRITICAL, one HIGH, two with exploits) and 1 of busybox; 7 are MEDIUM or
    // UNTRIAGED without an exploit. Alpine 3.18 ended 2025-05-09, so the same five are parked later.
    file: 'alpine_3.18.2.jsonl',
    records: 12,
    states: { OPEN: 5, PARKED: 7 },
    parked: { 'below-threshold': 7 },
    plans: { 'golden/alpine': 'apk:busybox apk:openssl' },
    ends: 5,
  },
  {
    // 17 findings name 46 packages; 8 facts are HIGH, 6 MEDIUM with an exploit. Everything has a fix: Amazon Linux
    // publishes advisories only with one.
    file: 'amazonlinux_latest.jsonl',
    records: 17,
    states: { OPEN: 14, PARKED: 32 },
    parked: { 'below-threshold': 32 },
    plans: {
      'golden/amazonlinux':
        'dnf:curl dnf:curl-minimal dnf:expat dnf:glibc dnf:glibc-common dnf:glibc-minimal-langpack dnf:libcurl-minimal dnf:libnghttp2 dnf:nghttp2 dnf:python3 dnf:python3-libs',
    },
  },
  {
    // Two UNTRIAGED findings with an exploit and a fix (glibc: CVE-2024-2961, util-linux). The three with the worst
    // severity have no fix, four others no exploit.
    file: 'debian_latest.jsonl',
    records: 9,
    states: { OPEN: 2, PARKED: 7 },
    parked: { 'no-fix': 3, 'below-threshold': 4 },
    plans: { 'golden/debian': 'apt:glibc apt:util-linux' },
  },
  {
    // An older Debian 12: beside those two, gnutls28 (two HIGH) and tar (MEDIUM with an exploit) have fixes.
    file: 'debian_stable-20240130.jsonl',
    records: 14,
    states: { OPEN: 5, PARKED: 9 },
    parked: { 'no-fix': 3, 'below-threshold': 6 },
    plans: { 'golden/debian': 'apt:glibc apt:gnutls28 apt:tar apt:util-linux' },
  },
  {
    // 683 findings are about the kernel's source: 24 are open and become one target, the headers. Four are in Go
    // binaries, with fixes and exploits: nothing that apt could do. One finding lists a package under two paths, so that
    // 712 findings are 713 facts.
    file: 'golang_latest.jsonl',
    records: 712,
    states: { OPEN: 26, PARKED: 687 },
    parked: { 'no-fix': 183, 'below-threshold': 500, 'language-package': 4 },
    plans: { 'golden/golang': 'apt:glibc apt:linux-libc-dev apt:util-linux' },
  },
  {
    // The same Debian 12 underneath as debian_latest: the same two are open, the same three have no fix.
    file: 'nginx_latest.jsonl',
    records: 9,
    states: { OPEN: 2, PARKED: 7 },
    parked: { 'no-fix': 3, 'below-threshold': 4 },
    plans: { 'golden/nginx': 'apt:glibc apt:util-linux' },
  },
  {
    // Again those two; ten findings of libraries that only this image has are without a fix.
    file: 'python_latest.jsonl',
    records: 16,
    states: { OPEN: 2, PARKED: 14 },
    parked: { 'no-fix': 10, 'below-threshold': 4 },
    plans: { 'golden/python': 'apt:glibc apt:util-linux' },
  },
  {
    // Ubuntu's findings name binaries: glibc is libc6 and libc-bin, util-linux is five packages; bash is the one HIGH.
    file: 'ubuntu_latest.jsonl',
    records: 7,
    states: { OPEN: 8, PARKED: 6 },
    parked: { 'below-threshold': 6 },
    plans: {
      'golden/ubuntu':
        'apt:bash apt:libblkid1 apt:libc-bin apt:libc6 apt:libmount1 apt:libsmartcols1 apt:libuuid1 apt:util-linux',
    },
  },
  {
    // Four packages of one finding without fixedInVersion: no-fix comes before end-of-life, which CentOS 8 is. The
    // curl finding was CLOSED by the scanner, for two packages; that proves no fix.
    file: 'centos-8.json',
    records: 2,
    states: { CLOSED: 2, PARKED: 4 },
    parked: { 'no-fix': 4 },
  },
  {
    // Debian 10: two HIGH findings of the kernel and a MEDIUM one with an exploit are open until 2024-06-30. One has
    // no fix, one is CLOSED, libxml2 (twice the same package, for two architectures) is MEDIUM, and the EC2
    // instance is none of our images.
    file: 'debian-10-and-ec2.json',
    records: 8,
    states: { CLOSED: 1, OPEN: 3, PARKED: 3 },
    parked: { 'no-fix': 1, 'below-threshold': 2 },
    plans: { 'my-awesome-docker-image': 'apt:linux-libc-dev' },
    ignored: { 'not-a-container-image': 1 },
    ends: 3,
  },
  {
    // An empty listing: nothing to do is no error.
    file: 'empty.json',
    records: 0,
    states: {},
    parked: {},
  },
  {
    // Lambda functions, 27 findings of language packages, and one code vulnerability: no image at all.
    file: 'lambda-and-language-packages.json',
    records: 28,
    states: {},
    parked: {},
    ignored: { 'not-a-container-image': 27, 'not-a-package-vulnerability': 1 },
  },
  {
    // MEDIUM, no exploit.
    file: 'one-debian.json',
    records: 1,
    states: { PARKED: 1 },
    parked: { 'below-threshold': 1 },
  },
];

/** Files of which nothing can be used, with what is said about them. */
const UNUSABLE: readonly (readonly [file: string, message: RegExp])[] = [
  // moto's sample of DescribeImageScanFindings has Inspector's shape, but no date at all: it cannot be ordered.
  [
    'ecr-enhanced-debian-12.json',
    /json:1: imageScanFindings\.enhancedFindings\[0\]\.updatedAt is missing, and so is every other date \(and 1 more\)$/,
  ],
  ['malformed.json', /malformed\.json:1 is neither/],
];

const pathOf = new Map(
  FOLDERS.flatMap((folder) => readdirSync(join(FIXTURES, folder)).map((file) => [file, join(FIXTURES, folder, file)])),
);

async function run(file: string, now: Date): Promise<ReplayReport> {
  return await replay({ findings: [pathOf.get(file) ?? file], now, logger: silent });
}

function plansOf(report: ReplayReport): Record<string, string> {
  return Object.fromEntries(
    Object.entries(report.images)
      .map(([name, { targets }]) => [name, targets.map((one) => `${one.ecosystem}:${one.package}`).join(' ')] as const)
      .filter(([, targets]) => targets !== ''),
  );
}

// The example estate of the checkout is not part of these numbers.
beforeAll(() => {
  jest.spyOn(process, 'cwd').mockReturnValue(FIXTURES);
});
afterAll(() => {
  jest.restoreAllMocks();
});

it('no file is left out', () => {
  const known = [...ROWS.map(({ file }) => file), ...UNUSABLE.map(([file]) => file)];
  expect([...pathOf.keys()].sort()).toEqual(known.sort());
});

describe.each(ROWS)('$file', ({ file, records, states, parked, plans = {}, ignored = {}, ends = 0 }) => {
  it('has these states and reasons, and this plan', async () => {
    const report = await run(file, THEN);
    expect(report).toMatchObject({ records, malformed: [], duplicates: 0 });
    expect(report.findings).toEqual(states);
    expect(report.parked).toEqual(parked);
    expect(report.ignored).toEqual(ignored);
    expect(plansOf(report)).toEqual(plans);
  });

  it('has no plan any more where public support has ended', async () => {
    const report = await run(file, LATER);
    expect(report.findings['OPEN'] ?? 0).toBe((states['OPEN'] ?? 0) - ends);
    expect(report.parked['end-of-life'] ?? 0).toBe(ends);
    expect(plansOf(report)).toEqual(ends > 0 ? {} : plans);
  });
});

it.each(UNUSABLE)('%s is refused, with what is wrong', async (file, message) => {
  const refusal = await run(file, THEN).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(BadInputError);
  expect((refusal as BadInputError).message).toMatch(message);
});

it.each(readdirSync(join(FIXTURES, 'inspector-scans')))(
  "%s, Inspector's own scan, comes to the same as the events made of it",
  async (scan) => {
    const row = ROWS.find(({ file }) => file === `${basename(scan, '.json.scan')}.jsonl`);
    const report = await run(join(FIXTURES, 'inspector-scans', scan), THEN);
    expect(report.findings).toEqual(row?.states);
    expect(report.parked).toEqual(row?.parked);
    expect(Object.values(plansOf(report))).toEqual(Object.values(row?.plans ?? {}));
  },
);
