import { makeBedrockAuthor } from '../../adapters/aws/bedrock/bedrock-author';
import { MemoryFindingTable } from '../../adapters/local/memory-finding-table';
import type { PatchProposal } from '../../domain/author/proposal';
import { ModelUnavailableError } from '../../domain/errors';
import type { FindingTable, Logger, PatchAuthor } from '../../domain/ports';
import { setAwsEnvironment } from '../support/converse/aws-environment';
import type { BehaviourName } from '../support/converse/behaviours';
import { BEHAVIOURS, throttledThenGood } from '../support/converse/behaviours';
import type { ConverseServer } from '../support/converse/converse-server';
import { startConverseServer } from '../support/converse/converse-server';
import { INPUT_TOKENS } from '../support/converse/outcomes';
import { sampleRequest } from '../support/converse/sample-request';

const TOOL_MODEL = 'us.anthropic.claude-opus-5-5';
const TEXT_MODEL = 'us.anthropic.claude-sonnet-4-6';

let server: ConverseServer;
let restore: () => void = () => undefined;

beforeAll(async () => {
  server = await startConverseServer(BEHAVIOURS.good);
  restore = setAwsEnvironment(server.environment);
});

afterAll(async () => {
  restore();
  await server.close();
});

afterEach(() => {
  jest.restoreAllMocks();
});

const silent: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {
  // Logs are not looked at here.
}

/** An author as a process makes it: the table outlives it. */
function author(table: FindingTable, id = TOOL_MODEL): PatchAuthor {
  const config = { id, timeoutSeconds: 10, callsPerDay: 5 };
  return makeBedrockAuthor({ config, table, clock: () => new Date('2026-11-22T12:00:00Z'), logger: silent });
}

async function proposed(name: BehaviourName, id: string): Promise<{ proposal: PatchProposal; requests: number }> {
  server.behave(BEHAVIOURS[name]);
  const before = server.requests.length;
  const proposal = await author(new MemoryFindingTable(), id).propose(sampleRequest());
  return { proposal, requests: server.requests.length - before };
}

/** Answers without usable commands: the problem, and whether asking once more may help. */
const PROBLEMS: readonly [BehaviourName, string, boolean][] = [
  ['cut-off', 'cut-off', true],
  ['content-filtered', 'content-filtered', false],
  ['guardrail-intervened', 'guardrail-intervened', false],
  ['malformed-tool-use', 'malformed-output', true],
  ['malformed-model-output', 'malformed-output', true],
  ['context-exceeded', 'context-exceeded', false],
  ['refusing', 'no-answer', true],
  ['empty', 'empty', true],
  ['wrong-schema', 'wrong-shape', true],
  ['json-in-string', 'wrong-shape', true],
  ['two-tool-calls', 'wrong-shape', true],
  ['huge', 'too-long', true],
];

describe.each([TOOL_MODEL, TEXT_MODEL])('answers of %s, each by its name', (id) => {
  test.each(PROBLEMS)('%s: %s', async (name, code, repairable) => {
    const { proposal, requests } = await proposed(name, id);
    expect(proposal.problem).toMatchObject({ code, repairable });
    expect(proposal.commands).toEqual([]);
    expect(proposal.model?.modelId).toBe(id);
    expect(requests).toBe(1);
  });

  test.each<BehaviourName>(['good', 'good-as-text', 'fenced-in-prose'])('%s: the commands', async (name) => {
    const { proposal, requests } = await proposed(name, id);
    expect(proposal.problem).toBeUndefined();
    expect(proposal.commands).toEqual([
      'apt-get update',
      'apt-get install -y --only-upgrade --no-install-recommends openssl curl',
      'apt-get clean',
      'rm -rf /var/lib/apt/lists/*',
    ]);
    expect(proposal.model).toMatchObject({ cached: false, inputTokens: INPUT_TOKENS, latencyMilliseconds: 850 });
    expect(proposal.model?.outputTokens).toBeGreaterThan(0);
    expect(requests).toBe(1);
  });
});

describe('what is paid', () => {
  test('an answer is paid once: the same question, also in a new process, asks nobody', async () => {
    server.behave(BEHAVIOURS.good);
    const table = new MemoryFindingTable();
    const before = server.paidAnswers();
    const first = await author(table).propose(sampleRequest());
    const again = await author(table).propose(sampleRequest());
    expect(server.paidAnswers() - before).toBe(1);
    expect(again).toEqual({ ...first, model: { ...first.model, cached: true } });
  });

  test('an answer without use is paid once, too', async () => {
    server.behave(BEHAVIOURS.refusing);
    const table = new MemoryFindingTable();
    const before = server.paidAnswers();
    await author(table).propose(sampleRequest());
    expect((await author(table).propose(sampleRequest())).problem?.code).toBe('no-answer');
    expect(server.paidAnswers() - before).toBe(1);
  });

  test('another model is another question', async () => {
    server.behave(BEHAVIOURS.good);
    const table = new MemoryFindingTable();
    const before = server.paidAnswers();
    await author(table, TOOL_MODEL).propose(sampleRequest());
    await author(table, TEXT_MODEL).propose(sampleRequest());
    expect(server.paidAnswers() - before).toBe(2);
  });

  test('an outage is no answer: nothing of it is kept, and the next try is a new one', async () => {
    server.behave(BEHAVIOURS['expired-credentials']);
    const table = new MemoryFindingTable();
    await expect(author(table).propose(sampleRequest())).rejects.toBeInstanceOf(ModelUnavailableError);
    server.behave(BEHAVIOURS.good);
    expect((await author(table).propose(sampleRequest())).problem).toBeUndefined();
  });

  test('tries of one question are one call of the budget', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.01);
    server.behave(throttledThenGood(5));
    const table = new MemoryFindingTable();
    await author(table).propose(sampleRequest());
    for (const name of ['a', 'b', 'c', 'd']) await author(table).propose({ ...sampleRequest(), platform: name });
    const before = server.requests.length;
    await expect(author(table).propose({ ...sampleRequest(), platform: 'e' })).rejects.toMatchObject({
      outage: 'budget-spent',
    });
    expect(server.requests).toHaveLength(before);
  });
});
