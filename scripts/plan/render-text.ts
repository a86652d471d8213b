import type { createColors } from 'picocolors';
import { printable } from '../../cli/output/printable';
import type { PlannedChange } from './planned-change';
import type { Loss, StackSummary } from './summarize';
import { lossesOf } from './summarize';
import { countsOf, detailOf, SIGNS, typesOf } from './wording';

/** Functions that colour text. */
export type Colors = ReturnType<typeof createColors>;

/** Lays plans out for a terminal: what would be lost first and in red, then by stack and golden image. */
export function renderText(summaries: readonly StackSummary[], colors: Colors): string {
  const losses = lossesOf(summaries);
  const blocks = [
    ...(losses.length === 0 ? [] : [lossBlock(losses, colors)]),
    ...summaries.map((summary) => stackBlock(summary, colors)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function lossBlock(losses: readonly Loss[], { red, bold }: Colors): string {
  const lines = losses.flatMap((loss) => {
    const whose = [loss.stack, loss.image, loss.name].filter((part) => part !== undefined).join(' · ');
    return [
      `${SIGNS[loss.effect]} ${loss.effect} ${printable(`${loss.address} (${whose})`)}`,
      `    lost: ${loss.lost}`,
    ];
  });
  return [bold(`Stateful, and would be lost: ${losses.length}`), ...lines].map((line) => red(line)).join('\n');
}

function stackBlock({ stack, images, drift, outputs, deferred }: StackSummary, colors: Colors): string {
  const { bold, yellow } = colors;
  const counts = countsOf(images.flatMap(({ changes }) => changes));
  return [
    `${bold(printable(stack))}: ${counts}`,
    ...images.flatMap(({ image, changes }) => [
      `  ${printable(image ?? 'shared')}: ${countsOf(changes)}`,
      ...changeLines(changes, colors),
    ]),
    ...(outputs.length === 0 ? [] : [`  outputs that change: ${printable(outputs.join(', '))}`]),
    ...(deferred === 0 ? [] : [yellow(`  put off to a later plan: ${deferred}`)]),
    ...(drift.length === 0 ? [] : [yellow('  changed outside of Terraform:'), ...drift.map(driftLine)]),
  ].join('\n');
}

function changeLines(changes: readonly PlannedChange[], colors: Colors): string[] {
  const grouped = changes.filter(isByType);
  return [
    ...changes.filter((change) => !isByType(change)).map((change) => changeLine(change, colors)),
    ...(grouped.length === 0 ? [] : [colors.green(`    + ${printable(typesOf(grouped))}`)]),
  ];
}

/** Listed by type alone: everything about it is new, and there is nothing special to say. */
function isByType({ effect, note }: PlannedChange): boolean {
  return effect === 'create' && note === undefined;
}

function changeLine(change: PlannedChange, { red, yellow }: Colors): string {
  const detail = detailOf(change);
  const line = `    ${SIGNS[change.effect]} ${printable(change.address)}${detail === '' ? '' : printable(`: ${detail}`)}`;
  if (change.lost !== undefined) return red(line);
  return change.effect === 'create' || change.effect === 'change' || change.effect === 'replace' ? yellow(line) : line;
}

function driftLine(change: PlannedChange): string {
  const detail = detailOf(change);
  return `    ${change.effect === 'destroy' ? 'deleted' : 'changed'} ${printable(change.address)}${detail === '' ? '' : printable(`: ${detail}`)}`;
}
