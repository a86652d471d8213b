import { STSClient } from '@aws-sdk/client-sts';
import { clientConfiguration, type ClientOptions } from './client-options';

/** An STS client; make one per process. */
export function makeStsClient(options: ClientOptions = {}): STSClient {
  return new STSClient(clientConfiguration(options));
}
