import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { clientConfiguration, type ClientOptions } from './client-options';

/** An EventBridge client; make one per process. */
export function makeEventBridgeClient(options: ClientOptions = {}): EventBridgeClient {
  return new EventBridgeClient(clientConfiguration(options));
}
