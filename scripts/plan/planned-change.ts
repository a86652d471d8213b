import type { ResourceChange } from './plan-document';
import { lostByUpdate, lostWith, takesThePlaceOf } from './stateful-types';

/** What happens to a resource, worst first; the order of every listing. */
export const EFFECTS = ['destroy', 'replace', 'unknown', 'change', 'forget', 'create', 'import'] as const;
/** `unknown`: actions that this project has not heard of; treated like `destroy`. `forget`: it stays, Terraform lets go. */
export type Effect = (typeof EFFECTS)[number];

/** What is going to happen to one resource. No value of an attribute is in it but the resource's own name. */
export interface PlannedChange {
  readonly effect: Effect;
  readonly address: string;
  readonly type: string;
  /** Name at AWS, where it is known and not sensitive. */
  readonly name?: string;
  /** Names of the attributes that change; those that force a replacement, for a replacement. */
  readonly attributes: readonly string[];
  /** What is lost, where something stateful is destroyed or replaced, or an update switches something off. */
  readonly lost?: string;
  /** What is special: an unknown action, a leftover of an interrupted replacement, an address that moved, what a new one replaces. */
  readonly note?: string;
}

/** Attributes that name a resource at AWS, best first. */
const NAMES = ['bucket', 'name', 'function_name', 'alias', 'key_id', 'id'] as const;
const ACTIONS: Readonly<Record<string, Effect | undefined>> = {
  create: 'create',
  update: 'change',
  delete: 'destroy',
  forget: 'forget',
  'delete,create': 'replace',
  'create,delete': 'replace',
  'create,forget': 'create',
  'forget,create': 'create',
};
const NOTHING = new Set(['no-op', 'read']);

/** Reads one change of a plan; undefined where nothing happens to the resource. */
export function plannedChange(resource: ResourceChange): PlannedChange | undefined {
  const { address, type, mode, change } = resource;
  const effect = effectOf(resource);
  if (mode !== 'managed' || effect === undefined) return undefined;
  const name = nameOf(resource);
  const lost = lostIn(resource, effect);
  const note = noteOf(resource, effect);
  return {
    effect,
    address,
    type,
    attributes: effect === 'replace' ? forcing(change) : effect === 'change' ? changed(change) : [],
    ...(name !== undefined && { name }),
    ...(lost !== undefined && { lost }),
    ...(note !== undefined && { note }),
  };
}

function effectOf({ address, previous_address: previous, change }: ResourceChange): Effect | undefined {
  const { actions, importing } = change;
  if (actions.every((action) => NOTHING.has(action))) {
    if (importing !== undefined && importing !== null) return 'import';
    return isMoved(address, previous) ? 'change' : undefined;
  }
  return ACTIONS[actions.join()] ?? (actions.includes('delete') ? 'destroy' : 'unknown');
}

function lostIn(resource: ResourceChange, effect: Effect): string | undefined {
  if (effect === 'change') return lostByUpdate(resource);
  return ['destroy', 'replace', 'unknown'].includes(effect) ? lostWith(resource.type) : undefined;
}

function noteOf(
  { address, type, previous_address: previous, deposed, change }: ResourceChange,
  effect: Effect,
): string | undefined {
  if (effect === 'unknown') return `unknown action ${change.actions.join(' and ')}`;
  if (deposed !== undefined && deposed !== null) return 'left over from an interrupted replacement';
  if (isMoved(address, previous)) return `moved from ${previous ?? ''}`;
  return effect === 'create' ? takesThePlaceOf(type) : undefined;
}

function isMoved(address: string, previous: string | null | undefined): boolean {
  return previous !== undefined && previous !== null && previous !== address;
}

function nameOf({ change }: ResourceChange): string | undefined {
  const [attributes, sensitive] =
    change.before === null || change.before === undefined
      ? [change.after ?? {}, change.after_sensitive]
      : [change.before, change.before_sensitive];
  if (sensitive === true) return undefined;
  for (const key of NAMES) {
    const value = attributes[key];
    const hidden = typeof sensitive === 'object' && sensitive !== null ? (sensitive[key] ?? false) : false;
    if (typeof value === 'string' && value !== '' && hidden === false) return value;
  }
  return undefined;
}

function forcing(change: ResourceChange['change']): readonly string[] {
  return unique((change.replace_paths ?? []).map((path) => String(path[0] ?? '')));
}

function changed({ before, after, after_unknown: unknown }: ResourceChange['change']): readonly string[] {
  const later = typeof unknown === 'object' && unknown !== null ? unknown : {};
  const keys = [...Object.keys(before ?? {}), ...Object.keys(after ?? {}), ...Object.keys(later)];
  return unique(keys.filter((key) => isUnknown(later[key]) || !isSame(before?.[key], after?.[key])));
}

/** Whether any part of a value is known only once it was applied. */
function isUnknown(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value === true;
  return Object.values(value).some(isUnknown);
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left) ?? null) === JSON.stringify(sorted(right) ?? null);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
