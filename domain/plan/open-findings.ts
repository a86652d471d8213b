import type { Severity } from '../finding/severity';
import { observationOn } from '../lineage/observation-on';
import type { FindingItem } from '../table/finding-item';
import type { PlannableFinding } from './plan';
import type { Target } from './target';
import { isAbout } from './target-findings';

/**
 * The findings that a plan is for. Residual ones are taken along where there is anything open: another try costs
 * nothing then; alone they do not start a build.
 */
export function openFindings(findings: readonly FindingItem[]): PlannableFinding[] {
  if (!findings.some((finding) => finding.state === 'OPEN')) return [];
  return findings
    .filter((finding) => finding.state === 'OPEN' || finding.state === 'RESIDUAL')
    .flatMap((finding) => plannable(finding) ?? []);
}

/** Severities of the open findings, as observed on the digest that each was judged on. */
export function openSeverities(findings: readonly FindingItem[]): Severity[] {
  return findings
    .filter(({ state }) => state === 'OPEN')
    .flatMap((finding) =>
      finding.judgedOn === undefined ? [] : (observationOn(finding, finding.judgedOn)?.severity ?? []),
    );
}

/**
 * The findings that are fixed and must stay so: a build starts from the parent again, and what a carried target has fixed
 * beyond its own floor, because the newest version was installed, is to be fixed again.
 */
export function fixedFindings(findings: readonly FindingItem[], carried: readonly Target[]): PlannableFinding[] {
  return findings
    .filter(({ state, package: name }) => state === 'FIXED' && carried.some((target) => isAbout(target, name)))
    .flatMap((finding) => plannable(finding) ?? []);
}

/** What planning needs of a finding, as observed on the digest that it was judged on; undefined where it has no fix. */
function plannable(finding: FindingItem): PlannableFinding | undefined {
  const observed = finding.judgedOn === undefined ? undefined : observationOn(finding, finding.judgedOn);
  if (observed?.floor === undefined) return undefined;
  return {
    vulnerabilityId: finding.vulnerabilityId,
    package: finding.package,
    floor: observed.floor,
    ...(observed.platform !== undefined && { platform: observed.platform }),
  };
}
