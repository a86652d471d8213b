import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import { storedTargets } from '../../../domain/plan/stored-targets';
import type { Target } from '../../../domain/plan/target';
import { updateHead } from '../../../domain/table/head-changes';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import { digestOf, makeImage, makeItem, makePatch, makeTarget, NOW, silent } from '../table/samples';

const MAXIMUM_ITEM = 400 * 1024;
const id = (index: number): string => `CVE-2026-${1_000_000 + index}`;

/** `packages` targets that settle `all` vulnerabilities together, in equal parts. */
function targetsOf(packages: number, all: number): Target[] {
  return Array.from({ length: packages }, (_one, index) => {
    const own = Array.from({ length: all / packages }, (_two, offset) => id(index * (all / packages) + offset));
    return makeTarget({ package: `package-${String(index).padStart(4, '0')}`, vulnerabilities: own });
  });
}

const counted = (targets: readonly Target[]): number =>
  targets.reduce((total, target) => total + target.vulnerabilities.length + (target.omitted ?? 0), 0);

const generate = async (table: MemoryFindingTable, scripts = new MemoryScriptStore()) =>
  await makeGeneratePatch({ table, scripts, authors: { choice: 'rules' }, clock: () => NOW, logger: silent })(
    makeImage(),
  );

describe('targets as an item keeps them', () => {
  it('are as they were where all fit', () => {
    const targets = targetsOf(100, 8_000);
    expect(storedTargets(targets)).toEqual(targets);
  });

  it.each([1, 10, 100, 500, 1000])(
    'of %i packages with 26,000 vulnerabilities fit, and none is lost count of',
    async (packages) => {
      const targets = targetsOf(packages, 26_000);
      const stored = storedTargets(targets);
      expect(counted(stored)).toBe(26_000);
      expect(stored.map(({ package: name, floor }) => [name, floor])).toEqual(
        targets.map(({ package: name, floor }) => [name, floor]),
      );
      for (const [index, target] of stored.entries()) {
        expect(target.vulnerabilities.length).toBeGreaterThanOrEqual(1);
        expect(target.vulnerabilities).toEqual(targets[index]?.vulnerabilities.slice(0, target.vulnerabilities.length));
      }
      await new MemoryFindingTable().put(makePatch({ targets: stored }), 0);
      expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThan(MAXIMUM_ITEM);
    },
  );

  it('say how many are omitted, again after they were carried into another plan', () => {
    const [once] = storedTargets(targetsOf(1, 26_000));
    expect(once!.vulnerabilities.length + once!.omitted!).toBe(26_000);
    expect(once!.vulnerabilities.length).toBeGreaterThan(10_000);
    expect(storedTargets([once!])).toEqual([once]);
  });
});

it('a plan with 26,000 vulnerabilities is written, and its papers have them all', async () => {
  const table = new MemoryFindingTable();
  const scripts = new MemoryScriptStore();
  for (let index = 0; index < 26_000; index++)
    await table.put(makeItem({ sk: `FINDING#${id(index)}#OS#glibc`, vulnerabilityId: id(index) }), 0);
  const result = await generate(table, scripts);
  if (result.did !== 'planned') throw new Error(result.why);
  expect(result.patch.targets).toMatchObject([{ package: 'glibc', omitted: expect.any(Number) as number }]);
  const papers = (await scripts.getAudit(result.patch.proposalUri ?? '')) ?? '';
  expect(new Set(papers.match(/CVE-2026-\d+/g)).size).toBe(26_000);
});

describe('targets that are carried on from the promoted patch', () => {
  const targets = [makeTarget({ package: 'krb5', floor: '2' }), makeTarget({ package: 'zlib', floor: '3' })];

  it.each<[string, boolean, string[]]>([
    ['stay where only the promoted image has the fix', false, ['glibc', 'krb5', 'zlib']],
    ['drop out where the parent has it too', true, ['glibc', 'zlib']],
  ])('%s', async (_what, inParent, planned) => {
    const table = new MemoryFindingTable();
    await table.put(
      makePatch({
        state: 'PROMOTED',
        targets,
        outcomes: [
          { package: 'krb5', result: 'fixed', binaries: [], ...(inParent && { inParent: true }) },
          { package: 'zlib', result: 'fixed', binaries: [] },
        ],
      }),
      0,
    );
    await updateHead(table, 'debian-12', (head) => ({
      ...head,
      promoted: {
        ...{ digest: digestOf('a'), reference: 'r', patch: 1, since: NOW.toISOString(), descendsFrom: [] },
      },
    }));
    await table.put(makeItem(), 0);
    const result = await generate(table);
    if (result.did !== 'planned') throw new Error(result.why);
    expect(result.patch.targets.map((target) => target.package)).toEqual(planned);
  });
});
