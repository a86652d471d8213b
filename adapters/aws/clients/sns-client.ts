import { SNSClient } from '@aws-sdk/client-sns';
import { clientConfiguration, type ClientOptions } from './client-options';

/** An SNS client; make one per process. */
export function makeSnsClient(options: ClientOptions = {}): SNSClient {
  return new SNSClient(clientConfiguration(options));
}
