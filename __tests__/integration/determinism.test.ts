import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryFindingTable } from '../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../adapters/local/memory-script-store';
import { SqliteFindingTable } from '../../adapters/local/sqlite-finding-table';
import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import { undeclaredImage } from '../../domain/config/golden-image';
import type { Finding } from '../../domain/finding/finding';
import { parseRecord } from '../../domain/finding/parse-record';
import type { FindingTable } from '../../domain/ports';
import { isFindingItem } from '../../domain/table/finding-item';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { makeGeneratePatch } from '../../functions/generate-patch/generate-patch';
import { makeIngestFinding } from '../../functions/ingest-finding/ingest-finding';
import { digestOf, silent } from '../unit/table/samples';

const EVENTS = join(__dirname, '..', 'fixtures', 'inspector-events');
const SEEDS = Array.from({ length: 50 }, (_one, seed) => seed);
const SQLITE_SEEDS = [0, 17, 42];
const clock = (): Date => new Date('2024-06-01T00:00:00.000Z');

/** Deterministic numbers from 0 to 1 (mulberry32), so that a failing seed can be run again. */
function randomOf(seed: number): () => number {
  let state = seed + 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Doubles, shuffles and splits into batches of 1 to 400. */
function disturb(findings: readonly Finding[], seed: number): Finding[][] {
  const random = randomOf(seed);
  const stream = [...findings, ...findings.filter(() => random() < 0.5)];
  for (let at = stream.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [stream[at], stream[other]] = [stream[other]!, stream[at]!];
  }
  const batches: Finding[][] = [];
  const largest = 1 + Math.floor(random() * 400);
  while (stream.length > 0) batches.push(stream.splice(0, 1 + Math.floor(random() * largest)));
  return batches;
}

const fixtures: readonly Finding[] = readdirSync(EVENTS)
  .sort()
  .flatMap((name) => readFileSync(join(EVENTS, name), 'utf8').split('\n'))
  .filter((line) => line !== '')
  .flatMap((line) => parseRecord(JSON.parse(line)).findings);

const shifted = (finding: Finding, hours: number, changes: Partial<Finding> = {}): Finding => ({
  ...finding,
  observedAt: new Date(Date.parse(finding.observedAt) + hours * 3_600_000).toISOString(),
  ...changes,
});

/** What Inspector also sends: re-sent, older, newer, closed, reopened, suppressed and escalated versions of a finding. */
const synthetic: readonly Finding[] = fixtures
  .filter((_finding, index) => index % 7 === 0)
  .flatMap((finding, index): Finding[] => {
    switch (index % 6) {
      case 0:
        return [shifted(finding, 24)];
      case 1:
        return [shifted(finding, -24, { severity: 'LOW', firstObservedAt: '2024-01-01T00:00:00.000Z' })];
      case 2:
        return [shifted(finding, 1, { severity: 'MEDIUM' }), shifted(finding, 2, { severity: 'CRITICAL' })];
      case 3:
        return [
          shifted(finding, 3, { status: 'CLOSED' }),
          shifted(finding, 5),
          shifted(finding, 4, { status: 'SUPPRESSED' }),
        ];
      case 4:
        return [shifted(finding, 3, { status: 'CLOSED' })];
      default:
        // Two different words at one and the same time.
        return [shifted(finding, 6, { severity: 'HIGH' }), shifted(finding, 6, { exploit: true, epss: 0.9 })];
    }
  });

function estate(): { estate: Estate; images: GoldenImage[] } {
  const images = [...new Set(fixtures.map((finding) => finding.repository))].sort().map(undeclaredImage);
  return {
    estate: { byRepository: new Map(images.map((image) => [image.repository, image])), exceptions: [] },
    images,
  };
}

/** Everything that must not depend on the order of arrival; versions count writes, so they may. */
async function endState(table: FindingTable, batches: readonly (readonly Finding[])[]): Promise<unknown> {
  const { estate: declared, images } = estate();
  const scripts = new MemoryScriptStore();
  const ports = { table, scripts, authors: { choice: 'rules' as const }, clock, logger: silent };
  const ingest = makeIngestFinding({ ...ports, estate: declared });
  const generatePatch = makeGeneratePatch(ports);
  for (const batch of batches) await ingest(batch);
  const end = [];
  for (const image of images) {
    await generatePatch(image);
    const items = await table.query(imagePartition(image.name));
    const patches = items.filter(isPatchItem);
    end.push({
      image: image.name,
      findings: items.filter(isFindingItem).map(({ version: _version, ...rest }) => rest),
      head: items.filter(isHeadItem).map(({ version: _version, ...rest }) => rest),
      targets: patches.map((patch) => patch.targets),
      plans: patches.map((patch) => [patch.sequence, patch.planHash, patch.patchId]),
      scripts: await Promise.all(patches.map(async (patch) => await scripts.getScript(patch.scriptUri))),
    });
  }
  return end;
}

describe('two findings databases apart: the same events shuffled, doubled and split give the same table, targets and script', () => {
  const all = [...fixtures, ...synthetic];
  let inOrder: unknown;
  beforeAll(async () => {
    inOrder = await endState(new MemoryFindingTable(), [all]);
  });

  it('the run in order has something to compare', () => {
    const images = inOrder as {
      image: string;
      findings: { state: string }[];
      targets: unknown[][];
      scripts: string[];
    }[];
    expect(images.map((one) => [one.image, one.scripts.length])).toEqual([
      ['golden/amazonlinux', 1],
      ['golden/debian', 1],
      ['golden/golang', 1],
    ]);
    expect(images.flatMap((one) => one.findings).length).toBeGreaterThan(730);
    expect(new Set(images.flatMap((one) => one.findings.map((finding) => finding.state)))).toEqual(
      new Set(['OPEN', 'PARKED', 'CLOSED']),
    );
    expect(synthetic.length).toBeGreaterThan(120);
  });

  it.each(SEEDS)('seed %i, in memory', async (seed) => {
    expect(await endState(new MemoryFindingTable(), disturb(all, seed))).toEqual(inOrder);
  });

  it.each(SQLITE_SEEDS)('seed %i, in a file', async (seed) => {
    const directory = mkdtempSync(join(tmpdir(), 'determinism-'));
    const table = new SqliteFindingTable(join(directory, 'table.sqlite'));
    try {
      expect(await endState(table, disturb(all, seed))).toEqual(inOrder);
    } finally {
      table.close();
      rmSync(directory, { recursive: true });
    }
  });
});

describe('an image of which many digests were seen', () => {
  /** Seven pushes a day apart; every finding but the last is gone from the newest digests. */
  const many = fixtures
    .filter((finding) => finding.repository === 'golden/debian')
    .slice(0, 6)
    .flatMap((finding, index) =>
      Array.from({ length: index + 2 }, (_one, push): Finding => ({
        ...shifted(finding, push * 24),
        digest: digestOf(String(push)),
        pushedAt: new Date(Date.UTC(2024, 3, 1 + push)).toISOString(),
        arn: `${finding.arn.slice(0, -1)}${push}`,
      })),
    );

  it.each(SEEDS)('ends the same in any order: seed %i', async (seed) => {
    const inOrder = await endState(new MemoryFindingTable(), [many]);
    expect(await endState(new MemoryFindingTable(), disturb(many, seed))).toEqual(inOrder);
  });

  it('keeps no more than three digests beside the current one', async () => {
    const table = new MemoryFindingTable();
    await endState(
      table,
      many.map((finding) => [finding]),
    );
    const items = (await table.query(imagePartition('golden/debian'))).filter(isFindingItem);
    for (const item of items) expect(Object.keys(item.observations).length).toBeLessThanOrEqual(4);
  });
});
