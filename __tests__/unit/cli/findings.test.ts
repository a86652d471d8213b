import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printFindings } from '../../../cli/output/findings-report';
import { buildProgram } from '../../../cli/program';
import { openStateDirectory } from '../../../cli/run/state-directory';
import type { FindingRow } from '../../../domain/status/finding-rows';
import { findingRows } from '../../../domain/status/finding-rows';
import type { FindingItem } from '../../../domain/table/finding-item';
import type { Finding } from '../../../domain/finding/finding';
import { digestOf, makeItem, makeObservation, makePatch, without } from '../table/samples';

let directory: string;
let state: string;
let printed: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cli-findings-'));
  state = join(directory, 'state');
  printed = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

async function run(...args: string[]): Promise<string> {
  printed = '';
  await buildProgram().parseAsync(['node', 'golden-images', ...args, '--state', state]);
  return printed;
}

/** A finding of an image, whose observation on the current digest is as told. */
function finding(id: string, item: Partial<FindingItem>, seen: Partial<Finding> = {}): FindingItem {
  const image = item.image ?? 'debian-12';
  return makeItem({
    ...{ pk: `IMAGE#${image}`, sk: `FINDING#${id}#OS#glibc`, image, vulnerabilityId: id },
    observations: { [digestOf('a')]: makeObservation(seen) },
    ...item,
  });
}
const ITEMS = [
  finding('CVE-1', { state: 'PARKED', reason: 'no-fix' }, { severity: 'LOW' }),
  finding('CVE-2', {}),
  finding('CVE-3', {}, { severity: 'CRITICAL' }),
  finding('CVE-4', { state: 'RESIDUAL', reason: 'held' }),
  finding('CVE-5', { image: 'alpine-3', state: 'FIXED' }),
];

async function makeState(): Promise<void> {
  const opened = await openStateDirectory(state);
  for (const item of [...ITEMS, makePatch()]) await opened.table.put(item, 0);
  opened.close();
}
const keys = (json: string): string[] =>
  (JSON.parse(json) as { findings: FindingRow[] }).findings.map(({ vulnerabilityId }) => vulnerabilityId);

describe('the rows of findings', () => {
  it('say all that is known on the digest that counts', () => {
    const other = { ...makeObservation({ installed: '1', severity: 'LOW' }) };
    const item = makeItem({ observations: { [digestOf('a')]: makeObservation(), [digestOf('b')]: other } });
    expect(findingRows([item, makePatch()])).toEqual([
      {
        image: 'debian-12',
        key: 'FINDING#CVE-2024-0001#OS#glibc',
        vulnerabilityId: 'CVE-2024-0001',
        package: 'glibc',
        installed: '2.36-9+deb12u4',
        floor: '2.36-9+deb12u6',
        severity: 'HIGH',
        state: 'OPEN',
        firstSeen: '2024-05-20T00:00:00.000Z',
      },
    ]);
  });

  it('leave out what nobody knows', () => {
    const nowhere = without(makeItem({ state: 'PARKED', reason: 'stale-digest' }), 'judgedOn') as FindingItem;
    const [row] = findingRows([nowhere]);
    expect(row).toMatchObject({ severity: 'UNTRIAGED', state: 'PARKED', reason: 'stale-digest' });
    expect(Object.keys(row ?? {})).not.toEqual(expect.arrayContaining(['installed']));
    expect(Object.keys(row ?? {})).not.toEqual(expect.arrayContaining(['floor']));
  });

  it('begin with what is open, the worst first', () => {
    expect(findingRows(ITEMS).map(({ key }) => key.split('#')[1])).toEqual([
      ...['CVE-3', 'CVE-2', 'CVE-4', 'CVE-1', 'CVE-5'],
    ]);
    expect(findingRows(ITEMS, ['FIXED', 'PARKED']).map(({ state: in_ }) => in_)).toEqual(['PARKED', 'FIXED']);
  });
});

describe('findings, of a state directory', () => {
  it('lists those of all images, of one, and in some states', async () => {
    await makeState();
    expect(keys(await run('findings', '--json'))).toEqual(['CVE-5', 'CVE-3', 'CVE-2', 'CVE-4', 'CVE-1']);
    expect(keys(await run('findings', '--json', '--image', 'alpine-3'))).toEqual(['CVE-5']);
    expect(keys(await run('findings', 'open', 'RESIDUAL', '--json'))).toEqual(['CVE-3', 'CVE-2', 'CVE-4']);
    await expect(run('findings', '--image', 'other')).rejects.toThrow('there is no golden image other');
    await expect(run('findings', 'unknown')).rejects.toThrow('open, residual, parked, fixed, closed');
  });

  it('prints a line each, with the key that explain takes', async () => {
    await makeState();
    const lines = (await run('findings', 'parked')).trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['IMAGE', 'STATE', 'SEVERITY', 'PACKAGE', 'INSTALLED → FLOOR', 'FIRST SEEN', 'KEY'],
      [
        ...['debian-12', 'PARKED (no-fix)', 'LOW', 'glibc', '2.36-9+deb12u4 → 2.36-9+deb12u6', '2024-05-20'],
        'FINDING#CVE-1#OS#glibc',
      ],
    ]);
    const key = lines[1]?.split(/ {2,}/).at(-1) ?? '';
    expect(await run('explain', key)).toMatch(
      /^FINDING#CVE-1#OS#glibc in debian-12: PARKED \(no-fix\)\n {2}- First seen/,
    );
    expect(await run('findings', 'closed')).toBe('No finding is known that was asked for.\n');
  });

  it('cuts no key, however long, and prints nothing that steers a terminal', () => {
    const key = `FINDING#CVE-1#JAR#log4j#${'d/'.repeat(200)}a.jar`;
    printFindings([
      {
        ...{ image: 'debian-12', key: `${key}\u001b[31m`, vulnerabilityId: 'CVE-1', package: 'p'.repeat(100) },
        ...{ severity: 'HIGH', state: 'OPEN', firstSeen: '2024-05-20T00:00:00.000Z' },
      },
    ]);
    expect(printed).toContain(`${key}\\u{1b}[31m\n`);
    expect(printed).toContain(` ${'p'.repeat(59)}… `);
    expect(printed).toContain('unknown → no fix');
    expect(printed.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
  });
});

describe('explain, of a state directory', () => {
  it('takes an id in any case, of all images or of one, with the policy of the configuration', async () => {
    await makeState();
    const config = join(directory, 'golden-images.yaml');
    writeFileSync(
      config,
      'version: 1\nimages:\n  - { name: debian-12, repository: golden/debian-12, parent: "debian:12", policy: { minimumSeverity: LOW } }\n',
    );
    expect(await run('explain', 'cve-2')).toContain('Policy acts on severity HIGH or worse');
    expect(await run('explain', 'cve-2', '--config', config)).toContain('Policy acts on severity LOW or worse');
    const { findings } = JSON.parse(await run('explain', 'CVE-5', '--json')) as { findings: unknown[] };
    expect(findings).toMatchObject([{ image: 'alpine-3', key: 'FINDING#CVE-5#OS#glibc', state: 'FIXED' }]);
    await expect(run('explain', 'CVE-5', '--image', 'debian-12')).rejects.toThrow('no finding CVE-5 is known in');
    await expect(run('explain', 'CVE-2', '--image', 'other')).rejects.toThrow('there is no golden image other');
  });

  it('is of one state: a directory, or an environment', async () => {
    await expect(run('explain', 'CVE-2', '--environment', 'prod')).rejects.toThrow('cannot be used with');
  });
});
