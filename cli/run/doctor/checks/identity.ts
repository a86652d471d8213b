import { callerIdentity } from '../../../../adapters/aws/caller-identity';
import { partitionOf } from '../../../../domain/config/partition';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAt, ok } from '../check';

/** Whose credentials these are: names alone would be found in another account too. */
export const identity: Check<Account> = {
  id: 'identity',
  look: async ({ environment, clients }) =>
    await lookAt('credentials', async () => {
      const { account, arn } = await callerIdentity(clients.sts);
      const { name, region } = environment;
      if (account !== environment.account)
        return failure(
          'credentials',
          `they are of account ${account} (${arn}), and environment ${name} is in account ${environment.account}`,
          'set AWS_PROFILE, or take a role, of that account',
        );
      const partition = arn.split(':')[1] ?? '';
      if (partition !== partitionOf(region))
        return failure(
          'credentials',
          `they are of partition ${partition}, where the region ${region} is not`,
          `set credentials of the partition ${partitionOf(region)}, or correct environments.${name}.region`,
        );
      return ok('credentials', `${arn}, account ${account}, region ${region}`);
    }),
};
