import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Where a client goes, how long it waits and how often it tries; credentials and endpoint are the SDK's own environment. */
export interface ClientOptions {
  /** @default the SDK's own: AWS_REGION, or the profile's */
  readonly region?: string;
  /** Tries of one call, the first included. @default 4 */
  readonly maximumAttempts?: number;
  /** Milliseconds until a connection must stand. @default 2000 */
  readonly connectionTimeoutMs?: number;
  /** Milliseconds that one try may take. @default 5000, 10000 where bodies are large (S3, ECR) */
  readonly requestTimeoutMs?: number;
}

/** Most sockets of a client; a Lambda works on one batch at a time. */
const MAXIMUM_SOCKETS = 25;

/** What every SDK client is made with. */
export interface SharedClientConfiguration {
  readonly region?: string;
  readonly retryMode: 'adaptive';
  readonly maxAttempts: number;
  readonly requestHandler: NodeHttpHandler;
}

/**
 * Settings that all clients share: kept-alive connections, time limits that end a call instead of warning, and the SDK's
 * adaptive retries, which slow a client down while a service throttles it. A call ends after at most
 * `maximumAttempts × requestTimeoutMs` and the pauses between (at most some 5 s where none is throttled for long).
 */
export function clientConfiguration(options: ClientOptions, requestTimeoutMs = 5000): SharedClientConfiguration {
  return {
    ...(options.region !== undefined && { region: options.region }),
    retryMode: 'adaptive',
    maxAttempts: options.maximumAttempts ?? 4,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: options.connectionTimeoutMs ?? 2000,
      requestTimeout: options.requestTimeoutMs ?? requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: MAXIMUM_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAXIMUM_SOCKETS },
    }),
  };
}
