import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MemoryFindingTable } from '../adapters/local/memory-finding-table';
import { undeclaredImage } from '../domain/config/golden-image';
import type { FindingTable, Logger } from '../domain/ports';
import { isFindingItem } from '../domain/table/finding-item';
import { makeHandleMessages } from '../functions/ingest-finding/handle-messages';
import { makeIngestFinding } from '../functions/ingest-finding/ingest-finding';
import { figure, median, milliseconds } from './timing';

const EVENTS = '__tests__/fixtures/inspector-events/golang_latest.jsonl';
const SIZES = [1_000, 10_000, 100_000];
/** Messages of one invocation. */
const BATCH = 100;
const RUNS = 3;
const NOW = new Date('2024-06-01T00:00:00Z');
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** What one delivery came to. */
interface Delivery {
  readonly milliseconds: number;
  /** Writes of findings. */
  readonly writes: number;
  /** Facts that told something new. */
  readonly folded: number;
  /** Bytes of the heap that are held when it is over, and were not before. */
  readonly heldBytes: number;
}

/**
 * Findings per second through the ingest handler with the local table, as the queue delivers them; how time and memory
 * grow with their number; and the writes of a first and of a second delivery.
 */
export async function benchIngest(): Promise<void> {
  const lines = (await readFile(EVENTS, 'utf8')).trim().split('\n');
  await deliverTwice(lines, SIZES[1] ?? 0); // compiles the hot paths
  const costs: number[] = [];
  for (const size of SIZES) {
    const runs: Awaited<ReturnType<typeof deliverTwice>>[] = [];
    for (let run = 0; run < RUNS; run++) runs.push(await deliverTwice(lines, size));
    const time = median(runs.map(({ first }) => first.milliseconds));
    costs.push(time / size);
    const first = runs.at(-1)?.first ?? { writes: Number.NaN, folded: Number.NaN };
    const count = size.toLocaleString('en');
    const held = median(runs.map(({ second }) => second.heldBytes)) / 1e6;
    figure(`ingest: findings per second, ${count} events`, Math.round((size / time) * 1000).toLocaleString('en'));
    figure(`ingest: writes per new fact, ${count}`, (first.writes / first.folded).toFixed(3), 'aim ≤ 1');
    figure(`ingest: writes of a redelivery, ${count}`, String(runs.at(-1)?.second.writes), 'aim 0');
    figure(`ingest: heap that a redelivery leaves behind, ${count}`, `${held.toFixed(1)} MB`, 'flat');
  }
  const growth = (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN);
  figure('ingest: cost of an event, 100,000 against 1,000', `× ${growth.toFixed(2)}`, 'linear: × 1');
}

async function deliverTwice(lines: readonly string[], size: number): Promise<{ first: Delivery; second: Delivery }> {
  const image = undeclaredImage('golden/golang');
  const store = new MemoryFindingTable({ keepsChanges: false });
  let [writes, folded] = [0, 0];
  const table: FindingTable = {
    get: async (key) => await store.get(key),
    query: async (pk, prefix) => await store.query(pk, prefix),
    delete: async (key, expected) => {
      await store.delete(key, expected);
    },
    put: async (item, expected) => {
      if (isFindingItem(item)) writes++;
      await store.put(item, expected);
    },
  };
  const estate = { byRepository: new Map([[image.repository, image]]), exceptions: [] };
  const handle = makeHandleMessages({
    ingest: makeIngestFinding({ table, estate, clock: () => NOW, logger: SILENT }),
    home: { account: '123456789012', region: 'us-east-1' },
    logger: SILENT,
    metrics: {
      count: (name, value) => {
        if (name === 'FindingsFolded') folded += value;
      },
    },
  });
  const deliver = async (): Promise<Delivery> => {
    const before = { writes, folded, heap: heapUsed() };
    let time = 0;
    for (let from = 0; from < size; from += BATCH) {
      const batch = { Records: messages(lines, from, Math.min(from + BATCH, size)) };
      time += await milliseconds(async () => {
        const { batchItemFailures } = await handle(batch);
        if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} messages failed`);
      });
    }
    return {
      milliseconds: time,
      writes: writes - before.writes,
      folded: folded - before.folded,
      heldBytes: heapUsed() - before.heap,
    };
  };
  return { first: await deliver(), second: await deliver() };
}

/** The recorded events as messages, repeated under other vulnerability ids. */
function messages(lines: readonly string[], from: number, to: number): unknown[] {
  return Array.from({ length: to - from }, (_, index) => {
    const at = from + index;
    const round = Math.floor(at / lines.length);
    const line = lines[at % lines.length] ?? '';
    const body = round === 0 ? line : line.replaceAll(/CVE-(\d{4})-(\d+)/g, `CVE-$1-${round}$2`);
    return { messageId: `m${at}`, body };
  });
}

/** Bytes in use after a collection. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function ignore(): void {
  // Nobody reads the log of a benchmark.
}
