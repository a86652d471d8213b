import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { ModelReply, PatchModel } from '../../../domain/author/model';
import { makeModelAuthor, type ModelAuthorPorts } from '../../../domain/author/model-author';
import { makeModelLedger } from '../../../domain/author/model-ledger';
import type { PatchRequest } from '../../../domain/author/patch-request';
import type { PatchProposal } from '../../../domain/author/proposal';
import { promptOf } from '../../../domain/author/prompt';
import { ConditionFailedError, ModelUnavailableError } from '../../../domain/errors';
import type { FindingTable, Logger, PatchAuthor } from '../../../domain/ports';
import { modelBudgetKey, modelReplyKey } from '../../../domain/table/model-items';
import { recordingMetrics } from '../lambda/recorders';
import { NOW, silent } from '../table/samples';
import { answerOf, ask, fakeModel, GOOD_COMMANDS, makeReply } from './samples';

const { request } = ask();
const GOOD = answerOf(GOOD_COMMANDS, [{ package: 'krb5', reason: 'no fix' }]);
const BUDGET = { callsPerDay: 50, tokensPerDay: 1_000_000 };

function authorOf(
  model: PatchModel,
  table: FindingTable = new MemoryFindingTable(),
  logger: Logger = silent,
  more: Pick<ModelAuthorPorts, 'prices' | 'metrics'> = {},
): PatchAuthor {
  return makeModelAuthor({ model, ledger: makeModelLedger(table, BUDGET, () => NOW), logger, ...more });
}

/** The table, whose puts of some items throw. */
function failing(table: FindingTable, type: string, error: (item: { pk: string; sk: string }) => Error): FindingTable {
  return {
    get: async (key) => await table.get(key),
    query: async (pk, prefix) => await table.query(pk, prefix),
    delete: async (key, expected) => {
      await table.delete(key, expected);
    },
    put: async (item, expected) => {
      if (item['type'] === type) throw error(item);
      await table.put(item, expected);
    },
  };
}

async function hashOf(model: PatchModel, asked: PatchRequest = request): Promise<string | undefined> {
  return (await authorOf(model).propose(asked)).model?.requestHash;
}

