import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request, read to its end. */
export interface StubRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer with a body; objects are sent as JSON. */
export interface StubAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | object;
}

/**
 * What a stub does with a request: an answer; `forward` it to the real server; `drop` the connection; `lose` the answer
 * (forward it, then drop the connection); `hang` without an answer.
 */
export type StubAction = StubAnswer | 'forward' | 'drop' | 'lose' | 'hang';

/** A small HTTP server of a test. */
export interface HttpStub {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Requests so far, oldest first. */
  readonly requests: readonly StubRequest[];
  stop(): Promise<void>;
}

/**
 * Starts a stub on a free loopback port.
 * @param act decides about each request; what it throws is answered with status 500
 * @param target server that requests are forwarded to
 */
export async function startHttpStub(
  act: (request: StubRequest) => StubAction | Promise<StubAction>,
  target?: string,
): Promise<HttpStub> {
  const requests: StubRequest[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await read(incoming);
    requests.push(request);
    const action = await act(request);
    if (action === 'hang') return;
    const answer = action === 'forward' || action === 'lose' ? await forward(request, target) : action;
    if (action === 'lose' || answer === 'drop') incoming.socket.destroy();
    else send(response, answer);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch((error: unknown) => {
      send(response, { status: 500, body: String(error) });
    });
  });
  // A test that fails before it stops the stub must not keep its process alive.
  server.on('connection', (socket) => socket.unref());
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Headers that are of one connection only, or that `fetch` makes itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
]);

async function read(incoming: IncomingMessage): Promise<StubRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return { method: incoming.method ?? '', path: incoming.url ?? '', headers, body: Buffer.concat(chunks) };
}

async function forward({ method, path, headers, body }: StubRequest, target: string | undefined): Promise<StubAnswer> {
  if (target === undefined) throw new Error('the stub has no server to forward to');
  const kept = Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name));
  const response = await fetch(`${target}${path}`, {
    method,
    headers: Object.fromEntries(kept),
    ...(body.length > 0 && { body: new Uint8Array(body) }),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(
      [...response.headers].filter(([name]) => name !== 'content-encoding' && !OWN_HEADERS.has(name)),
    ),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

function send(response: ServerResponse, { status, headers, body = '' }: Exclude<StubAction, string>): void {
  const isText = typeof body === 'string' || Buffer.isBuffer(body);
  const bytes = isText ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { ...(!isText && { 'content-type': 'application/json' }), ...headers });
  response.end(bytes);
}
