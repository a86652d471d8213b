import type { Severity } from '../finding/severity';
import { SEVERITIES } from '../finding/severity';
import { observationOn } from '../lineage/observation-on';
import type { FindingItem, FindingState } from '../table/finding-item';
import { FINDING_STATES, isFindingItem } from '../table/finding-item';
import type { TableItem } from '../table/items';

/** One finding of a golden image, as a list shows it. Absent values are left out: not known. */
export interface FindingRow {
  readonly image: string;
  /** Sort key of the finding, for `explain`. */
  readonly key: string;
  readonly vulnerabilityId: string;
  readonly package: string;
  /** Version on the digest that it is judged on. */
  readonly installed?: string;
  /** Lowest version that fixes it; absent: none is known. */
  readonly floor?: string;
  readonly severity: Severity;
  readonly state: FindingState;
  readonly reason?: FindingItem['reason'];
  /** ISO 8601. */
  readonly firstSeen: string;
}

/**
 * The findings among an image's items: by state (OPEN first), then the worst first, then by key.
 * @param states only these; empty: all
 */
export function findingRows(items: readonly TableItem[], states: readonly FindingState[] = []): FindingRow[] {
  return items
    .filter(isFindingItem)
    .filter(({ state }) => states.length === 0 || states.includes(state))
    .map(rowOf)
    .sort(
      (left, right) =>
        FINDING_STATES.indexOf(left.state) - FINDING_STATES.indexOf(right.state) ||
        SEVERITIES.indexOf(right.severity) - SEVERITIES.indexOf(left.severity) ||
        (left.key < right.key ? -1 : 1),
    );
}

function rowOf(finding: FindingItem): FindingRow {
  const { image, sk, vulnerabilityId, state, reason, firstObservedAt } = finding;
  const seen = finding.judgedOn === undefined ? undefined : observationOn(finding, finding.judgedOn);
  return {
    image,
    key: sk,
    vulnerabilityId,
    package: finding.package,
    ...(seen !== undefined && seen.installed !== '' && { installed: seen.installed }),
    ...(seen?.floor !== undefined && { floor: seen.floor }),
    severity: seen?.severity ?? 'UNTRIAGED',
    state,
    ...(reason !== undefined && { reason }),
    firstSeen: firstObservedAt,
  };
}
