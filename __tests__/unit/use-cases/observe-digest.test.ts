import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import { observePromoted } from '../../../cli/run/observe-promoted';
import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import { GoldenImagesError } from '../../../domain/errors';
import type { Finding } from '../../../domain/finding/finding';
import type { FindingItem, Observation } from '../../../domain/table/finding-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import { updateHead } from '../../../domain/table/head-changes';
import { setResidual } from '../../../domain/table/mark-residual';
import { makeIngestFinding, makeJudgeAgain } from '../../../functions/ingest-finding/ingest-finding';
import { observeDigest } from '../../../functions/track-build/observe-digest';
import {
  digestOf,
  makeFinding,
  makeImage,
  makeItem,
  makeObservation,
  makePackage,
  makePatch,
  NOW,
  silent,
} from '../table/samples';

const SCANNED = digestOf('a');
const BUILT = digestOf('c');
const image = makeImage();
const libc = (version: string): InstalledPackage => makePackage('libc6', version, { source: 'glibc' });
const BELOW = libc('2.36-9+deb12u5');
const FIXED = libc('2.36-9+deb12u7');

async function findingOf(table: MemoryFindingTable): Promise<FindingItem> {
  return (await table.query('IMAGE#debian-12')).find(isFindingItem)!;
}

/** What is known of BUILT after a finding was seen on SCANNED. */
async function observed(on: Observation, packages: readonly InstalledPackage[]): Promise<FindingItem> {
  const table = new MemoryFindingTable();
  await table.put(makeItem({ observations: { [SCANNED]: on } }), 0);
  const known = { digest: BUILT, ecosystem: 'apt', packages };
  const options = { exceptions: [], from: new Set([SCANNED]), keep: new Set([SCANNED]) };
  await observeDigest({ table, clock: () => NOW }, image, known, options);
  const once = await findingOf(table);
  await observeDigest({ table, clock: () => NOW }, image, known, options);
  expect(await findingOf(table)).toEqual(once);
  return once;
}

describe('what a finding becomes on a digest whose packages are known', () => {
  const closed = makeObservation({ status: 'CLOSED' });
  const proven: Observation = { ...closed, proof: 'package-database' };

  it('CLOSED by the scanner and still below its floor: CLOSED, never FIXED', async () => {
    const finding = await observed(closed, [BELOW]);
    expect([finding.state, finding.judgedOn]).toEqual(['CLOSED', BUILT]);
    expect(finding.observations[BUILT]).not.toHaveProperty('proof');
  });

  it('CLOSED by the scanner of a language package, or without a known fix: CLOSED, never FIXED', async () => {
    const { floor: _floor, ...unfixed } = closed;
    expect((await observed(unfixed, [FIXED])).state).toBe('CLOSED');
    const table = new MemoryFindingTable();
    await table.put(makeItem({ packageManager: 'NODEPKG', observations: { [SCANNED]: closed } }), 0);
    await observeDigest(
      { table, clock: () => NOW },
      image,
      { digest: BUILT, ecosystem: 'apt', packages: [] },
      { exceptions: [], from: new Set([SCANNED]), keep: new Set() },
    );
    expect((await findingOf(table)).state).toBe('CLOSED');
  });

  it('CLOSED by the scanner and at its floor in the package database: FIXED', async () => {
    const finding = await observed(closed, [FIXED]);
    expect(finding.state).toBe('FIXED');
    expect(finding.observations[BUILT]).toMatchObject({ status: 'CLOSED', proof: 'package-database' });
  });

  it('proven gone from one digest and below its floor on another: ACTIVE there, and OPEN', async () => {
    const finding = await observed(proven, [BELOW]);
    expect(finding.state).toBe('OPEN');
    expect(finding.observations[BUILT]).toMatchObject({ status: 'ACTIVE', installed: BELOW.version });
    expect(finding.observations[BUILT]).not.toHaveProperty('proof');
  });
});

describe('a finding that is known through applications only', () => {
  const sighting = (overrides: Partial<Finding> = {}, base = SCANNED) => ({
    'app/shop': { digest: digestOf('d'), base, observation: makeObservation(overrides) },
  });
  const after = async (item: Partial<FindingItem>, packages: readonly InstalledPackage[]): Promise<FindingItem> => {
    const table = new MemoryFindingTable();
    await table.put(makeItem({ observations: {}, ...item }), 0);
    await observeDigest(
      { table, clock: () => NOW },
      image,
      { digest: BUILT, ecosystem: 'apt', packages },
      { exceptions: [], from: new Set([SCANNED]), keep: new Set([SCANNED]), residual: () => 'below-floor' },
    );
    return await findingOf(table);
  };

  it.each([
    ['at its floor: FIXED', FIXED, 'FIXED', undefined],
    ['below it: RESIDUAL', BELOW, 'RESIDUAL', 'below-floor'],
  ])('is judged on the new digest; %s', async (_what, installed, state, reason) => {
    const finding = await after({ seenIn: sighting() }, [installed]);
    expect([finding.state, finding.reason, finding.judgedOn]).toEqual([state, reason, BUILT]);
    expect(finding.seenIn).toEqual(sighting());
  });

  it('also where the scanner has closed it on the golden image, which nobody runs', async () => {
    const observations = { [SCANNED]: makeObservation({ status: 'CLOSED', observedAt: '2024-05-30T00:00:00.000Z' }) };
    expect((await after({ observations, seenIn: sighting() }, [BELOW])).state).toBe('RESIDUAL');
  });

  it('is left alone where the applications are built on another digest', async () => {
    const finding = await after({ seenIn: sighting({}, digestOf('9')) }, [FIXED]);
    expect([finding.version, finding.judgedOn]).toEqual([1, SCANNED]);
  });
});

