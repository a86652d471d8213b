import type { VettingContext } from '../vetting/operations';
import type { ScriptInput } from './script-input';

/** What a script does beside raising its targets; kept on the PATCH, because a build starts from the parent again. */
export type ScriptExtras = Pick<ScriptInput, 'companions' | 'moduleStreams'> & {
  /** Release that an author named in place of the plan's own; never carried on. */
  readonly releasever?: string;
};

/**
 * The extras of a script; undefined where it has none.
 * @param planned release of the plan
 */
export function extrasOf(
  { companions, moduleStreams, releasever }: ScriptInput,
  planned: string | undefined,
): ScriptExtras | undefined {
  const named = releasever === planned ? undefined : releasever;
  if (companions === undefined && moduleStreams === undefined && named === undefined) return undefined;
  return {
    ...(companions !== undefined && { companions }),
    ...(moduleStreams !== undefined && { moduleStreams }),
    ...(named !== undefined && { releasever: named }),
  };
}

/**
 * Lays what the promoted patch did beside its targets under a new script, as far as policy still allows it: without its
 * module streams and removals the next image would be worse than the promoted one.
 */
export function carryExtras(
  input: ScriptInput,
  promoted: ScriptExtras | undefined,
  allowed: Pick<VettingContext, 'companions' | 'removable' | 'moduleStreams'>,
): ScriptInput {
  if (promoted === undefined) return input;
  const targets = new Set(input.targets.flatMap((target) => [target.package, target.source, target.replacedBy]));
  const still = (names: readonly string[] = [], list: readonly string[] = []): string[] =>
    names.filter((name) => list.includes(name) && !targets.has(name));
  const remove = union(input.companions?.remove, still(promoted.companions?.remove, allowed.removable));
  const upgrade = union(input.companions?.upgrade, still(promoted.companions?.upgrade, allowed.companions)).filter(
    (name) => !remove.includes(name),
  );
  const named = new Set(input.moduleStreams?.map(moduleOf));
  const streams = union(
    input.moduleStreams,
    (promoted.moduleStreams ?? []).filter(
      (stream) => allowed.moduleStreams?.includes(stream) === true && !named.has(moduleOf(stream)),
    ),
  );
  const { companions: _companions, moduleStreams: _streams, ...rest } = input;
  return {
    ...rest,
    ...(upgrade.length + remove.length > 0 && { companions: { upgrade, remove } }),
    ...(streams.length > 0 && { moduleStreams: streams }),
  };
}

function union(first: readonly string[] = [], second: readonly string[]): string[] {
  return [...new Set([...first, ...second])];
}

function moduleOf(stream: string): string {
  return stream.slice(0, stream.indexOf(':'));
}
