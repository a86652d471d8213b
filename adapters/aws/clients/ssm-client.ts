import { SSMClient } from '@aws-sdk/client-ssm';
import { clientConfiguration, type ClientOptions } from './client-options';
import { markThrottled } from './mark-throttled';

/** A Systems Manager client; make one per process. */
export function makeSsmClient(options: ClientOptions = {}): SSMClient {
  const client = new SSMClient(clientConfiguration(options));
  client.middlewareStack.add(
    // Two puts of one parameter at the same moment (SSM API, PutParameter).
    (next) => async (args) => await markThrottled(['TooManyUpdates'], async () => await next(args)),
    { name: 'retryTooManyUpdates', step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}
