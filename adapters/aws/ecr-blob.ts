import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ECRClient, GetDownloadUrlForLayerCommand } from '@aws-sdk/client-ecr';
import { BadInputError } from '../../domain/errors';
import { type AwsCall, AwsServiceError, callAws } from './aws-error';
import type { Blob } from './ecr-manifest';

/** Largest blob that is read, in bytes; image configurations have some kilobytes. */
const BLOB_BYTES_LIMIT = 8 * 1024 * 1024;
const ATTEMPTS = 3;
/** Milliseconds that one download may take. */
const TIMEOUT_MS = 10_000;
/** Milliseconds before the second try; doubled before the next. */
const FIRST_PAUSE_MS = 200;

/**
 * Downloads a small blob of an image, such as its configuration, and checks it against its digest.
 * @throws BadInputError where it is over 8 MB, or its bytes are not what the digest says
 * @throws AwsServiceError where it cannot be had, after three tries
 */
export async function downloadBlob(client: ECRClient, repository: string, blob: Blob): Promise<Buffer> {
  const what = `${repository}@${blob.digest}`;
  if (blob.size > BLOB_BYTES_LIMIT) throw new BadInputError(`the blob ${what} is over ${BLOB_BYTES_LIMIT} bytes`);
  const call: AwsCall = { service: 'ecr', operation: 'GetDownloadUrlForLayer', resource: `blob ${what}` };
  for (let attempt = 1; ; attempt++) {
    const command = new GetDownloadUrlForLayerCommand({ repositoryName: repository, layerDigest: blob.digest });
    try {
      const { downloadUrl } = await callAws(call, async () => await client.send(command));
      const bytes = await callAws(call, async () => await download(downloadUrl ?? '', blob.size));
      if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` === blob.digest) return bytes;
      throw new BadInputError(`the blob ${what} has other bytes than its digest says`);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof AwsServiceError) || !error.isTransient) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/** Reads at most the bytes that the manifest tells; one more would make another blob of it. */
async function download(url: string, size: number): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok || response.body === null) throw new DownloadError(response.status);
  const chunks: Uint8Array[] = [];
  let read = 0;
  for await (const chunk of response.body) {
    const bytes = chunk as Uint8Array;
    chunks.push(bytes);
    read += bytes.length;
    if (read > size) break;
  }
  return Buffer.concat(chunks);
}

/** An answer of the store behind the download URL, in the form of the SDK's errors. */
class DownloadError extends Error {
  override readonly name = 'DownloadError';
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(httpStatusCode: number) {
    super(`the download answered with HTTP status ${httpStatusCode}`);
    this.$metadata = { httpStatusCode };
  }
}
