import { makeConverseModel } from '../../../adapters/aws/bedrock/converse-model';
import type { ModelReply, PatchModel } from '../../../domain/author/model';
import { promptOf } from '../../../domain/author/prompt';
import { ModelUnavailableError } from '../../../domain/errors';
import type { ModelOutage } from '../../../domain/errors';
import { setAwsEnvironment } from './aws-environment';
import { sampleRequest } from './sample-request';

/** What the process is asked to ask. */
export interface Asking {
  /** Questions of one asker with the same options go to the same model, as in a process of the product. */
  readonly asker: string;
  readonly options: Parameters<typeof makeConverseModel>[0];
  readonly environment: Readonly<Record<string, string>>;
  /** What stands for every random number: the part of their limits that waits with full jitter take. */
  readonly jitter?: number;
}

/** How it ended. */
export type Asked =
  | { readonly kind: 'reply'; readonly reply: ModelReply }
  | {
      readonly kind: 'outage';
      readonly outage: ModelOutage;
      readonly message: string;
      readonly hint?: string;
      readonly retryAfterSeconds: number;
      /** Name of the error underneath. */
      readonly cause: string;
    }
  /** Anything else: a fault of ours. */
  | { readonly kind: 'thrown'; readonly message: string };

const models = new Map<string, PatchModel>();
const random = Math.random.bind(Math);

async function ask({ asker, options, environment, jitter }: Asking): Promise<Asked> {
  const restore = setAwsEnvironment(environment);
  Math.random = jitter === undefined ? random : () => jitter;
  const key = JSON.stringify([asker, options]);
  const model = models.get(key) ?? makeConverseModel(options);
  models.set(key, model);
  try {
    return { kind: 'reply', reply: await model.ask(promptOf(sampleRequest())) };
  } catch (error) {
    if (!(error instanceof ModelUnavailableError)) return { kind: 'thrown', message: String(error) };
    const { outage, message, hint, retryAfterSeconds, cause } = error;
    const name = cause instanceof Error ? cause.name : '';
    return { kind: 'outage', outage, message, retryAfterSeconds, cause: name, ...(hint !== undefined && { hint }) };
  } finally {
    restore();
  }
}

// Answers each message of its parent with one message, one after the other.
process.on('message', (asking: Asking) => {
  void ask(asking).then((asked) => process.send?.(asked));
});
