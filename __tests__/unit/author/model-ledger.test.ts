import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { SqliteFindingTable } from '../../../adapters/local/sqlite-finding-table';
import type { ModelBudget, ModelLedger } from '../../../domain/author/model-ledger';
import { makeModelLedger } from '../../../domain/author/model-ledger';
import { ModelUnavailableError } from '../../../domain/errors';
import type { FindingTable } from '../../../domain/ports';
import { isModelBudgetItem, isModelReplyItem, modelBudgetKey, modelReplyKey } from '../../../domain/table/model-items';
import { answerOf, makeReply } from './samples';

const IMAGE = 'debian-12';
const HASH = 'a'.repeat(64);
const REPLY = answerOf(['apt-get update']);
const DAY = 86_400;
const NOON = new Date('2024-06-01T12:00:00.000Z');

function world(budget: Partial<ModelBudget> = {}, table: FindingTable = new MemoryFindingTable()) {
  let now = NOON;
  const at = (time: string): void => {
    now = new Date(time);
  };
  const open = (): ModelLedger => makeModelLedger(table, { callsPerDay: 2, tokensPerDay: 5_000, ...budget }, () => now);
  return { table, at, open, ledger: open() };
}

async function refusal(promise: Promise<unknown>): Promise<ModelUnavailableError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ModelUnavailableError)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

async function used(table: FindingTable, day = '2024-06-01', image = IMAGE): Promise<unknown> {
  const item = await table.get(modelBudgetKey(image, day));
  return item !== undefined && isModelBudgetItem(item) ? [item.calls, item.tokens] : undefined;
}

describe('the budget', () => {
  it('of calls is spent call by call; then it says until when and which setting', async () => {
    const { ledger, table } = world();
    await ledger.reserve(IMAGE);
    await ledger.reserve(IMAGE);
    const error = await refusal(ledger.reserve(IMAGE));
    expect([error.outage, error.retryAfterSeconds]).toEqual(['budget-spent', DAY / 2]);
    expect(error.message).toBe("the image's budget of this day is spent: 2 calls");
    expect(error.hint).toContain('model.callsPerDay in golden-images.yaml');
    expect(await used(table)).toEqual([2, 0]);
  });

  it('of tokens counts input and output; the question that goes beyond it is the last', async () => {
    const { ledger, table } = world({ callsPerDay: 100, tokensPerDay: 2_000 });
    for (let asked = 0; asked < 2; asked++) {
      await ledger.reserve(IMAGE);
      await ledger.record(IMAGE, HASH, 'm', REPLY);
    }
    expect(await used(table)).toEqual([2, 2_200]);
    const error = await refusal(ledger.reserve(IMAGE));
    expect([error.outage, error.message]).toEqual([
      'budget-spent',
      "the image's budget of this day is spent: 2200 tokens",
    ]);
    expect(error.hint).toContain('model.tokensPerDay in golden-images.yaml');
    expect(await used(table)).toEqual([2, 2_200]);
  });

  it('exactly spent tokens are spent', async () => {
    const { ledger } = world({ tokensPerDay: 1_100 });
    await ledger.reserve(IMAGE);
    await ledger.record(IMAGE, HASH, 'm', REPLY);
    expect((await refusal(ledger.reserve(IMAGE))).outage).toBe('budget-spent');
  });

  it.each([{ callsPerDay: 0 }, { tokensPerDay: 0 }])('%p never asks, and writes nothing', async (budget) => {
    const { ledger, table } = world(budget);
    expect((await refusal(ledger.reserve(IMAGE))).outage).toBe('budget-spent');
    expect(await used(table)).toBeUndefined();
  });

  it('begins anew at midnight UTC, and is told so to the second', async () => {
    const { ledger, table, at } = world({ callsPerDay: 1 });
    at('2024-06-01T23:59:59.500Z');
    await ledger.reserve(IMAGE);
    expect((await refusal(ledger.reserve(IMAGE))).retryAfterSeconds).toBe(1);
    at('2024-06-02T00:00:00.000Z');
    await ledger.reserve(IMAGE);
    expect((await refusal(ledger.reserve(IMAGE))).retryAfterSeconds).toBe(DAY);
    expect([await used(table), await used(table, '2024-06-02')]).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });

  it('an answer that comes after midnight is paid by the new day', async () => {
    const { ledger, table, at } = world();
    at('2024-06-01T23:59:59Z');
    await ledger.reserve(IMAGE);
    at('2024-06-02T00:00:01Z');
    await ledger.record(IMAGE, HASH, 'm', REPLY);
    expect([await used(table), await used(table, '2024-06-02')]).toEqual([
      [1, 0],
      [0, 1_100],
    ]);
  });

  it('is one of each image', async () => {
    const { ledger, table } = world({ callsPerDay: 1 });
    await ledger.reserve(IMAGE);
    await ledger.reserve('other/image#1');
    expect(await used(table, '2024-06-01', 'other/image#1')).toEqual([1, 0]);
  });

  it('is kept for reports, ninety days from the first question on', async () => {
    const { ledger, table, at } = world();
    await ledger.reserve(IMAGE);
    at('2024-06-01T20:00:00Z');
    await ledger.record(IMAGE, HASH, 'm', REPLY);
    expect(await table.get(modelBudgetKey(IMAGE, '2024-06-01'))).toMatchObject({
      type: 'MODEL_BUDGET',
      image: IMAGE,
      expiresAt: NOON.getTime() / 1_000 + 90 * DAY,
    });
  });

  it('is never overdrawn by many at once, and loses no count', async () => {
    const { open, table } = world({ callsPerDay: 5 });
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, async () => {
        await open().reserve(IMAGE);
      }),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    expect(await used(table)).toEqual([5, 0]);
  });
});

