import { SQSClient } from '@aws-sdk/client-sqs';
import { clientConfiguration, type ClientOptions } from './client-options';

/** An Amazon SQS client; make one per process. It goes to its region's endpoint, or the emulator's, whatever host a queue's URL has. */
export function makeSqsClient(options: ClientOptions = {}): SQSClient {
  return new SQSClient({ ...clientConfiguration(options), useQueueUrlAsEndpoint: false });
}
