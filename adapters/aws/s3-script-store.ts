import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { BadInputError } from '../../domain/errors';
import type { ScriptStore } from '../../domain/ports';
import { isPathSegment, pathSegment } from '../shared/path-segment';
import { isWellFormed, quoted } from '../shared/text';
import { callAws, hasCode, type AwsCall } from './aws-error';

/** What the store is reached with. */
export interface S3ScriptStoreOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** KMS key (ARN, id or alias) that the objects are encrypted with; absent: the bucket's own default. */
  readonly kmsKeyId?: string;
}

const SCRIPT_NAME = /^(?<sha256>[0-9a-f]{64})\.sh$/;
/** Longest key in bytes of UTF-8. Source: S3, "Naming Amazon S3 objects". */
const KEY_BYTES_LIMIT = 1024;
/** Most bytes of user-defined metadata (S3, "Working with object metadata": 2 KB for all of it). */
const METADATA_BYTES_LIMIT = 1024;

type Room = 'scripts' | 'audit';

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Scripts and audit papers in an S3 bucket: `scripts/<image>/<sha256>.sh` and `audit/<image>/<name>`, image and name
 * percent-encoded as a whole, as by the local store. URIs are `s3://<bucket>/<key>`, with the key as it stands.
 *
 * S3 checks the SHA-256 of what it gets; a script is created and never replaced (If-None-Match), and read back only where
 * its bytes hash to its name. Methods throw AwsServiceError where S3 cannot be had, beside what the port says.
 */
export class S3ScriptStore implements ScriptStore {
  private readonly options: S3ScriptStoreOptions;

  constructor(options: S3ScriptStoreOptions) {
    this.options = options;
  }

  async putScript(image: string, script: string): Promise<{ uri: string; sha256: string }> {
    const bytes = utf8(`the script of image ${quoted(image)}`, script);
    const sha256 = sha256Of(bytes);
    const key = this.key('scripts', image, `${sha256}.sh`);
    try {
      await this.put(key, bytes, {
        IfNoneMatch: '*',
        ContentType: 'text/x-shellscript; charset=utf-8',
        Metadata: { 'patch-id': sha256, ...imageMetadata(image) },
      });
    } catch (error) {
      // There already, also by a try of ours whose answer was lost: then it must be these bytes.
      if (!hasCode(error, 'PreconditionFailed')) throw error;
      await this.verified(key, sha256);
    }
    return { uri: this.uri(key), sha256 };
  }

  async getScript(uri: string): Promise<string> {
    const key = this.keyOf('scripts', uri);
    const sha256 = SCRIPT_NAME.exec(key.split('/').at(-1) ?? '')?.groups?.['sha256'];
    if (sha256 === undefined) throw new BadInputError(`${quoted(uri)} is not the URI of a script`);
    return (await this.verified(key, sha256)).toString('utf8');
  }

  async putAudit(image: string, name: string, body: string): Promise<string> {
    const bytes = utf8(`the audit paper ${quoted(name)} of image ${quoted(image)}`, body);
    const key = this.key('audit', image, pathSegment('audit name', name));
    await this.put(key, bytes, { ContentType: contentType(name), Metadata: imageMetadata(image) });
    return this.uri(key);
  }

  async getAudit(uri: string): Promise<string | undefined> {
    return (await this.read(this.keyOf('audit', uri)))?.toString('utf8');
  }

  private async put(key: string, bytes: Buffer, more: Partial<PutObjectCommandInput>): Promise<void> {
    const { client, bucket, kmsKeyId } = this.options;
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: bytes,
      ChecksumAlgorithm: 'SHA256',
      ...(kmsKeyId !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyId, BucketKeyEnabled: true }),
      ...more,
    });
    await callAws(this.call('PutObject', key), async () => await client.send(command));
  }

  private async read(key: string): Promise<Buffer | undefined> {
    const { client, bucket } = this.options;
    try {
      return await callAws(this.call('GetObject', key), async () => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        return Buffer.from((await Body?.transformToByteArray()) ?? new Uint8Array());
      });
    } catch (error) {
      if (hasCode(error, 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  private async verified(key: string, sha256: string): Promise<Buffer> {
    const bytes = await this.read(key);
    if (bytes === undefined)
      throw new BadInputError(`there is no script ${this.uri(key)}`, {
        hint: 'check the bucket and its lifecycle rules; generate-patch writes the script again',
      });
    const actual = sha256Of(bytes);
    if (actual === sha256) return bytes;
    throw new BadInputError(`${this.uri(key)} was changed: its bytes hash to ${actual}`, {
      hint: 'find out who changed it (CloudTrail data events), then delete it; generate-patch writes the script again',
    });
  }

  private key(room: Room, image: string, name: string): string {
    const key = `${room}/${pathSegment('image name', image)}/${name}`;
    if (Buffer.byteLength(key) <= KEY_BYTES_LIMIT) return key;
    throw new BadInputError(`the key ${quoted(key)} is over ${KEY_BYTES_LIMIT} bytes`);
  }

  private uri(key: string): string {
    return `s3://${this.options.bucket}/${key}`;
  }

  /** The key of a URI that this store can have given out. */
  private keyOf(room: Room, uri: string): string {
    const prefix = this.uri('');
    const key = uri.slice(prefix.length);
    const [first, image = '', name = '', ...rest] = key.split('/');
    if (!uri.startsWith(prefix) || first !== room || rest.length > 0 || !isPathSegment(image) || !isPathSegment(name))
      throw new BadInputError(`${quoted(uri)} is not a URI of this store`, {
        hint: `it must be ${prefix}${room}/<image>/<name>`,
      });
    return key;
  }

  private call(operation: 'PutObject' | 'GetObject', key: string): AwsCall {
    return { service: 's3', operation, resource: this.uri(key) };
  }
}

function utf8(what: string, body: string): Buffer {
  if (isWellFormed(body)) return Buffer.from(body, 'utf8');
  throw new BadInputError(`${what} holds a lone surrogate, which has no UTF-8 form`, {
    hint: 'it would be read back as another text; drop the character',
  });
}

/** The image's name for people who look at the object; headers are ASCII and short, so encoded, and left out if long. */
function imageMetadata(image: string): Record<string, string> {
  const value = encodeURIComponent(image);
  return value.length > METADATA_BYTES_LIMIT ? {} : { image: value };
}

function contentType(name: string): string {
  return name.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8';
}
