import { IAMClient } from '@aws-sdk/client-iam';
import { clientConfiguration, type ClientOptions } from './client-options';

/** An IAM client; make one per process. */
export function makeIamClient(options: ClientOptions = {}): IAMClient {
  return new IAMClient(clientConfiguration(options));
}
