import { S3Client } from '@aws-sdk/client-s3';
import { clientConfiguration, type ClientOptions } from './client-options';
import { markThrottled } from './mark-throttled';

/** Time limit of one try, in milliseconds: audit papers may have megabytes. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * An S3 client; make one per process. Where `AWS_ENDPOINT_URL` or `AWS_ENDPOINT_URL_S3` points at an emulator, the bucket
 * stands in the path, since no host name of it resolves there.
 */
export function makeS3Client(options: ClientOptions = {}): S3Client {
  const isEmulated = (process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']) !== undefined;
  const client = new S3Client({ ...clientConfiguration(options, REQUEST_TIMEOUT_MS), forcePathStyle: isEmulated });
  client.middlewareStack.add(
    // Two conditional writes of one key at the same moment: S3 asks for another try (PutObject, If-None-Match).
    (next) => async (args) => await markThrottled(['ConditionalRequestConflict'], async () => await next(args)),
    { name: 'retryConditionalRequestConflict', step: 'finalizeRequest', priority: 'low' },
  );
  return client;
}
