import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { type AwsCall, callAws, hasCode } from '../../../../adapters/aws/aws-error';
import type { Account } from '../account';
import type { Check } from '../check';
import { failure, lookAt, ok, type Seen, warning } from '../check';

const APPLY = 'apply the patching stack (docs/deploying.md)';

/** Whether the table is there, tells of its changes, and can be restored. */
export const table: Check<Account> = {
  id: 'table',
  look: async (account) => {
    const { names, environment, clients } = account;
    const subject = `table ${names.table}`;
    const call = (operation: string): AwsCall => ({ service: 'dynamodb', operation, resource: subject });
    const settings = await lookAt(subject, async () => {
      try {
        const { Table } = await callAws(
          call('DescribeTable'),
          async () => await clients.dynamodb.send(new DescribeTableCommand({ TableName: names.table })),
        );
        return settingsOf(Table, subject, environment.removalProtection);
      } catch (error) {
        if (!hasCode(error, 'ResourceNotFoundException')) throw error;
        return failure(subject, 'it does not exist', APPLY);
      }
    });
    if (settings.some(({ seen }) => seen === 'it does not exist')) return settings;
    const backups = await lookAt(`backups of ${subject}`, async () => {
      const { ContinuousBackupsDescription } = await callAws(
        call('DescribeContinuousBackups'),
        async () => await clients.dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: names.table })),
      );
      const status = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      return status === 'ENABLED'
        ? ok(`backups of ${subject}`, 'point-in-time recovery is ENABLED')
        : failure(`backups of ${subject}`, 'point-in-time recovery is off: what is lost is lost', APPLY);
    });
    return [...settings, ...backups];
  },
};

function settingsOf(description: TableDescription | undefined, subject: string, isProtected: boolean): Seen[] {
  const { TableStatus: status, StreamSpecification: stream, DeletionProtectionEnabled } = description ?? {};
  const { StreamEnabled: hasStream = false, StreamViewType: view = 'none' } = stream ?? {};
  return [
    status === 'ACTIVE'
      ? ok(subject, 'it is ACTIVE')
      : failure(subject, `it is ${status ?? 'unknown'}`, 'wait, or look at it in the console'),
    hasStream && view === 'NEW_AND_OLD_IMAGES'
      ? ok(`stream of ${subject}`, 'it is enabled, with new and old images')
      : failure(
          `stream of ${subject}`,
          hasStream
            ? `it has ${view} and not NEW_AND_OLD_IMAGES: changes cannot be told`
            : 'it is off: no patch is ever planned',
          APPLY,
        ),
    DeletionProtectionEnabled === true
      ? ok(`deletion protection of ${subject}`, 'it is on')
      : isProtected
        ? warning(
            `deletion protection of ${subject}`,
            'it is off, although the environment has removalProtection',
            APPLY,
          )
        : ok(`deletion protection of ${subject}`, 'it is off, as the environment has no removalProtection'),
  ];
}
