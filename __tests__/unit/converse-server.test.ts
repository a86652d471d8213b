import type { ConverseCommandInput, ConverseCommandOutput } from '@aws-sdk/client-bedrock-runtime';
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { PatchRequest } from '../../domain/author/patch-request';
import { promptOf } from '../../domain/author/prompt';
import { REPLY_TOOL, replyJsonSchema } from '../../domain/author/reply-contract';
import { BEHAVIOURS, slow, throttledThenGood } from '../support/converse/behaviours';
import type { ConverseBehaviour, ConverseServer } from '../support/converse/converse-server';
import { startConverseServer } from '../support/converse/converse-server';
import type { ErrorName } from '../support/converse/outcomes';
import { failure } from '../support/converse/outcomes';
import { sampleRequest } from '../support/converse/sample-request';

const SONNET = 'us.anthropic.claude-sonnet-4-6';
const OPUS_5 = 'us.anthropic.claude-opus-5-5';
const NOVA = 'us.amazon.nova-2-lite-v1:0';

/** The schema's top in the three keywords that every family takes in a tool. */
function toolSchema(): Record<string, never> {
  const { type, properties, required } = replyJsonSchema();
  return { type, properties, required } as unknown as Record<string, never>;
}

/** A request as the service takes it from any model, and changes to it. */
function ask(
  modelId: string,
  question: PatchRequest,
  change: Partial<ConverseCommandInput> = {},
): ConverseCommandInput {
  const { system, parts } = promptOf(question);
  return {
    modelId,
    system: [{ text: system }],
    messages: [{ role: 'user', content: parts.map(({ text }) => ({ text })) }],
    inferenceConfig: { maxTokens: 4_096 },
    toolConfig: {
      tools: [{ toolSpec: { name: REPLY_TOOL, inputSchema: { json: toolSchema() } } }],
      toolChoice: { auto: {} },
    },
    ...change,
  };
}

let server: ConverseServer;
let client: BedrockRuntimeClient;

