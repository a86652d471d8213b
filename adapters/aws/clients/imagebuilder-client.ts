import { ImagebuilderClient } from '@aws-sdk/client-imagebuilder';
import { clientConfiguration, type ClientOptions } from './client-options';

/** An EC2 Image Builder client; make one per process. */
export function makeImageBuilderClient(options: ClientOptions = {}): ImagebuilderClient {
  return new ImagebuilderClient(clientConfiguration(options));
}
