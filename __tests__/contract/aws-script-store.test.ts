import { createHash } from 'node:crypto';
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { makeS3Client } from '../../adapters/aws/clients/s3-client';
import { S3ScriptStore } from '../../adapters/aws/s3-script-store';
import { BadInputError } from '../../domain/errors';
import { describeOnMoto } from '../support/aws/moto-server';
import { createBucket } from '../support/aws/resources';
import { describeScriptStore, type ScriptStoreHarness } from './script-store.contract';

const KEY_ARN = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function location(uri: string): { Bucket: string; Key: string } {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return { Bucket: Bucket!, Key: Key! };
}

async function s3Harness(): Promise<ScriptStoreHarness> {
  const client = makeS3Client();
  const bucket = await createBucket(client);
  return {
    store: new S3ScriptStore({ client, bucket, kmsKeyId: KEY_ARN }),
    damage: async (uri) => {
      await client.send(new PutObjectCommand({ ...location(uri), Body: 'damaged' }));
    },
    remove: async (uri) => {
      await client.send(new DeleteObjectCommand(location(uri)));
    },
    dispose: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
}

describeOnMoto('on moto', () => {
  describeScriptStore('S3', s3Harness);

  test('an object has its type, its hashes, its image and its encryption', async () => {
    const client = makeS3Client();
    const bucket = await createBucket(client);
    const store = new S3ScriptStore({ client, bucket, kmsKeyId: KEY_ARN });
    const { uri, sha256 } = await store.putScript('team/debian 12', 'true\n');
    expect(uri).toBe(`s3://${bucket}/scripts/team%2Fdebian%2012/${sha256}.sh`);
    const head = await client.send(new HeadObjectCommand({ ...location(uri), ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({
      ContentType: 'text/x-shellscript; charset=utf-8',
      ContentLength: 5,
      Metadata: { 'patch-id': sha256, image: 'team%2Fdebian%2012' },
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: KEY_ARN,
      ChecksumSHA256: createHash('sha256').update('true\n').digest('base64'),
    });
    const paper = await store.putAudit('debian-12', 'evidence.json', '{}');
    const paperHead = await client.send(new HeadObjectCommand(location(paper)));
    expect(paperHead).toMatchObject({ ContentType: 'application/json', ServerSideEncryption: 'aws:kms' });
  });

  test('refuses URIs of another bucket, also of one whose name begins alike', async () => {
    const client = makeS3Client();
    const bucket = await createBucket(client);
    const other = await createBucket(client, `${bucket}-more`);
    const { uri } = await new S3ScriptStore({ client, bucket: other }).putScript('debian-12', 'true\n');
    const paper = await new S3ScriptStore({ client, bucket: other }).putAudit('debian-12', 'x', 'text');
    const store = new S3ScriptStore({ client, bucket });
    await expect(store.getScript(uri)).rejects.toThrow(BadInputError);
    await expect(store.getAudit(paper)).rejects.toThrow(BadInputError);
    await expect(store.getScript(uri.replace('s3://', 'https://'))).rejects.toThrow(/is not a URI of this store/);
  });
});
