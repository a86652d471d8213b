import { readFile } from 'node:fs/promises';
import { MemoryFindingTable } from '../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../adapters/local/memory-script-store';
import { undeclaredImage } from '../domain/config/golden-image';
import type { Finding } from '../domain/finding/finding';
import { parseRecord } from '../domain/finding/parse-record';
import type { Logger } from '../domain/ports';
import { makeGeneratePatch } from '../functions/generate-patch/generate-patch';
import { makeIngestFinding } from '../functions/ingest-finding/ingest-finding';
import { figure, median, milliseconds } from './timing';

const EVENTS = '__tests__/fixtures/inspector-events/golang_latest.jsonl';
const SIZES = [1_000, 10_000, 100_000];
/** Findings that are folded in one go, as the command line does. */
const BATCH = 500;
const RUNS = 3;
/** A time at which the recorded findings' platform was supported. */
const NOW = new Date('2024-06-01T00:00:00Z');

const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** Findings per second through parse, policy and plan, in memory: for one image, and how that grows with their number. */
export async function benchDomain(): Promise<void> {
  const lines = (await readFile(EVENTS, 'utf8')).trim().split('\n');
  await decide(recordsOf(lines, SIZES[0] ?? 0)); // compiles the hot paths
  const costs: number[] = [];
  for (const size of SIZES) {
    const records = recordsOf(lines, size);
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++)
      times.push(
        await milliseconds(async () => {
          await decide(records);
        }),
      );
    costs.push(median(times) / size);
    const perSecond = Math.round((size / median(times)) * 1000);
    figure(
      `domain: findings per second, ${size.toLocaleString('en')} findings`,
      perSecond.toLocaleString('en'),
      'aim ≥ 5,000',
    );
  }
  const growth = (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN);
  figure('domain: cost of a finding, 100,000 against 1,000', `× ${growth.toFixed(2)}`, 'linear: × 1');
}

/** The recorded events, repeated under other vulnerability ids until there are enough; as JSON values. */
function recordsOf(lines: readonly string[], count: number): unknown[] {
  return Array.from({ length: count }, (_, index): unknown => {
    const round = Math.floor(index / lines.length);
    const line = lines[index % lines.length] ?? '';
    return JSON.parse(round === 0 ? line : line.replaceAll(/CVE-(\d{4})-(\d+)/g, `CVE-$1-${round}$2`));
  });
}

async function decide(records: readonly unknown[]): Promise<void> {
  const table = new MemoryFindingTable({ keepsChanges: false });
  const image = undeclaredImage('golden/golang');
  const estate = { byRepository: new Map([[image.repository, image]]), exceptions: [] };
  const ports = { table, clock: () => NOW, logger: SILENT };
  const ingest = makeIngestFinding({ ...ports, estate });
  let batch: Finding[] = [];
  for (const record of records) {
    batch.push(...parseRecord(record).findings);
    if (batch.length < BATCH) continue;
    await ingest(batch);
    batch = [];
  }
  await ingest(batch);
  const generatePatch = makeGeneratePatch({ ...ports, scripts: new MemoryScriptStore(), authors: { choice: 'rules' } });
  const result = await generatePatch(image);
  if (result.did !== 'planned') throw new Error(`the benchmark's findings make no plan: ${result.why}`);
}

function ignore(): void {
  // Nobody reads the log of a benchmark.
}
