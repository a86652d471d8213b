import type { ModuleAction, RefusalCode } from './operations';

/** A value as written, or a pattern for the whole of it (anchored at both ends, without nested repetition). */
export type ValueRule = string | RegExp;

/** One flag. Flags that no rule names are refused as `flag-not-allowed`. */
export type FlagRule =
  /** Takes no value. One-letter switches may be written together: `-yq`. */
  | { readonly kind: 'switch'; readonly names: readonly string[] }
  /** Takes one of a closed set of values: `--flag value`, `--flag=value`, `-f value`, `-fvalue`. */
  | {
      readonly kind: 'value';
      readonly names: readonly string[];
      readonly values: readonly ValueRule[];
      /** `release`: the value is the release of the distribution that packages are taken from. */
      readonly means?: 'release';
    }
  /** Never allowed, yet worth a better reason, or known to take a value that must not be read as a verb. */
  | {
      readonly kind: 'refused';
      readonly names: readonly string[];
      readonly takesValue: boolean;
      readonly code: RefusalCode;
      /** One sentence that says what to write instead. */
      readonly message: string;
    };

/** What may stand after a verb beside flags. */
export type ArgumentRule =
  | { readonly kind: 'none' }
  /** At least one word of a closed list, or none where that is `optional`. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly optional?: true }
  /** At least one package; `whenNone` is the reason where there is none. */
  | { readonly kind: 'packages'; readonly whenNone: { readonly code: RefusalCode; readonly message: string } }
  /** One of the actions, then at least one module: `enable NAME:STREAM`, `reset NAME`. */
  | { readonly kind: 'modules'; readonly actions: readonly ModuleAction[] };

/** One verb of a command. Verbs that no rule names are refused as `unknown-command`. */
export type VerbRule =
  | {
      readonly kind: 'operation';
      readonly names: readonly string[];
      readonly operation: 'refresh' | 'upgrade' | 'remove' | 'module' | 'clean';
      readonly arguments: ArgumentRule;
      /** Flags of this verb beside those of the command. */
      readonly flags: readonly FlagRule[];
    }
  | {
      readonly kind: 'refused';
      readonly names: readonly string[];
      readonly code: RefusalCode;
      /** One sentence that says what to write instead. */
      readonly message: string;
    };

/** One command: `name [flag…] verb [flag or argument…]`. */
export interface CommandRule {
  readonly names: readonly string[];
  /** Flags that every verb takes, before or after it. */
  readonly flags: readonly FlagRule[];
  readonly verbs: readonly VerbRule[];
}

/** How a package argument is written. */
export interface PackageSyntax {
  /** Between name and architecture; undefined where a package manager has no such suffix. */
  readonly architectureSeparator?: ':' | '.';
  readonly architectures: readonly string[];
  /** Operators between name and version that set a version or a lower bound: `=`, `>=`. */
  readonly operators: readonly string[];
  /** Operators that set an upper bound: refused as `downgrade`. */
  readonly upperBounds: readonly string[];
  /** True where spaces may surround an operator, in quotes. */
  readonly spacedOperators: boolean;
  /** True where `name-[epoch:]version[-release]` names a version; an epoch left out then matches any epoch. */
  readonly hyphenVersions: boolean;
  /**
   * Last characters that make an argument something else than its name says: apt's `name-` removes. A text that is
   * exactly a known name has none. `rest-is-known`: only where the text without the suffix is a known name.
   */
  readonly modifiers: readonly {
    readonly suffix: string;
    readonly when: 'always' | 'rest-is-known';
    readonly code: RefusalCode;
    readonly message: string;
  }[];
  /** First characters of names of groups: dnf's `@core`. */
  readonly groupPrefixes: readonly string[];
  /** Ends of file names that the package manager would install from disk. */
  readonly fileSuffixes: readonly string[];
}

/**
 * The closed list of commands, verbs, flags and arguments of one ecosystem, as data: a new ecosystem is a table, not
 * code. What it does not name is refused. `set -e…` is understood for every ecosystem.
 */
export interface Grammar {
  readonly commands: readonly CommandRule[];
  /** Variables that may be set, before a command or by `export`, and their only values. */
  readonly environment: readonly { readonly name: string; readonly values: readonly string[] }[];
  /** Paths that `rm -rf` may name, exactly as written: the caches. Each means `clean`. */
  readonly cachePaths: readonly string[];
  readonly packages: PackageSyntax;
}
