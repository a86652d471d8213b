import type { Plan } from '../plan/plan';
import type { FindingTable } from '../ports';
import type { ResidualReason } from '../script/result-line';
import type { FindingItem } from './finding-item';
import { isFindingItem } from './finding-item';
import { updateItem } from './update-item';

/** Notes that the open findings of a plan's targets could not be fixed, and why. */
export async function markResidual(
  table: FindingTable,
  findings: readonly FindingItem[],
  plan: Pick<Plan, 'targets'>,
  reason: ResidualReason,
  now: Date,
): Promise<void> {
  const names = new Set(plan.targets.flatMap((target) => [target.package, target.reportedAs ?? target.package]));
  for (const finding of findings) {
    if (finding.state !== 'OPEN' || !names.has(finding.package)) continue;
    await setResidual(table, finding, reason, now);
  }
}

/** Notes that one open finding could not be fixed, and why. */
export async function setResidual(
  table: FindingTable,
  finding: FindingItem,
  reason: ResidualReason,
  now: Date,
): Promise<void> {
  await updateItem<FindingItem>(table, finding, isFindingItem, (known) =>
    known?.state !== 'OPEN' ? undefined : { ...known, state: 'RESIDUAL', reason, residualSince: now.toISOString() },
  );
}
