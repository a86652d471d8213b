import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  S3Client,
} from '@aws-sdk/client-s3';

/**
 * Lifts the policies of buckets in the emulator. moto takes a statement that denies under a condition, such as "not by TLS",
 * for one that always denies, and answers 403 to every request for an object.
 * @param buckets names of buckets
 * @returns a function that puts them back
 */
export async function liftBucketPolicies(...buckets: readonly string[]): Promise<() => Promise<void>> {
  const s3 = new S3Client({ forcePathStyle: true });
  const lifted = new Map<string, string | undefined>();
  for (const Bucket of buckets) {
    lifted.set(Bucket, (await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy);
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
  }
  return async () => {
    for (const [Bucket, Policy] of lifted) await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  };
}
