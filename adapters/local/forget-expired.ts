import { ConditionFailedError } from '../../domain/errors';
import type { SqliteFindingTable } from './sqlite-finding-table';

/**
 * Deletes what a model was asked and answered once it has expired, as DynamoDB does by itself. Leaves alone what another
 * process has just changed.
 */
export async function forgetExpired(table: SqliteFindingTable, now: Date): Promise<void> {
  for (const partition of await table.partitions('MODEL#')) {
    for (const item of await table.query(partition)) {
      const { expiresAt } = item;
      if (typeof expiresAt !== 'number' || expiresAt > now.getTime() / 1_000) continue;
      await table.delete(item, item.version).catch((error: unknown) => {
        if (!(error instanceof ConditionFailedError)) throw error;
      });
    }
  }
}
