import type { Ecosystem } from '../ecosystems/ecosystem';
import type { PackageSyntax } from './grammar';
import type { PackageSpec } from './operations';
import type { Problem } from './problem';
import { visible } from './text';

/** A package argument that was understood. */
export interface PackageArgument {
  readonly kind: 'package';
  /** Its name is one of the known names. */
  readonly spec: PackageSpec;
  /** True where the version left the epoch out and so matches any. */
  readonly anyEpoch: boolean;
}

/** Outcome of reading one package argument. */
export type ReadPackage =
  | PackageArgument
  /** A well-formed argument whose name is not known. */
  | { readonly kind: 'unknown'; readonly name: string }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** What a package argument is read against. */
export interface PackageRules extends Pick<Ecosystem, 'isPackageName' | 'isVersion'> {
  readonly syntax: PackageSyntax;
  knows(name: string): boolean;
}

/** Longest package argument; names and versions of distributions stay far below. */
const MAXIMUM_LENGTH = 512;
const PATTERN = /[*?[\]]/;
/** `[epoch:]version[-release]`, where version and release start with a digit as they do in every distribution. */
const HYPHEN_VERSION = /^(?:\d+:)?\d[^-\s]*(?:-\d[^-\s]*)?$/;
const OPERATOR = /[<>=!]+/;

/**
 * Reads one package argument. A text that is exactly a known name is that name, whatever characters it ends in
 * (`g++`); after that the syntax decides. Of several known names that a `name-version` could start with, the longest
 * wins.
 */
export function readPackage(text: string, rules: PackageRules): ReadPackage {
  const { syntax } = rules;
  if (text.length > MAXIMUM_LENGTH) return malformed(text);
  if (rules.knows(text) && rules.isPackageName(text)) return known(text);
  if (PATTERN.test(text)) {
    return problem(
      'shell-syntax',
      `Write the full name of each package instead of the pattern "${visible(text, 80)}".`,
    );
  }
  if (text.includes('/') || syntax.fileSuffixes.some((suffix) => text.endsWith(suffix))) {
    return problem(
      'path-or-url',
      `Name the package instead of "${visible(text, 80)}": paths, URLs and releases are not taken.`,
    );
  }
  if (syntax.groupPrefixes.some((prefix) => text.startsWith(prefix))) {
    return problem(
      'package-not-in-targets',
      `Name the packages of the plan instead of the group "${visible(text, 80)}".`,
    );
  }
  const modifier = syntax.modifiers.find(({ suffix }) => text.endsWith(suffix));
  if (modifier !== undefined && modifies(text, modifier, rules)) {
    return problem(modifier.code, modifier.message);
  }
  const operator = OPERATOR.exec(text);
  return operator === null ? readName(text, rules) : readCondition(text, operator, rules);
}

/** True where the last character is a modifier and not a part of the name. */
function modifies(text: string, modifier: PackageSyntax['modifiers'][number], rules: PackageRules): boolean {
  if (modifier.when === 'always') return true;
  const { name } = splitArchitecture(text.slice(0, -modifier.suffix.length), rules.syntax);
  return rules.knows(name);
}

function readCondition(text: string, match: RegExpExecArray, rules: PackageRules): ReadPackage {
  const { syntax } = rules;
  const operator = match[0];
  let left = text.slice(0, match.index);
  let version = text.slice(match.index + operator.length);
  if (syntax.spacedOperators) {
    left = left.replace(/ +$/, '');
    version = version.replace(/^ +/, '');
  }
  const shown = visible(text, 80);
  if (syntax.upperBounds.includes(operator)) {
    return problem(
      'downgrade',
      `Name the package alone instead of "${shown}": an upper bound asks for an old version.`,
    );
  }
  if (!syntax.operators.includes(operator)) {
    return problem(
      'malformed-package',
      `Name the package alone instead of "${shown}": between name and version only ${syntax.operators.join(', ')} may stand.`,
    );
  }
  const { name, arch } = splitArchitecture(left, syntax);
  if (!rules.isPackageName(name)) return malformed(text);
  if (!rules.knows(name)) return { kind: 'unknown', name };
  if (!rules.isVersion(version)) return malformed(text);
  return known(name, version, arch);
}

function readName(text: string, rules: PackageRules): ReadPackage {
  const { name, arch } = splitArchitecture(text, rules.syntax);
  if (rules.knows(name) && rules.isPackageName(name)) return known(name, undefined, arch);
  const splits = rules.syntax.hyphenVersions ? hyphenSplits(name) : [];
  for (const split of splits) {
    if (!rules.knows(split.name) || !rules.isPackageName(split.name)) continue;
    if (!rules.isVersion(split.version)) return malformed(text);
    return known(split.name, split.version, arch, !split.version.includes(':'));
  }
  const wellFormed = [name, ...splits.map((split) => split.name)].some((candidate) => rules.isPackageName(candidate));
  return wellFormed ? { kind: 'unknown', name } : malformed(text);
}

/** The ways to read a text as `name-version` or `name-version-release`, the longest name first. */
function hyphenSplits(text: string): { name: string; version: string }[] {
  const last = text.lastIndexOf('-');
  const secondLast = last > 0 ? text.lastIndexOf('-', last - 1) : -1;
  return [last, secondLast]
    .filter((at) => at > 0)
    .map((at) => ({ name: text.slice(0, at), version: text.slice(at + 1) }))
    .filter(({ version }) => HYPHEN_VERSION.test(version));
}

function splitArchitecture(text: string, syntax: PackageSyntax): { name: string; arch?: string } {
  const separator = syntax.architectureSeparator;
  if (separator === undefined) return { name: text };
  const at = text.lastIndexOf(separator);
  const arch = text.slice(at + 1);
  return at > 0 && syntax.architectures.includes(arch) ? { name: text.slice(0, at), arch } : { name: text };
}

function known(name: string, version?: string, arch?: string, anyEpoch = false): PackageArgument {
  const spec = { name, ...(version === undefined ? {} : { version }), ...(arch === undefined ? {} : { arch }) };
  return { kind: 'package', spec, anyEpoch };
}

function problem(code: Problem['code'], message: string): ReadPackage {
  return { kind: 'problem', problem: { code, message } };
}

function malformed(text: string): ReadPackage {
  const message = `Write a package of the plan, by its plain name, instead of "${visible(text, 80)}".`;
  return problem('malformed-package', message);
}
