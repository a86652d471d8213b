/** A package as a command named it: a target, a known binary or replacement of one, a companion, or a removable package. */
export interface PackageSpec {
  readonly name: string;
  /** Version that the command asked for, at or above the target's floor. Kept for the audit; the script installs the newest. */
  readonly version?: string;
  /** Architecture suffix that the command gave (`:amd64`, `.x86_64`). */
  readonly arch?: string;
}

/** What vetted commands mean. The script is rendered from these; the text of a command never reaches it. */
export type Operation =
  | { readonly kind: 'refresh' }
  | {
      readonly kind: 'upgrade';
      readonly packages: readonly PackageSpec[];
      /** Release of Amazon Linux 2023 that the command named: `latest`, `2023` or dated as `2023.5.20240819`. */
      readonly releasever?: string;
    }
  | { readonly kind: 'remove'; readonly packages: readonly PackageSpec[] }
  /** dnf and microdnf: of which stream of a module packages come. A `reset` has no stream, the others have one. */
  | {
      readonly kind: 'module';
      readonly action: ModuleAction;
      readonly module: string;
      readonly stream?: string;
    }
  | { readonly kind: 'clean' };

/** What may be done with a module's stream. `switch-to` means the same as a `reset` and an `enable`. */
export type ModuleAction = 'enable' | 'reset' | 'switch-to';

/** Stable codes of refusals. */
export const REFUSAL_CODES = [
  /** The command's name or verb is not one that the ecosystem's grammar knows. */
  'unknown-command',
  /** Shell beyond simple commands joined by `&&`, `;` or newline: substitution, redirection, pipe, glob, quote left open, … */
  'shell-syntax',
  /** A flag outside the verb's closed list, or a value it may not have. */
  'flag-not-allowed',
  /** A package (or all packages) outside the plan's targets. */
  'package-not-in-targets',
  /** A module stream that policy does not list, a profile of one, or a second stream of the same module. */
  'module-not-allowed',
  /** A version below the installed one or below the floor. */
  'downgrade',
  /** Removal of a package that policy does not list as removable. */
  'removal-not-allowed',
  /** A path or URL where a package name belongs. */
  'path-or-url',
  /** Nothing left to do: no operation at all. */
  'incomplete',
  /** Text that is no command: control or bidirectional characters, non-ASCII, too long. */
  'malformed-text',
  /** A package name or version outside the ecosystem's alphabet. */
  'malformed-package',
] as const;

/** Stable code of a refusal. */
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** Why a proposed command was not taken. */
export interface Refusal {
  /** The command as proposed, control characters made visible, cut to 200 characters. */
  readonly command: string;
  readonly code: RefusalCode;
  /** One sentence that a model and a person can act on. */
  readonly message: string;
}

/** One target as vetting sees it. */
export interface VettingTarget {
  /** Source or binary package name. */
  readonly package: string;
  readonly floor: string;
  /** Installed version, where known: an explicit version below it is a downgrade. */
  readonly installed?: string;
  /** Binary package names known to belong to the target, where its name is a source package's. */
  readonly binaries?: readonly string[];
  /** Names that the package goes by now (`libssl3t64` for `libssl3`): an upgrade that names one covers the target. */
  readonly replacements?: readonly string[];
}

/** What the commands are judged against. */
export interface VettingContext {
  readonly targets: readonly VettingTarget[];
  /** Packages that policy allows to be removed. Default none. */
  readonly removable?: readonly string[];
  /** Packages that may be upgraded beside the targets; they never cover one. Default none. */
  readonly companions?: readonly string[];
  /** Streams that may be enabled, as `name:stream`; their modules may be reset. Default none. */
  readonly moduleStreams?: readonly string[];
  /** Release that the configuration fixed: commands may name no other. Default: any well-formed one, but one only. */
  readonly releasever?: string;
}

/** The verdict on proposed commands; `accepted` only where nothing was refused. */
export interface VettingResult {
  readonly verdict: 'accepted' | 'refused';
  /** In the order of the commands; empty where refused. */
  readonly operations: readonly Operation[];
  /** Names of targets that no operation upgrades or removes, in the order of the request. */
  readonly uncovered: readonly string[];
  readonly refusals: readonly Refusal[];
}
