import { BedrockClient } from '@aws-sdk/client-bedrock';
import { clientConfiguration, type ClientOptions } from './client-options';

/** A client of Bedrock's control plane, which tells of models and does not ask them; make one per process. */
export function makeBedrockClient(options: ClientOptions = {}): BedrockClient {
  return new BedrockClient(clientConfiguration(options));
}
