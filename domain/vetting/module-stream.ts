/** Names of modules and of streams: letters, digits and `._+-`, an alphanumeric first, so that none is an option or a path. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;

/** What a text must be to name a stream of a module: `name:stream`, such as `nodejs:20`; no profile, no version. */
export const MODULE_STREAM = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}:[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;

/** A stream of a module of dnf. */
export interface ModuleStream {
  readonly module: string;
  readonly stream: string;
}

/** @returns true where a text may be the name of a module */
export function isModuleName(text: string): boolean {
  return NAME.test(text);
}

/** Reads `name:stream`. Source: the module specification of the DNF command reference, "Specifying Modules". */
export function parseModuleStream(text: string): ModuleStream | undefined {
  if (!MODULE_STREAM.test(text)) return undefined;
  const at = text.indexOf(':');
  return { module: text.slice(0, at), stream: text.slice(at + 1) };
}
