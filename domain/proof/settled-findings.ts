import type { NotedVulnerability } from '../notice/notice';
import type { FindingItem, Observation } from '../table/finding-item';
import { observationOn } from '../lineage/observation-on';

/** What became of one finding when a digest took the place of another. */
export interface SettledFinding {
  readonly finding: FindingItem;
  /** What was known of it on the digest before; absent where it was not seen there. */
  readonly before: Observation | undefined;
  /** What is known of it on the new digest. */
  readonly after: Observation | undefined;
  /** `fixed`: it was ACTIVE, and is proven gone. `residual`: a target of the patch that is still there. */
  readonly result: 'fixed' | 'residual' | 'other';
}

/**
 * What became of an image's findings with a new digest. One that was suppressed or closed before, by expiry or by
 * deletion, is not fixed, whatever is proven of the new digest.
 * @param from digest before; undefined where there was none
 * @param to the new digest, on which every finding is judged
 */
export function settledFindings(
  findings: readonly FindingItem[],
  from: string | undefined,
  to: string,
): SettledFinding[] {
  return findings.map((finding) => {
    const before = from === undefined ? undefined : observationOn(finding, from);
    const after = observationOn(finding, to);
    const isGone = after?.status === 'CLOSED' && after.proof !== undefined;
    const isResidual = finding.state === 'RESIDUAL' && finding.judgedOn === to;
    const result = before?.status === 'ACTIVE' && isGone ? 'fixed' : isResidual ? 'residual' : 'other';
    return { finding, before, after, result };
  });
}

/** Those with one result, as people are told of them. */
export function noted(settled: readonly SettledFinding[], result: 'fixed' | 'residual'): NotedVulnerability[] {
  return settled
    .filter((one) => one.result === result)
    .map(({ finding, before, after }) => ({
      vulnerabilityId: finding.vulnerabilityId,
      package: finding.package,
      severity: (after ?? before)?.severity ?? 'UNTRIAGED',
      ...(result === 'residual' && finding.reason !== undefined && { reason: finding.reason }),
    }));
}
