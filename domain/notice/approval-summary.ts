import { SEVERITIES } from '../finding/severity';
import type { Severity } from '../finding/severity';
import { observationOn } from '../lineage/observation-on';
import { isAbout } from '../plan/target-findings';
import type { Target } from '../plan/target';
import type { FindingItem } from '../table/finding-item';
import type { PatchItem } from '../table/patch-item';

/** Targets, and vulnerabilities of one target, that are named; the rest is counted. A mail is read by people. */
const TARGETS_SHOWN = 25;
const IDS_SHOWN = 5;

/** What a patch that waits for a person would do: a sentence each, the targets with the worst findings first. */
export function approvalSummary(
  patch: Pick<PatchItem, 'targets' | 'author' | 'authorReason' | 'scriptUri' | 'rebuild' | 'attempt' | 'ecosystem'>,
  findings: readonly FindingItem[],
): string[] {
  const told = patch.targets
    .map((target) => ({ target, open: openOf(target, findings) }))
    .sort((left, right) => rank(right.open[0]?.severity) - rank(left.open[0]?.severity));
  const rest = told.length - TARGETS_SHOWN;
  return [
    headline(patch),
    ...told.slice(0, TARGETS_SHOWN).map(({ target, open }) => targetLine(target, open)),
    ...(rest > 0 ? [`And ${rest} more packages.`] : []),
    `The commands are by ${patch.author}${patch.authorReason === undefined ? '' : `: ${patch.authorReason}`}`,
    `The script is ${patch.scriptUri}`,
  ];
}

interface OpenVulnerability {
  readonly id: string;
  readonly severity: Severity;
}

/** What a target is to fix, worst first; what could not be fixed before is tried along. */
function openOf(target: Target, findings: readonly FindingItem[]): OpenVulnerability[] {
  return findings
    .filter(({ state }) => state === 'OPEN' || state === 'RESIDUAL')
    .filter((finding) => isAbout(target, finding.package))
    .map((finding) => {
      const { vulnerabilityId: id, judgedOn } = finding;
      const observed = judgedOn === undefined ? undefined : observationOn(finding, judgedOn);
      return { id, severity: observed?.severity ?? ('UNTRIAGED' as const) };
    })
    .sort((left, right) => rank(right.severity) - rank(left.severity) || (left.id < right.id ? -1 : 1));
}

function rank(severity: Severity | undefined): number {
  return severity === undefined ? -1 : SEVERITIES.indexOf(severity);
}

function headline({ targets, rebuild, attempt, ecosystem }: Parameters<typeof approvalSummary>[0]): string {
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  const what = targets.length === 1 ? '1 package' : `${targets.length} packages`;
  if (rebuild !== true) return `It patches ${what} with ${ecosystem}${again}.`;
  return targets.length === 0
    ? 'It builds the image again from its parent.'
    : `It builds the image again from its parent, and patches ${what} with ${ecosystem}.`;
}

function targetLine({ package: name, floor, action }: Target, open: readonly OpenVulnerability[]): string {
  const raised = `raised to ${floor} or higher`;
  const what = `${name} is ${action === 'remove' ? `removed, or ${raised} where other packages need it` : raised}`;
  if (open.length === 0) return `${what}: fixed before, and to stay so.`;
  const shown = open.slice(0, IDS_SHOWN).map(({ id, severity }) => `${id} (${severity})`);
  const more = open.length > IDS_SHOWN ? ` and ${open.length - IDS_SHOWN} more` : '';
  return `${what}: ${shown.join(', ')}${more}.`;
}
