import { observationOn } from '../lineage/observation-on';
import type { FindingItem } from '../table/finding-item';
import type { PlannableFinding } from './plan';

/**
 * The findings that a plan is for. Residual ones are taken along where there is anything open: another try costs
 * nothing then; alone they do not start a build.
 */
export function openFindings(findings: readonly FindingItem[]): PlannableFinding[] {
  if (!findings.some((finding) => finding.state === 'OPEN')) return [];
  return findings.flatMap((finding) => {
    if (finding.state !== 'OPEN' && finding.state !== 'RESIDUAL') return [];
    const observed = finding.judgedOn === undefined ? undefined : observationOn(finding, finding.judgedOn);
    if (observed?.floor === undefined) return [];
    return [
      {
        vulnerabilityId: finding.vulnerabilityId,
        package: finding.package,
        floor: observed.floor,
        ...(observed.platform !== undefined && { platform: observed.platform }),
      },
    ];
  });
}
