/** Environment variables or labels, by name. */
export type NamedValues = ReadonlyMap<string, string>;

/** `NAME=value` each; of several of one name the last counts, as where a program reads them. */
export function environmentOf(entries: readonly string[]): NamedValues {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

/** A value that is not what it was. */
export interface ChangedValue {
  readonly name: string;
  /** Undefined where it is new. */
  readonly was: string | undefined;
  /** Undefined where it is gone. */
  readonly is: string | undefined;
}

/** What changed from one image to another, by name, in order. */
export function changedValues(before: NamedValues, after: NamedValues): ChangedValue[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((name) => ({ name, was: before.get(name), is: after.get(name) }))
    .filter(({ was, is }) => was !== is);
}

/**
 * Says a change in a sentence.
 * @param what `env` or `label`
 */
export function changeSentence(what: string, { name, was, is }: ChangedValue): string {
  if (was === undefined) return `${what} ${name} is new: ${JSON.stringify(is)}`;
  if (is === undefined) return `${what} ${name} is gone: it was ${JSON.stringify(was)}`;
  return `${what} ${name} changed from ${JSON.stringify(was)} to ${JSON.stringify(is)}`;
}

/** True where every directory of one search path is in the other, in whatever order. */
export function keepsDirectories(was: string, is: string): boolean {
  const now = new Set(is.split(':'));
  return was.split(':').every((directory) => now.has(directory));
}