beforeAll(async () => {
  server = await startConverseServer(BEHAVIOURS.good);
  client = clientOf('us-east-1');
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

function clientOf(region: string): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    endpoint: server.url,
    region,
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
}

async function send(behaviour: ConverseBehaviour, input: ConverseCommandInput): Promise<ConverseCommandOutput> {
  server.behave(behaviour);
  return await client.send(new ConverseCommand(input));
}

/** @returns `name status: message` of the error that the client throws */
async function errorOf(input: ConverseCommandInput, behaviour: ConverseBehaviour = BEHAVIOURS.good): Promise<string> {
  try {
    const output = await send(behaviour, input);
    return `no error: ${output.stopReason ?? ''}`;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
    return `${error.name} ${$metadata?.httpStatusCode ?? 'none'}: ${error.message}`;
  }
}

describe('the shapes, through the real client', () => {
  test('an answer by tool', async () => {
    const output = await send(BEHAVIOURS.good, ask(SONNET, sampleRequest()));
    expect(output.stopReason).toBe('tool_use');
    expect(output.output?.message).toEqual({
      role: 'assistant',
      content: [
        { text: 'I propose the following patch.' },
        {
          toolUse: {
            toolUseId: 'tooluse_K3xyA1b2C4d5E6f7G8h9Q0',
            name: 'propose_patch',
            input: {
              commands: [
                'apt-get update',
                'apt-get install -y --only-upgrade --no-install-recommends openssl curl',
                'apt-get clean',
                'rm -rf /var/lib/apt/lists/*',
              ],
              notFixable: [],
              explanation: 'The fixes are in the repositories.',
            },
          },
        },
      ],
    });
    expect(output.metrics).toEqual({ latencyMs: 850 });
    const { inputTokens, outputTokens, totalTokens } = output.usage ?? {};
    expect(inputTokens).toBe(1_200);
    expect(totalTokens).toBe(1_200 + (outputTokens ?? 0));
    expect(output.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('an answer by structured output is JSON text', async () => {
    const { toolConfig: _, ...rest } = ask(SONNET, sampleRequest());
    const output = await send(BEHAVIOURS.good, {
      ...rest,
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { schema: JSON.stringify(replyJsonSchema()), name: REPLY_TOOL } },
        },
      },
    });
    expect(output.stopReason).toBe('end_turn');
    expect(JSON.parse(output.output?.message?.content?.[0]?.text ?? '')).toMatchObject({ notFixable: [] });
  });

  test.each<[ErrorName, number]>([
    ['ThrottlingException', 429],
    ['ModelNotReadyException', 429],
    ['ModelTimeoutException', 408],
    ['ModelErrorException', 424],
    ['ServiceUnavailableException', 503],
    ['InternalServerException', 500],
    ['ValidationException', 400],
    ['AccessDeniedException', 403],
    ['ResourceNotFoundException', 404],
    ['ExpiredTokenException', 403],
    ['UnrecognizedClientException', 403],
  ])('the error %s with status %i', async (name, status) => {
    const error = await errorOf(ask(SONNET, sampleRequest()), () => failure(name, 'Told so.'));
    expect(error).toBe(`${name} ${status}: Told so.`);
  });

  test('it takes an ARN, records what was sent, and counts what was paid', async () => {
    const before = { requests: server.requests.length, paid: server.paidAnswers() };
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6';
    await send(BEHAVIOURS.good, ask(arn, sampleRequest()));
    await errorOf(ask(SONNET, sampleRequest()), BEHAVIOURS.outage);
    expect(server.requests).toHaveLength(before.requests + 2);
    expect(server.paidAnswers()).toBe(before.paid + 1);
    const recorded = server.requests.at(-2);
    expect(recorded?.modelId).toBe(arn);
    expect(recorded?.path).toBe(`/model/${encodeURIComponent(arn)}/converse`);
    expect(recorded?.body?.inferenceConfig).toEqual({ maxTokens: 4_096 });
    expect(recorded?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\//);
  });

  test('it throttles as often as it is told, and is slow as long as it is told', async () => {
    server.behave(throttledThenGood(2));
    const statuses: unknown[] = [];
    for (let round = 1; round <= 3; round++) {
      const sent = client.send(new ConverseCommand(ask(SONNET, sampleRequest())));
      statuses.push(
        await sent.then(
          (output) => output.stopReason,
          (error: unknown) => (error as Error).name,
        ),
      );
    }
    expect(statuses).toEqual(['ThrottlingException', 'ThrottlingException', 'tool_use']);
    const started = performance.now();
    await send(slow(300), ask(SONNET, sampleRequest()));
    expect(performance.now() - started).toBeGreaterThanOrEqual(295);
  });

  test('a request without signature, another path and broken JSON are refused', async () => {
    const path = `${server.url}/model/${SONNET}/converse`;
    const headers = { authorization: 'Bearer x' };
    const unsigned = await fetch(path, { method: 'POST', body: '{}' });
    expect([unsigned.status, unsigned.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
    const other = await fetch(`${server.url}/model/${SONNET}/invoke`, { method: 'POST', body: '{}', headers });
    expect(other.status).toBe(404);
    const broken = await fetch(path, { method: 'POST', body: '{', headers });
    expect([broken.status, broken.headers.get('x-amzn-errortype')]).toEqual([400, 'SerializationException']);
  });

  test('a behaviour that fails is a fault that the test hears of', async () => {
    const faulty = await startConverseServer(() => {
      throw new Error('a slip in the script');
    });
    const response = await fetch(`${faulty.url}/model/global.anthropic.claude-sonnet-4-6/converse`, {
      method: 'POST',
      headers: { authorization: 'Bearer x' },
      body: JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hello.' }] }] }),
    });
    expect(response.status).toBe(500);
    await response.text();
    await expect(faulty.close()).rejects.toThrow('a slip in the script');
  });
});

const OUTPUT_SCHEMA = replyJsonSchema();

function outputConfig(schema: unknown): Partial<ConverseCommandInput> {
  return {
    outputConfig: {
      textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: JSON.stringify(schema) } } },
    },
  };
}

function tool(change: object): Partial<ConverseCommandInput> {
  const toolSpec = { name: REPLY_TOOL, inputSchema: { json: toolSchema() }, ...change };
  return { toolConfig: { tools: [{ toolSpec }] } };
}

describe('requests that the service refuses', () => {
  const refused: [string, string, Partial<ConverseCommandInput>, string][] = [
    ['an unknown model', 'anthropic.claude-9', {}, 'model identifier is invalid'],
    ["another geography's profile", 'eu.anthropic.claude-sonnet-4-6', {}, 'model identifier is invalid'],
    ['a model without its profile', 'anthropic.claude-sonnet-4-6', {}, 'on-demand throughput isn’t supported'],
    ['a forced tool', OPUS_5, { toolConfig: { ...tool({}).toolConfig!, toolChoice: { any: {} } } }, 'tool_choice'],
    [
      'a named tool',
      OPUS_5,
      { toolConfig: { ...tool({}).toolConfig!, toolChoice: { tool: { name: REPLY_TOOL } } } },
      'tool_choice',
    ],
    ['structured output of Nova', NOVA, outputConfig(OUTPUT_SCHEMA), 'outputConfig.textFormat'],
    ['structured output of Sonnet 5', 'global.anthropic.claude-sonnet-5', outputConfig(OUTPUT_SCHEMA), 'outputConfig'],
    ['a temperature', OPUS_5, { inferenceConfig: { temperature: 0 } }, '`temperature` is deprecated'],
    ['topP', OPUS_5, { inferenceConfig: { topP: 0.5 } }, '`top_p` is deprecated'],
    ['both of them', SONNET, { inferenceConfig: { temperature: 0, topP: 0.5 } }, 'cannot both be specified'],
    ['a temperature over 1', SONNET, { inferenceConfig: { temperature: 1.5 } }, 'inferenceConfig.temperature'],
    ['a limit in a schema', SONNET, outputConfig({ type: 'string', maxLength: 5 }), "'maxLength' is not supported"],
    ['maxItems', SONNET, outputConfig({ type: 'array', items: {}, maxItems: 5 }), "'maxItems' is not supported"],
    ['minItems 2', SONNET, outputConfig({ type: 'array', items: {}, minItems: 2 }), 'values other than 0 or 1'],
    ['an open object', SONNET, outputConfig({ type: 'object', properties: {} }), "'additionalProperties' must be"],
    [
      'an open object inside',
      SONNET,
      outputConfig({ type: 'array', items: { type: 'object', properties: {} } }),
      "'additionalProperties' must be",
    ],
    ['a foreign $ref', SONNET, outputConfig({ $ref: 'https://example.com/schema' }), 'External $ref'],
    [
      'a schema that is no JSON',
      SONNET,
      { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{' } } } } },
      'not valid JSON',
    ],
    [
      'further keywords in a tool of Nova',
      NOVA,
      tool({ inputSchema: { json: OUTPUT_SCHEMA } }),
      'extraneous key [additionalProperties]',
    ],
    ['a strict tool of Nova', NOVA, tool({ strict: true }), 'strict'],
    ['a strict tool with limits', SONNET, tool({ strict: true }), "'additionalProperties' must be"],
    ['a tool that is no object', SONNET, tool({ inputSchema: { json: { type: 'string' } } }), 'toolConfig'],
    ['a tool name with a space', SONNET, tool({ name: 'propose patch' }), 'toolConfig'],
    ['blank text', SONNET, { messages: [{ role: 'user', content: [{ text: ' \n' }] }] }, 'messages.0.content.0'],
    ['no text at all', SONNET, { messages: [{ role: 'user', content: [] }] }, 'messages.0.content'],
    [
      'a conversation of one side',
      SONNET,
      { messages: [{ role: 'assistant', content: [{ text: 'a' }] }] },
      'must start',
    ],
    [
      'a guardrail without version',
      SONNET,
      { guardrailConfig: { guardrailIdentifier: 'abc', guardrailVersion: 'latest' } },
      'guardrailVersion',
    ],
  ];
  test.each(refused)('%s', async (_, modelId, change, message) => {
    const error = await errorOf(ask(modelId, sampleRequest(), change));
    expect(error).toMatch(/^ValidationException 400: /);
    expect(error).toContain(message);
  });

  const taken: [string, string, Partial<ConverseCommandInput>][] = [
    ['the least', OPUS_5, {}],
    [
      'an application inference profile',
      'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2',
      {},
    ],
    ['structured output of Sonnet 4.6', SONNET, outputConfig(OUTPUT_SCHEMA)],
    ['a strict tool of Sonnet 4.6', SONNET, tool({ strict: true, inputSchema: { json: OUTPUT_SCHEMA } })],
    ['a forced tool of Nova', NOVA, { toolConfig: { ...tool({}).toolConfig!, toolChoice: { any: {} } } }],
    ['a temperature for Nova', NOVA, { inferenceConfig: { temperature: 0, topP: 0.5 } }],
    ['Nova without profile', 'amazon.nova-lite-v1:0', {}],
    [
      'a guardrail',
      SONNET,
      { guardrailConfig: { guardrailIdentifier: 'abcdef123456', guardrailVersion: '3', trace: 'enabled' } },
    ],
  ];
  test.each(taken)('but takes %s', async (_, modelId, change) => {
    expect(await errorOf(ask(modelId, sampleRequest(), change))).toMatch(/^no error: /);
  });

  test('what is offered depends on the region of the signature', async () => {
    const european = clientOf('eu-central-1');
    server.behave(BEHAVIOURS.good);
    const asked = async (modelId: string): Promise<string> =>
      await european.send(new ConverseCommand(ask(modelId, sampleRequest()))).then(
        () => 'taken',
        (error: unknown) => (error as Error).name,
      );
    expect(await asked('eu.anthropic.claude-sonnet-4-6')).toBe('taken');
    expect(await asked('global.anthropic.claude-sonnet-4-6')).toBe('taken');
    expect(await asked('us.anthropic.claude-sonnet-4-6')).toBe('ValidationException');
    european.destroy();
  });
});