describe('an answer on record', () => {
  it('serves the very same question, and no other, of the very same image', async () => {
    const { ledger } = world();
    expect(await ledger.find(IMAGE, HASH)).toBeUndefined();
    await ledger.record(IMAGE, HASH, 'model-1', REPLY);
    expect(await ledger.find(IMAGE, HASH)).toEqual(REPLY);
    expect(await ledger.find(IMAGE, 'b'.repeat(64))).toBeUndefined();
    expect(await ledger.find('ubuntu', HASH)).toBeUndefined();
  });

  it('serves for thirty days', async () => {
    const { ledger, table, at } = world();
    await ledger.record(IMAGE, HASH, 'model-1', REPLY);
    const item = await table.get(modelReplyKey(IMAGE, HASH));
    expect(item).toMatchObject({ type: 'MODEL_REPLY', image: IMAGE, modelId: 'model-1' });
    expect(item !== undefined && isModelReplyItem(item) && item.expiresAt).toBe(NOON.getTime() / 1_000 + 30 * DAY);
    at('2024-07-01T11:59:59Z');
    expect(await ledger.find(IMAGE, HASH)).toEqual(REPLY);
    at('2024-07-01T12:00:00Z');
    expect(await ledger.find(IMAGE, HASH)).toBeUndefined();
  });

  it('that is too old gives way to a new one', async () => {
    const { ledger, at } = world();
    await ledger.record(IMAGE, HASH, 'model-1', REPLY);
    at('2024-08-01T00:00:00Z');
    const other = makeReply({ texts: ['other'] });
    await ledger.record(IMAGE, HASH, 'model-1', other);
    expect(await ledger.find(IMAGE, HASH)).toEqual(other);
  });

  it('lies apart from the items that plans are made of', async () => {
    const { ledger, table } = world();
    await ledger.reserve(IMAGE);
    await ledger.record(IMAGE, HASH, 'm', REPLY);
    expect(await table.query(`IMAGE#${IMAGE}`)).toEqual([]);
    expect((await table.query(`MODEL#${IMAGE}`)).map(({ sk }) => sk)).toEqual(['BUDGET#2024-06-01', `REPLY#${HASH}`]);
  });
});

describe('two processes over one file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'model-ledger-'));
  const file = join(directory, 'table.db');
  const [one, two] = [new SqliteFindingTable(file), new SqliteFindingTable(file)];
  afterAll(() => {
    one.close();
    two.close();
    rmSync(directory, { recursive: true });
  });

  it('share answers and budget', async () => {
    const [first, second] = [one, two].map((table) => world({ callsPerDay: 3 }, table).ledger);
    await first!.reserve(IMAGE);
    await first!.record(IMAGE, HASH, 'm', REPLY);
    expect(await second!.find(IMAGE, HASH)).toEqual(REPLY);
    const results = await Promise.allSettled(
      [first, second, first, second].map(async (ledger) => {
        await ledger!.reserve(IMAGE);
      }),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await used(two)).toEqual([3, 1_100]);
  });
});
