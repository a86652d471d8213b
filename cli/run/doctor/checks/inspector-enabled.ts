import { BatchGetAccountStatusCommand } from '@aws-sdk/client-inspector2';
import { callAws } from '../../../../adapters/aws/aws-error';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAt, ok } from '../check';

const SUBJECT = 'Amazon Inspector';

/** Whether Inspector scans ECR at all. */
export const inspectorEnabled: Check<Account> = {
  id: 'inspector-enabled',
  look: async ({ environment, clients }) =>
    await lookAt(SUBJECT, async () => {
      const { account } = environment;
      const { accounts = [] } = await callAws(
        { service: 'inspector2', operation: 'BatchGetAccountStatus', resource: `account ${account}` },
        async () => await clients.inspector.send(new BatchGetAccountStatusCommand({ accountIds: [account] })),
      );
      const status = accounts.find(({ accountId }) => accountId === account);
      const whole = status?.state?.status ?? 'DISABLED';
      const ecr = status?.resourceState?.ecr?.status ?? 'DISABLED';
      if (whole === 'ENABLED' && ecr === 'ENABLED') return ok(SUBJECT, 'it is enabled for ECR');
      return failure(
        SUBJECT,
        `it is ${whole} for the account, and ${ecr} for ECR: no finding comes`,
        'aws inspector2 enable --resource-types ECR, or declare scanning.repositories in the environment (docs/deploying.md)',
      );
    }),
};
