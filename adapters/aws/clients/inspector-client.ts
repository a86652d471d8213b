import { Inspector2Client } from '@aws-sdk/client-inspector2';
import { clientConfiguration, type ClientOptions } from './client-options';

/** Time limit of one try, in milliseconds: a page of a hundred findings may have a megabyte. */
const REQUEST_TIMEOUT_MS = 10_000;

/** An Amazon Inspector client; make one per process. */
export function makeInspectorClient(options: ClientOptions = {}): Inspector2Client {
  return new Inspector2Client(clientConfiguration(options, REQUEST_TIMEOUT_MS));
}
