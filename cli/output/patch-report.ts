import pc from 'picocolors';
import type { ImageReport, Outcome, PatchReport, ReportedTarget } from '../run/patch-report';
import type { ReportedModel } from '../run/reported-model';
import { printLine } from './console';
import { printable } from './printable';
import { printCounts, printMalformed, shortList } from './summary';
import { table } from './table';

const COLORS: Readonly<Record<Outcome, (text: string) => string>> = {
  patched: pc.green,
  'nothing-to-do': pc.green,
  residual: pc.yellow,
  failed: pc.red,
  'awaiting-approval': pc.cyan,
  observed: pc.cyan,
  'not-built': pc.cyan,
};

const RESULT_COLORS: Readonly<Record<string, (text: string) => string>> = {
  fixed: pc.green,
  'already-fixed': pc.green,
  residual: pc.yellow,
};

/** What each outcome means to a person who has to go on. */
const MEANING: Readonly<Partial<Record<Outcome, string>>> = {
  'nothing-to-do': 'nothing to do',
  'not-built': 'the patch is signaled, not built: run the same command where buildah, podman or docker is there',
  'awaiting-approval': 'the patch waits for approval',
  observed: 'the patch is recorded only (mode observe)',
};

/** Prints the report of `patch` for a person. */
export function printPatchReport(report: PatchReport): void {
  printMalformed(report.malformed);
  printCounts('ignored', report.ignored);
  if (Object.keys(report.images).length === 0) printLine('No finding is about a golden image: nothing to do.');
  for (const [name, image] of Object.entries(report.images)) printImage(name, image);
}

function printImage(name: string, image: ImageReport): void {
  printLine(`\n${pc.bold(printable(name))}  ${COLORS[image.outcome](image.outcome)}`);
  const meaning = image.reason === 'model-unavailable' ? undefined : MEANING[image.outcome];
  if (meaning !== undefined) printLine(meaning);
  if (image.detail !== undefined) printLine(pc.yellow(printable(image.detail)));
  if (image.targets.length > 0) printLine(targetTable(image.targets));
  printCounts('parked', image.parked);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['image', image.image],
    ['digest', image.digest],
    ['script', image.script],
    ['evidence', image.evidence],
    ['author', image.authorReason],
    ['model', image.model === undefined ? undefined : modelLine(image.model)],
  ];
  for (const [label, value] of facts)
    if (value !== undefined) printLine(`${pc.dim(label.padEnd(8))} ${printable(value)}`);
}

function modelLine({ id, calls, inputTokens, outputTokens, cost, costPerFixedVulnerability }: ReportedModel): string {
  const spent = `${id}: ${calls} ${calls === 1 ? 'call' : 'calls'}, ${inputTokens} + ${outputTokens} tokens`;
  if (cost === undefined) return spent;
  const each = costPerFixedVulnerability === undefined ? '' : `, ${costPerFixedVulnerability} per fixed vulnerability`;
  return `${spent}, ${cost.amount} ${cost.currency}${each}`;
}

function targetTable(targets: readonly ReportedTarget[]): string {
  return table(
    ['PACKAGE', 'RESULT', 'FLOOR', 'BEFORE → AFTER', 'SETTLES'],
    targets.map((target) => [
      target.package,
      [target.result ?? 'planned', target.reason].filter((part) => part !== undefined).join(': '),
      target.floor,
      changeOf(target),
      shortList(target.vulnerabilities),
    ]),
    (text, column, row) => {
      const paint = column === 1 ? RESULT_COLORS[targets[row]?.result ?? ''] : undefined;
      return paint === undefined ? text : paint(text);
    },
  );
}

function changeOf(target: ReportedTarget): string {
  const [first, ...others] = target.binaries;
  if (first === undefined) return '–';
  const change =
    first.before === first.after ? first.after : `${first.before || 'absent'} → ${first.after || 'removed'}`;
  return others.length > 0 ? `${change} (+${others.length} binaries)` : change;
}
