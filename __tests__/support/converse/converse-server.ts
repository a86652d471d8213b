import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConverseBody, ConverseCall } from './converse-call';
import { converseBody } from './converse-call';
import type { Outcome } from './outcomes';
import { failure } from './outcomes';
import { refusalOf } from './request-rules';

/** Answers the requests that the service would take: one function per way in which a model or a service behaves. */
export type ConverseBehaviour = (call: ConverseCall) => Outcome;

/** A request as it came in, whether the service would take it or not. */
export interface RecordedRequest {
  readonly method: string;
  /** As sent: percent-encoded. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  /** The body's bytes as text. */
  readonly text: string;
  /** The body, where it follows the service's model. */
  readonly body?: ConverseBody;
  /** From the path, decoded. */
  readonly modelId?: string;
  readonly outcome: Outcome;
  /** When its last byte came in, in milliseconds of `performance.now()`. */
  readonly at: number;
}

/** A server on the loopback interface that speaks the Converse API of Bedrock Runtime over HTTP/1.1. */
export interface ConverseServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Environment that points an AWS SDK, in this process or another, at the server and at nothing else. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every request so far, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** Models' answers so far (status 200): what an account would have paid. */
  paidAnswers(): number;
  /** Has it behave otherwise from now on. Requests are counted anew. */
  behave(behaviour: ConverseBehaviour): void;
  /** Ends it and every open connection. @throws what a behaviour threw: a fault of the test's */
  close(): Promise<void>;
}

type Judged = Pick<RecordedRequest, 'body' | 'modelId' | 'outcome'>;

const PATH = /^\/model\/(?<model>[^/]+)\/converse$/;
const SCOPE = /Credential=[^/]+\/[0-9]{8}\/(?<region>[a-z0-9-]+)\/bedrock\/aws4_request/;

/** Starts a server on a free port of 127.0.0.1. It runs in this process: a test that uses it must not block. */
export async function startConverseServer(behaviour: ConverseBehaviour): Promise<ConverseServer> {
  const requests: RecordedRequest[] = [];
  let current = behaviour;
  let taken = 0;
  const faults: unknown[] = [];
  const closing = new AbortController();

  function judge(request: IncomingMessage, text: string): Judged {
    const model = PATH.exec(request.url ?? '')?.groups?.['model'];
    if (request.method !== 'POST' || model === undefined)
      return { outcome: failure('ResourceNotFoundException', 'Unknown operation.') };
    const modelId = decodeURIComponent(model);
    const { authorization } = request.headers;
    if (authorization === undefined)
      return { modelId, outcome: failure('MissingAuthenticationTokenException', 'Missing Authentication Token') };
    const parsed = parse(text);
    if ('refusal' in parsed) return { modelId, outcome: parsed.refusal };
    const { body } = parsed;
    const region = SCOPE.exec(authorization)?.groups?.['region'];
    const refusal = refusalOf(modelId, region, body);
    if (refusal !== undefined) return { modelId, body, outcome: refusal };
    taken += 1;
    try {
      return { modelId, body, outcome: current({ modelId, region, body, number: taken }) };
    } catch (error) {
      faults.push(error);
      return { modelId, body, outcome: failure('InternalServerException', 'The scripted behaviour failed.') };
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const at = performance.now();
    const judged = judge(request, text);
    const { method = '', url: path = '', headers } = request;
    requests.push({ method, path, headers, text, at, ...judged });
    await play(judged.outcome, response, closing.signal);
  }

  const server = createServer((request, response) => {
    // A client that hangs up in the middle of its request, or a server that closes in the middle of a delay.
    serve(request, response).catch(() => response.destroy());
  });
  // A test that fails before it closes the server must not keep its process alive.
  server.on('connection', (socket) => socket.unref());
  server.unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    environment: environmentFor(url),
    requests,
    paidAnswers: () => requests.filter(({ outcome }) => outcome.kind === 'answer' && outcome.status === 200).length,
    behave: (next) => {
      current = next;
      taken = 0;
    },
    close: async () => {
      closing.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      if (faults.length > 0) throw faults[0];
    },
  };
}

function parse(text: string): { readonly body: ConverseBody } | { readonly refusal: Outcome } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { refusal: failure('SerializationException', 'The request body is not valid JSON.') };
  }
  const parsed = converseBody.safeParse(json);
  if (parsed.success) return { body: parsed.data };
  const issue = parsed.error.issues[0];
  const message = `1 validation error detected: Value at '${issue?.path.join('.') ?? ''}' failed to satisfy constraint: ${issue?.message ?? 'unknown'}`;
  return { refusal: failure('ValidationException', message) };
}

async function play(outcome: Outcome, response: ServerResponse, closing: AbortSignal): Promise<void> {
  if (outcome.kind === 'answer') {
    if (outcome.delayMilliseconds !== undefined) await sleep(outcome.delayMilliseconds, undefined, { signal: closing });
    response.writeHead(outcome.status, {
      'x-amzn-requestid': randomUUID(),
      ...outcome.headers,
      'content-length': Buffer.byteLength(outcome.body),
    });
    response.end(outcome.body);
    return;
  }
  if (outcome.after !== 'nothing') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
    response.flushHeaders();
  }
  if (outcome.kind === 'stall') return;
  if (outcome.after === 'half') await new Promise((resolve) => response.write('{"output":{"message":', resolve));
  response.destroy();
}

/** Keys are AWS's own examples: they open nothing. */
function environmentFor(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
