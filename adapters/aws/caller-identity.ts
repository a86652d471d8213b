import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { GoldenImagesError } from '../../domain/errors';
import { callAws } from './aws-error';

/** Whose credentials are in use. */
export interface CallerIdentity {
  /** AWS account, 12 digits. */
  readonly account: string;
  /** ARN of the user, or of the role's session. */
  readonly arn: string;
}

/** Asks whose credentials are in use; anybody may ask that (STS API, GetCallerIdentity). @throws AwsServiceError */
export async function callerIdentity(client: STSClient): Promise<CallerIdentity> {
  const call = { service: 'sts', operation: 'GetCallerIdentity', resource: 'the credentials in use' } as const;
  const { Account, Arn } = await callAws(call, async () => await client.send(new GetCallerIdentityCommand({})));
  if (Account !== undefined && Arn !== undefined) return { account: Account, arn: Arn };
  throw new GoldenImagesError('internal', 'STS told no account and no ARN of the credentials in use');
}