describe('the scanner’s word', () => {
  /** A table that has ingested these facts. */
  async function ingested(...facts: Partial<Finding>[]) {
    const table = new MemoryFindingTable();
    const ports = { table, estate: { byRepository: new Map([[image.repository, image]]), exceptions: [] } };
    const ingest = makeIngestFinding({ ...ports, clock: () => NOW, logger: silent });
    for (const fact of facts) await ingest([makeFinding(fact)]);
    return { table, ingest };
  }

  it('CLOSED alone never makes a finding FIXED', async () => {
    const { table } = await ingested({}, { status: 'CLOSED', observedAt: '2024-05-23T00:00:00.000Z' });
    expect((await findingOf(table)).state).toBe('CLOSED');
  });

  it('of another EPSS score alone does not open a RESIDUAL finding again; of another floor does', async () => {
    const { table, ingest } = await ingested({});
    await setResidual(table, await findingOf(table), 'below-floor', NOW);
    const later = { observedAt: '2024-05-24T00:00:00.000Z', epss: 0.9 };
    await ingest([makeFinding(later)]);
    const finding = await findingOf(table);
    expect([finding.state, finding.reason, finding.residualSince]).toEqual([
      'RESIDUAL',
      'below-floor',
      NOW.toISOString(),
    ]);
    expect(finding.observations[SCANNED]).toMatchObject({ epss: 0.9, observedAt: later.observedAt });
    await ingest([makeFinding({ observedAt: '2024-05-25T00:00:00.000Z', epss: 0.9, floor: '2.36-9+deb12u8' })]);
    expect((await findingOf(table)).state).toBe('OPEN');
  });

  it('of another EPSS score alone does not open it again on a promoted digest either', async () => {
    const derived = { ...makeObservation(), derived: true as const };
    const table = new MemoryFindingTable();
    await table.put(makeItem({ observations: { [SCANNED]: makeObservation() } }), 0);
    const known = { digest: BUILT, ecosystem: 'apt', packages: [libc(derived.installed)] };
    const options = { exceptions: [], from: new Set([SCANNED]), keep: new Set([SCANNED]) };
    const ports = { table, clock: () => NOW };
    await observeDigest(ports, image, known, { ...options, residual: () => 'below-floor' });
    expect((await findingOf(table)).state).toBe('RESIDUAL');
    const item = await findingOf(table);
    const observation = makeObservation({ epss: 0.8, observedAt: '2024-05-24T00:00:00.000Z' });
    const next = { ...item, observations: { ...item.observations, [SCANNED]: observation } };
    await table.put({ ...next, version: item.version + 1 }, item.version);
    await observeDigest(ports, image, known, options);
    const finding = await findingOf(table);
    expect([finding.state, finding.reason, finding.residualSince]).toEqual([
      'RESIDUAL',
      'below-floor',
      NOW.toISOString(),
    ]);
    expect(finding.observations[BUILT]?.epss).toBe(0.8);
  });
});

describe('the package list of the promoted image', () => {
  /** A promoted image whose list of packages is `list`; the finding was seen on the scanned one. */
  async function promoted(list: string | undefined) {
    const table = new MemoryFindingTable();
    const scripts = new MemoryScriptStore();
    const packagesUri =
      list === undefined ? 'audit/debian-12/gone.json' : await scripts.putAudit('debian-12', 'p.json', list);
    await table.put(makePatch({ state: 'PROMOTED' }), 0);
    await table.put(makeItem(), 0);
    await updateHead(table, 'debian-12', (head) => ({
      ...head,
      adopted: { digest: SCANNED, floating: true },
      promoted: {
        ...{ digest: BUILT, reference: 'local:2024-06-01.1', patch: 1, since: NOW.toISOString(), packagesUri },
        descendsFrom: [SCANNED],
      },
    }));
    const ports = { table, scripts, clock: () => NOW };
    const estate = { byRepository: new Map([[image.repository, image]]), exceptions: [] };
    return {
      table,
      observe: async () => {
        await observePromoted(ports, image, []);
      },
      judge: async () => {
        await makeJudgeAgain({ ...ports, estate, logger: silent })(image);
      },
    };
  }

  it.each<[string, string | undefined]>([
    ['missing', undefined],
    ['empty', '[]\n'],
    ['of another shape', '{"packages":[]}'],
  ])('%s: it throws, and nothing becomes FIXED', async (_what, list) => {
    const here = await promoted(list);
    const before = await findingOf(here.table);
    await expect(here.observe()).rejects.toThrow(GoldenImagesError);
    await expect(here.observe()).rejects.toMatchObject({ kind: 'internal' });
    expect(await findingOf(here.table)).toEqual(before);
    await here.judge();
    expect((await findingOf(here.table)).state).not.toBe('FIXED');
  });

  it('that is there: each finding is what it says', async () => {
    const fixed = await promoted(JSON.stringify([FIXED]));
    await fixed.observe();
    expect((await findingOf(fixed.table)).state).toBe('FIXED');
    const below = await promoted(JSON.stringify([BELOW]));
    await below.observe();
    expect((await findingOf(below.table)).state).toBe('OPEN');
  });
});
