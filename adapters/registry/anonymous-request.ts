import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { assertPublicName, publicLookup, type ResolveAll } from './public-host';
import { RegistryTroubleError } from './registry-trouble-error';

/** A question to a registry, or to who gives its tokens. */
export interface AnonymousRequest {
  readonly url: URL;
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  /** Most bytes of the answer's body. */
  readonly limit: number;
  /** Ends the request, wherever it is. */
  readonly signal: AbortSignal;
}

/** An answer, as it came: redirects are the caller's. */
export interface AnonymousAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Empty unless the status is 200. */
  readonly body: Buffer;
}

/** Asks once. @throws RegistryTroubleError where the place is not allowed, cannot be had, or says too much */
export type AnonymousSend = (request: AnonymousRequest) => Promise<AnonymousAnswer>;

/** Where requests may go. */
export interface AnonymousSendOptions {
  /** Origins of stubs, `http://127.0.0.1:<port>`, that are asked without TLS. For tests; there are none else. */
  readonly stubs?: readonly string[];
  /** In place of `dns.lookup`. For tests. */
  readonly resolve?: ResolveAll;
}

/** Says who asks, as registries like to know; some refuse requests without it. */
const USER_AGENT = 'golden-images';
const STUB = /^http:\/\/127\.0\.0\.1:\d{1,5}$/;

/**
 * Sends requests without credentials to public places only: HTTPS, names in the public DNS, public addresses. A function of
 * AWS asks, and what registries and configurations name must not lead it to what only it can reach.
 * @throws Error where a stub is not one on loopback
 */
export function makeAnonymousSend({ stubs = [], resolve }: AnonymousSendOptions = {}): AnonymousSend {
  for (const stub of stubs) if (!STUB.test(stub)) throw new Error(`${stub} is no stub of a test`);
  const lookup = publicLookup(resolve);
  return async ({ url, method, headers, limit, signal }) => {
    const isStub = stubs.includes(url.origin);
    if (!isStub) assertAllowed(url);
    const start = isStub ? httpRequest : httpsRequest;
    try {
      return await new Promise<AnonymousAnswer>((done, fail) => {
        const options = {
          method,
          headers: { ...headers, 'user-agent': USER_AGENT },
          signal,
          agent: false as const,
          ...(!isStub && { lookup }),
        };
        start(url, options, (response) => {
          answerOf(response, limit).then(done, fail);
        })
          .on('error', fail)
          .end();
      });
    } catch (error) {
      if (error instanceof RegistryTroubleError) throw error;
      throw new RegistryTroubleError('unreachable', `${url.hostname} cannot be had`, {
        isWholeRegistry: true,
        cause: error,
      });
    }
  };
}

function assertAllowed(url: URL): void {
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '')
    throw new RegistryTroubleError('not-allowed', `${url.hostname} would be asked without HTTPS, or with a password`);
  assertPublicName(url.hostname);
}

async function answerOf(response: IncomingMessage, limit: number): Promise<AnonymousAnswer> {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  if (status === 200) {
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw new RegistryTroubleError('unreadable', `the answer has more than ${limit} bytes`);
      chunks.push(chunk);
    }
  } else response.destroy();
  return { status, headers, body: Buffer.concat(chunks) };
}
