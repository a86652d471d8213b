import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { MemoryFindingTable } from '../adapters/local/memory-finding-table';
import { undeclaredImage } from '../domain/config/golden-image';
import type { FindingTable, Logger } from '../domain/ports';
import { isFindingItem } from '../domain/table/finding-item';
import { makeHandleMessages } from '../functions/ingest-finding/handle-messages';
import { makeIngestFinding } from '../functions/ingest-finding/ingest-finding';
import { withEmulatedTables } from './emulated-table';
import { figure, median, milliseconds } from './timing';

const EVENTS = '__tests__/fixtures/inspector-events/golang_latest.jsonl';
const SIZES = [1_000, 10_000, 100_000];
/**
 * Emulated: moto takes some milliseconds a call, two calls a finding. 100,000 take half an hour, so they are asked for:
 * `INGEST_EMULATED=100000 npm run bench -- ingest`.
 */
const EMULATED_SIZES = [1_000, 10_000, ...(process.env['INGEST_EMULATED'] === '100000' ? [100_000] : [])];
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

const NOTHING: Delivery = { milliseconds: Number.NaN, writes: Number.NaN, folded: Number.NaN, heldBytes: Number.NaN };

/** Figures of one number of events. */
interface Measured {
  readonly size: number;
  /** Of the first delivery. */
  readonly milliseconds: number;
}

/**
 * Findings per second through the ingest handler as the queue delivers them, with the local table and, where `moto_server`
 * is there, with DynamoDB on the emulator; how time and memory grow with their number; and the writes of a first and of a
 * second delivery.
 */
export async function benchIngest(): Promise<void> {
  const lines = (await readFile(EVENTS, 'utf8')).trim().split('\n');
  const local = (): FindingTable => new MemoryFindingTable({ keepsChanges: false });
  await deliverTwice(lines, SIZES[1] ?? 0, local()); // compiles the hot paths
  const measured: Measured[] = [];
  for (const size of SIZES)
    measured.push(await measure('local', lines, size, RUNS, async () => await Promise.resolve(local())));
  growth('local', measured);
  await withEmulatedTables(async (makeTable) => {
    const emulated: Measured[] = [];
    for (const size of EMULATED_SIZES) {
      const one = await measure('emulator', lines, size, 1, makeTable);
      emulated.push(one);
      const baseline = measured.find((other) => other.size === size)?.milliseconds ?? Number.NaN;
      const ratio = one.milliseconds / baseline;
      figure(`ingest: time, emulator against local, ${count(size)}`, `× ${ratio.toFixed(0)}`, 'the calls over HTTP');
    }
    growth('emulator', emulated);
  });
}

async function measure(
  where: string,
  lines: readonly string[],
  size: number,
  times: number,
  makeTable: () => Promise<FindingTable>,
): Promise<Measured> {
  const runs: Awaited<ReturnType<typeof deliverTwice>>[] = [];
  for (let run = 0; run < times; run++) runs.push(await deliverTwice(lines, size, await makeTable()));
  const time = median(runs.map(({ first }) => first.milliseconds));
  const { first, second } = runs.at(-1) ?? { first: NOTHING, second: NOTHING };
  const held = median(runs.map((run) => run.second.heldBytes)) / 1e6;
  const what = `${where}, ${count(size)}`;
  figure(`ingest: findings per second, ${what}`, count(Math.round((size / time) * 1000)));
  figure(`ingest: writes per new fact, ${what}`, (first.writes / first.folded).toFixed(3), 'aim ≤ 1');
  figure(`ingest: writes of a redelivery, ${what}`, String(second.writes), 'aim 0');
  figure(`ingest: heap that a redelivery leaves behind, ${what}`, `${held.toFixed(1)} MB`, 'flat');
  return { size, milliseconds: time };
}

function growth(where: string, measured: readonly Measured[]): void {
  const [first, last] = [measured[0], measured.at(-1)];
  if (first === undefined || last === undefined) return;
  const cost = ({ size, milliseconds: time }: Measured): number => time / size;
  const name = `ingest: cost of an event, ${where}, ${count(last.size)} against ${count(first.size)}`;
  figure(name, `× ${(cost(last) / cost(first)).toFixed(2)}`, 'linear: × 1');
}

function count(value: number): string {
  return value.toLocaleString('en');
}

async function deliverTwice(
  lines: readonly string[],
  size: number,
  store: FindingTable,
): Promise<{ first: Delivery; second: Delivery }> {
  const image = undeclaredImage('golden/golang');
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
      measure: () => undefined,
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
