import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket';
import type { S3BucketLifecycleConfigurationRule } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning';
import { Construct } from 'constructs';
import type { Grantee } from '../iam-role/iam-role';
import { policyJson } from '../iam-role/policy-document';
import type { EncryptionKey } from '../key/key';
import type { Place } from '../place/place';
import { s3Arn } from '../place/place';

/** What a bucket is made with. */
export interface PrivateBucketProps {
  /** Global: it should hold the account and the region. */
  readonly name: string;
  readonly place: Place;
  /** Key that everything in it is encrypted with. */
  readonly key: EncryptionKey;
  /**
   * Days after which objects below a prefix (`''`: all) are deleted.
   *
   * @default none are
   */
  readonly expiry?: Readonly<Record<string, number>>;
  /** Days that replaced and deleted versions are kept. */
  readonly versionsDays: number;
  /** Refuse to destroy it; else it is destroyed with all that is in it. */
  readonly removalProtection: boolean;
}

/** A versioned bucket that nobody else reads: encrypted, TLS only, no ACLs, no public access. */
export class PrivateBucket extends Construct {
  readonly bucket: S3Bucket;
  readonly name: string;
  /** ARN as text. */
  readonly arn: string;
  private readonly key: EncryptionKey;

  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id);
    this.name = props.name;
    this.key = props.key;
    this.arn = s3Arn(props.place, props.name);
    this.bucket = new S3Bucket(this, 'bucket', {
      bucket: props.name,
      forceDestroy: !props.removalProtection,
      ...(props.removalProtection && { lifecycle: { preventDestroy: true } }),
    });
    const bucket = this.bucket.id;
    const versioning = new S3BucketVersioningA(this, 'versioning', {
      bucket,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketOwnershipControls(this, 'ownership', { bucket, rule: { objectOwnership: 'BucketOwnerEnforced' } });
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket,
      rule: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: props.key.arn },
          bucketKeyEnabled: true,
        },
      ],
    });
    const block = new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketPolicy(this, 'policy', { bucket, policy: this.tlsOnly(), dependsOn: [block] });
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket,
      rule: lifecycleRules(props),
      dependsOn: [versioning],
    });
  }

  /** Allows reading and writing objects below prefixes, and asking whether one is there. */
  grantReadWrite(grantee: Grantee, prefixes: readonly string[]): void {
    grantee.allow({
      sid: 'ReadAndWriteObjects',
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: this.objects(prefixes),
    });
    this.grantList(grantee);
    this.key.grantUse(grantee, 's3', ['Decrypt', 'GenerateDataKey']);
  }

  /** Allows an event source mapping to leave batches here that its function failed on (Lambda, "S3 destinations"). */
  grantStoreFailures(grantee: Grantee): void {
    grantee.allow({ sid: 'StoreFailedBatches', actions: ['s3:PutObject'], resources: [`${this.arn}/aws/lambda/*`] });
    this.grantList(grantee);
    this.key.grantUse(grantee, 's3', ['Decrypt', 'GenerateDataKey']);
  }

  private objects(prefixes: readonly string[]): string[] {
    return prefixes.map((prefix) => `${this.arn}/${prefix}*`);
  }

  /** Without it S3 answers 403 instead of 404 for what is not there (S3 API, GetObject). */
  private grantList(grantee: Grantee): void {
    grantee.allow({ sid: 'TellMissingObjects', actions: ['s3:ListBucket'], resources: [this.arn] });
  }

  private tlsOnly(): string {
    return policyJson([
      {
        sid: 'TlsOnly',
        effect: 'Deny',
        principals: '*',
        actions: ['s3:*'],
        resources: [this.arn, `${this.arn}/*`],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  }
}

function lifecycleRules({ expiry = {}, versionsDays }: PrivateBucketProps): S3BucketLifecycleConfigurationRule[] {
  return [
    ...Object.entries(expiry).map(([prefix, days]) => ({
      id: `expire-${prefix.replaceAll('/', '') || 'all'}`,
      status: 'Enabled',
      filter: [{ prefix }],
      expiration: [{ days }],
    })),
    {
      id: 'versions',
      status: 'Enabled',
      filter: [{ prefix: '' }],
      noncurrentVersionExpiration: [{ noncurrentDays: versionsDays }],
      abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
    },
  ];
}
