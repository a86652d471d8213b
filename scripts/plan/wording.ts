import type { Effect, PlannedChange } from './planned-change';
import { EFFECTS } from './planned-change';

/** Sign of an effect, as Terraform's own plans have them. */
export const SIGNS: Readonly<Record<Effect, string>> = {
  destroy: '-',
  replace: '-/+',
  unknown: '?',
  change: '~',
  forget: '.',
  create: '+',
  import: '&',
};

/** `3 to create, 1 to destroy`, worst first; `no changes` where there is none. */
export function countsOf(changes: readonly PlannedChange[]): string {
  const counts = EFFECTS.map(
    (effect) => [effect, changes.filter((change) => change.effect === effect).length] as const,
  );
  const said = counts.filter(([, count]) => count > 0).map(([effect, count]) => `${count} ${TO[effect]}`);
  return said.length === 0 ? 'no changes' : said.join(', ');
}

const TO: Readonly<Record<Effect, string>> = {
  destroy: 'to destroy',
  replace: 'to replace',
  unknown: 'of unknown action',
  change: 'to change',
  forget: 'to forget',
  create: 'to create',
  import: 'to import',
};

/** Types with how many there are: `aws_iam_role, aws_sqs_queue (3)`. */
export function typesOf(changes: readonly PlannedChange[]): string {
  const counts = new Map<string, number>();
  for (const { type } of changes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([type, count]) => (count === 1 ? type : `${type} (${count})`))
    .join(', ');
}

/** What more there is to say of a change: its name at AWS, attributes, a note. Empty where nothing is. */
export function detailOf({ name, attributes, effect, note }: PlannedChange): string {
  return [
    name,
    attributes.length > 0 ? `${effect === 'replace' ? 'forced by ' : ''}${attributes.join(', ')}` : undefined,
    note,
  ]
    .filter((part) => part !== undefined)
    .join('; ');
}
