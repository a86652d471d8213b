import { ECRClient } from '@aws-sdk/client-ecr';
import { clientConfiguration, type ClientOptions } from './client-options';

/** Time limit of one try, in milliseconds: BatchGetImage may answer with manifests of megabytes. */
const REQUEST_TIMEOUT_MS = 10_000;

/** An ECR client; make one per process. */
export function makeEcrClient(options: ClientOptions = {}): ECRClient {
  return new ECRClient(clientConfiguration(options, REQUEST_TIMEOUT_MS));
}
