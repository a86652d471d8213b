import type { Context } from 'aws-lambda';

/** What an invocation is observed with. */
export interface Observed {
  readonly logger: { addContext(context: Context): void };
  readonly metrics: { publish(): void };
}

/** Wraps a handler: its log lines carry the request's id, and what was counted is written however it ends. */
export function invocation<R>(
  { logger, metrics }: Observed,
  handle: (event: unknown, context: Context) => Promise<R>,
): (event: unknown, context: Context) => Promise<R> {
  return async (event, context) => {
    logger.addContext(context);
    try {
      return await handle(event, context);
    } finally {
      metrics.publish();
    }
  };
}
