import { printable } from '../../cli/output/printable';
import type { PlannedChange } from './planned-change';
import type { Loss, StackSummary } from './summarize';
import { lossesOf } from './summarize';
import { countsOf, detailOf, SIGNS } from './wording';

/** Characters of a comment on a pull request are limited to 65,536 (GitHub); some are left for who posts it. */
export const MARKDOWN_LIMIT = 60_000;

/** Lays plans out as Markdown for a comment, of at most {@link MARKDOWN_LIMIT} characters: lists that do not fit are left out. */
export function renderMarkdown(summaries: readonly StackSummary[]): string {
  const losses = lossesOf(summaries);
  const all = summaries.flatMap(({ images }) => images.flatMap(({ changes }) => changes));
  const head = [`### Terraform plan: ${countsOf(all)}`, '', ...lossBlock(losses), ...summaryTable(summaries)].join(
    '\n',
  );
  const blocks = summaries.filter((summary) => hasDetails(summary)).map(detailsBlock);
  let text = fitted(head, MARKDOWN_LIMIT - 200);
  let left = blocks.length;
  for (const block of blocks) {
    if (text.length + block.length > MARKDOWN_LIMIT - 200) break;
    text += block;
    left -= 1;
  }
  return left === 0
    ? text
    : `${text}\nToo long for one comment: the lists of ${left} stacks are left out. The plan's log has them.\n`;
}

function lossBlock(losses: readonly Loss[]): string[] {
  if (losses.length === 0) return [];
  return [
    '> [!CAUTION]',
    `> **${losses.length} stateful ${losses.length === 1 ? 'resource' : 'resources'} would be lost:**`,
    ...losses.map(
      (loss) =>
        `> - ${loss.effect} ${code(loss.address)} (${[loss.stack, loss.image, loss.name]
          .filter((part) => part !== undefined)
          .map(code)
          .join(', ')}): ${loss.lost}`,
    ),
    '',
  ];
}

function summaryTable(summaries: readonly StackSummary[]): string[] {
  return [
    '| stack | golden image | plan |',
    '| --- | --- | --- |',
    ...summaries.flatMap(({ stack, images }) =>
      images.length === 0
        ? [`| ${code(stack)} | | no changes |`]
        : images.map(
            ({ image, changes }) =>
              `| ${code(stack)} | ${image === undefined ? 'shared' : code(image)} | ${countsOf(changes)} |`,
          ),
    ),
    '',
  ];
}

function detailsBlock({ stack, images, drift, outputs, deferred }: StackSummary): string {
  return [
    '',
    `<details><summary>${html(stack)}</summary>`,
    '',
    ...images.flatMap(({ changes }) => changes.map((change) => changeItem(SIGNS[change.effect], change))),
    ...drift.map((change) =>
      changeItem(
        change.effect === 'destroy' ? 'deleted outside of Terraform:' : 'changed outside of Terraform:',
        change,
      ),
    ),
    ...(outputs.length === 0 ? [] : [`- outputs that change: ${outputs.map(code).join(', ')}`]),
    ...(deferred === 0 ? [] : [`- put off to a later plan: ${deferred}`]),
    '',
    '</details>',
    '',
  ].join('\n');
}

function hasDetails({ images, drift, outputs, deferred }: StackSummary): boolean {
  return images.length + drift.length + outputs.length + deferred > 0;
}

function changeItem(sign: string, change: PlannedChange): string {
  const detail = detailOf(change);
  return `- \`${sign}\` ${code(change.address)}${detail === '' ? '' : `: ${code(detail)}`}`;
}

/** Text from outside as inline code in which nothing is interpreted, also not within a table's cell. */
function code(text: string): string {
  return `\`${printable(text).replaceAll('`', "'").replaceAll('|', '¦')}\``;
}

function html(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function fitted(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, text.lastIndexOf('\n', limit))}\n\n…\n`;
}
