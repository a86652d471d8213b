import { DeleteBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';

/**
 * Lifts the policies of buckets in the emulator. moto takes a statement that denies under a condition, such as "not by TLS",
 * for one that always denies, and answers 403 to every request for an object.
 * @param buckets names of buckets
 */
export async function liftBucketPolicies(...buckets: readonly string[]): Promise<void> {
  const s3 = new S3Client({ forcePathStyle: true });
  for (const Bucket of buckets) await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
}