describe('a question', () => {
  it('is the prompt of the request; the answer is read and its cost noted', async () => {
    const model = fakeModel([GOOD]);
    const proposal = await authorOf(model).propose(request);
    expect(model.asked).toEqual([promptOf(request)]);
    expect(proposal).toEqual({
      author: 'bedrock',
      commands: GOOD_COMMANDS,
      notFixable: [{ package: 'krb5', reason: 'no fix' }],
      explanation: 'because',
      reply: GOOD,
      model: {
        modelId: 'model-1',
        requestHash: proposal.model?.requestHash,
        cached: false,
        inputTokens: 1_000,
        outputTokens: 100,
        latencyMilliseconds: 5,
        stopReason: 'tool_use',
      },
    });
    expect(proposal.model?.requestHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is paid once: the second time, also by another process, the answer comes from the record', async () => {
    const table = new MemoryFindingTable();
    const [first, second] = [fakeModel([GOOD]), fakeModel([answerOf(['other'])])];
    const asked = await authorOf(first, table).propose(request);
    const again = await authorOf(second, table).propose(JSON.parse(JSON.stringify(request)) as PatchRequest);
    expect(again).toEqual({ ...asked, model: { ...asked.model, cached: true } });
    expect([first.asked.length, second.asked.length]).toEqual([1, 0]);
    expect(await table.get(modelBudgetKey(request.image, '2024-06-01'))).toMatchObject({ calls: 1, tokens: 1_100 });
  });

  it('is counted when it is paid, whatever becomes of its answer, and not where it comes from the record', async () => {
    const table = new MemoryFindingTable();
    const metrics = recordingMetrics();
    const prices = { inputPerMillionTokens: 3, outputPerMillionTokens: 15 };
    const useless = fakeModel([makeReply({ stopReason: 'max_tokens' })]);
    for (let time = 0; time < 2; time++) await authorOf(useless, table, silent, { metrics, prices }).propose(request);
    const { inputTokens, outputTokens } = makeReply({});
    expect(metrics.counts).toEqual({ ModelCalls: 1, ModelTokens: inputTokens + outputTokens });
    expect(metrics.measures).toEqual([
      { name: 'ModelCost', value: (3 * inputTokens + 15 * outputTokens) / 1_000_000, unit: 'cost', by: {} },
    ]);
  });

  it('is counted also where its answer cannot be recorded, and without prices it has no cost', async () => {
    const metrics = recordingMetrics();
    const table = failing(new MemoryFindingTable(), 'MODEL_REPLY', () => new Error('no'));
    await authorOf(fakeModel([GOOD]), table, silent, { metrics }).propose(request);
    expect([metrics.counts, metrics.measures]).toEqual([{ ModelCalls: 1, ModelTokens: 1_100 }, []]);
  });

  it('that the model did not answer costs nothing', async () => {
    const metrics = recordingMetrics();
    const model: PatchModel = {
      ...fakeModel([]),
      ask: async () => await Promise.reject(new ModelUnavailableError('throttled', 'busy', { retryAfterSeconds: 1 })),
    };
    await expect(authorOf(model, undefined, silent, { metrics }).propose(request)).rejects.toThrow('busy');
    expect([metrics.counts, metrics.measures]).toEqual([{}, []]);
  });

  it('an answer that cannot be used is on record too', async () => {
    const model = fakeModel([makeReply({ stopReason: 'max_tokens' })]);
    const author = authorOf(model);
    const codes = [await author.propose(request), await author.propose(request)].map(({ problem }) => problem?.code);
    expect([codes, model.asked.length]).toEqual([['cut-off', 'cut-off'], 1]);
  });

  it.each([
    ['another attempt', { attempt: 2 }],
    ['a correction', { correction: { commands: [], refusals: [] } }],
    ['the log of a failure', { failed: { attempt: 1, author: 'rules' as const, reason: 'script', log: 'E: held' } }],
    ['another architecture', { architecture: 'arm64' }],
    ['another installed version', { packages: ['libc6 2.36-9+deb12u5'] }],
    ['an image of the same facts', { image: 'debian-12-fips' }],
  ])('with %s is another one, and asked', async (_name, overrides) => {
    const model = fakeModel([GOOD]);
    const author = authorOf(model);
    await author.propose(request);
    const other = await author.propose({ ...request, ...overrides });
    expect([model.asked.length, other.model?.cached]).toEqual([2, false]);
  });

  it('has a hash of model, settings and prompt', async () => {
    const hash = await hashOf(fakeModel([GOOD]));
    expect(await hashOf(fakeModel([GOOD]))).toBe(hash);
    const others = [
      await hashOf(fakeModel([GOOD], { id: 'model-2' })),
      await hashOf(fakeModel([GOOD], { settings: { maximumTokens: 8_192 } })),
      await hashOf(fakeModel([GOOD], { settings: { maximumTokens: 4_096, guardrail: { id: 'g', version: '1' } } })),
      await hashOf(fakeModel([GOOD]), { ...request, attempt: 2 }),
      await hashOf(fakeModel([GOOD]), { ...request, correction: { commands: ['x'], refusals: [] } }),
    ];
    expect(new Set([hash, ...others]).size).toBe(6);
  });

  it('is logged with its cost, and without a word of it', async () => {
    const told: unknown[] = [];
    const log = (message: string, facts: unknown): number => told.push([message, facts]);
    const logger = { debug: log, info: log, warn: log, error: log } as unknown as Logger;
    const { model } = await authorOf(fakeModel([GOOD]), undefined, logger).propose(request);
    const { requestHash } = model!;
    const facts = { image: 'debian-12', modelId: 'model-1', requestHash, cached: false };
    const use = { inputTokens: 1_000, outputTokens: 100, latencyMilliseconds: 5, stopReason: 'tool_use' };
    expect(told).toEqual([['model answered', { ...facts, ...use }]]);
  });
});

describe('where there is no answer', () => {
  it('the outage is passed on; the call is counted, nothing is on record', async () => {
    const table = new MemoryFindingTable();
    const outage = new ModelUnavailableError('timeout', 'no answer within 240 s', { retryAfterSeconds: 300 });
    const author = authorOf(fakeModel([outage, GOOD]), table);
    await expect(author.propose(request)).rejects.toBe(outage);
    expect((await table.query('MODEL#debian-12')).map(({ sk }) => sk)).toEqual(['BUDGET#2024-06-01']);
    expect(await table.get(modelBudgetKey('debian-12', '2024-06-01'))).toMatchObject({ calls: 1, tokens: 0 });
    expect((await author.propose(request)).model?.cached).toBe(false);
  });

  it('a spent budget asks nothing, and what is on record is still served', async () => {
    const table = new MemoryFindingTable();
    const model = fakeModel([GOOD]);
    const ledger = makeModelLedger(table, { callsPerDay: 1, tokensPerDay: 10 }, () => NOW);
    const author = makeModelAuthor({ model, ledger, logger: silent });
    await author.propose(request);
    await expect(author.propose({ ...request, attempt: 2 })).rejects.toMatchObject({ outage: 'budget-spent' });
    expect((await author.propose(request)).model?.cached).toBe(true);
    expect(model.asked).toHaveLength(1);
  });

  it('a table that does not take the budget asks nothing', async () => {
    const table = failing(
      new MemoryFindingTable(),
      'MODEL_BUDGET',
      ({ pk, sk }) => new ConditionFailedError(pk, sk, 0),
    );
    const model = fakeModel([GOOD]);
    await expect(authorOf(model, table).propose(request)).rejects.toMatchObject({ outage: 'throttled' });
    expect(model.asked).toHaveLength(0);
  });

  it('an answer that cannot be recorded is used, its call is counted, and the next run asks again', async () => {
    const memory = new MemoryFindingTable();
    const table = failing(memory, 'MODEL_REPLY', ({ pk, sk }) => new ConditionFailedError(pk, sk, 0));
    const model = fakeModel([GOOD]);
    expect(await authorOf(model, table).propose(request)).toMatchObject({ commands: GOOD_COMMANDS });
    expect(await memory.get(modelBudgetKey('debian-12', '2024-06-01'))).toMatchObject({ calls: 1, tokens: 0 });
    expect((await authorOf(model, memory).propose(request)).model?.cached).toBe(false);
    expect(model.asked).toHaveLength(2);
  });
});

describe('whatever a model answers', () => {
  const deep = JSON.parse('['.repeat(40) + ']'.repeat(40)) as unknown;
  const good = { commands: GOOD_COMMANDS, notFixable: [], explanation: '' };

  it.each([
    ['one MB of Chinese', makeReply({ texts: ['漢'.repeat(350_000)] }), 'too-long'],
    ['one MB of emoji', makeReply({ texts: ['\u{1f600}'.repeat(250_000)] }), 'too-long'],
    ['one MB of emoji behind one letter', makeReply({ texts: [`a${'\u{1f600}'.repeat(250_000)}`] }), 'too-long'],
    ['one MB of control characters', makeReply({ texts: ['\u0001'.repeat(1_000_000)] }), 'too-long'],
    [
      'one MB of quotes in the input of the tool',
      makeReply({ toolInputs: [{ x: '"'.repeat(1_000_000) }] }),
      'too-long',
    ],
    ['one MB in many blocks', makeReply({ texts: Array<string>(10_000).fill('é'.repeat(50)) }), 'too-long'],
    ['64,000 Chinese characters', makeReply({ texts: ['漢'.repeat(64_000)] }), 'no-answer'],
    ['a lone surrogate in prose', makeReply({ texts: ['sorry \ud83d'] }), 'no-answer'],
    ['a lone surrogate in commands', makeReply({ toolInputs: [{ ...good, explanation: '\udc00' }] }), undefined],
    ['forty levels beside the contract', makeReply({ toolInputs: [{ ...good, more: deep }] }), undefined],
    ['forty levels', makeReply({ toolInputs: [deep] }), 'wrong-shape'],
    ['no input of the tool', makeReply({ toolInputs: [undefined] }), 'wrong-shape'],
    ['a key that is a lone surrogate', makeReply({ toolInputs: [{ '\ud800': 1 }] }), 'wrong-shape'],
  ] as [string, ModelReply, string | undefined][])(
    '%s: it is read, and kept in a table of 400 KB items',
    async (_name, reply, code) => {
      const table = new MemoryFindingTable();
      const model = fakeModel([reply]);
      const proposals: PatchProposal[] = [];
      for (let time = 0; time < 2; time++) proposals.push(await authorOf(model, table).propose(request));
      expect(proposals.map(({ problem }) => problem?.code)).toEqual([code, code]);
      expect(model.asked).toHaveLength(1);
      const item = await table.get(modelReplyKey('debian-12', proposals[0]?.model?.requestHash ?? ''));
      expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThanOrEqual(400 * 1_024);
    },
  );
});
