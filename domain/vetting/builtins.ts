import type { Grammar } from './grammar';
import type { Word } from './lexer';
import type { Outcome } from './outcome';
import { NOTHING, accept, refuse } from './outcome';
import { visible } from './text';

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*=/;
const SET_LETTERS = /^-[eux]+$/;
const SET_LETTERS_AND_OPTION = /^-[eux]*o$/;
const SET_OPTIONS: ReadonlySet<string> = new Set(['errexit', 'nounset', 'xtrace', 'pipefail']);
const RECURSIVE_FORCE: ReadonlySet<string> = new Set(['-rf', '-fr', '-r -f', '-f -r']);

/** @returns true where the shell would take a word before the command's name for an assignment */
export function isAssignment(word: Word): boolean {
  const name = ASSIGNMENT.exec(word.value)?.[0];
  return name !== undefined && name.length <= word.bare;
}

/** @returns true where the grammar lists this `NAME=value` */
export function isAllowedAssignment(text: string, grammar: Grammar): boolean {
  return grammar.environment.some(({ name, values }) => values.some((value) => text === `${name}=${value}`));
}

/** @returns true where a pattern may stand: one of the caches, unquoted, as written in the grammar */
export function isCachePath(word: Word, grammar: Grammar): boolean {
  return word.bare === word.value.length && grammar.cachePaths.includes(word.value);
}

/** `set -e`, `-eu`, `-euxo pipefail` and the like: they change nothing, the script has its own. */
export function judgeSet(words: readonly string[]): Outcome {
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? '';
    if (SET_LETTERS.test(word)) at += 1;
    else if (SET_LETTERS_AND_OPTION.test(word) && SET_OPTIONS.has(words[at + 1] ?? '')) at += 2;
    else break;
  }
  if (at > 0 && at === words.length) return NOTHING;
  return refuse('flag-not-allowed', 'Write "set -eux" or leave set out: no other options of the shell may be set.');
}

/** `export NAME=value` for the variables that the grammar lists. */
export function judgeExport(words: readonly string[], grammar: Grammar): Outcome {
  if (words.length > 0 && words.every((word) => isAllowedAssignment(word, grammar))) return NOTHING;
  return refuse('unknown-command', `Leave the export out${allowedAssignments(grammar)}.`);
}

/** `rm -rf` of the package manager's caches, by the exact paths that the grammar lists. */
export function judgeRemoveFiles(words: readonly Word[], grammar: Grammar): Outcome {
  const firstPath = words.findIndex((word) => !word.value.startsWith('-'));
  const flags = words.slice(0, Math.max(firstPath, 0)).map((word) => word.value);
  const paths = words.slice(flags.length);
  if (firstPath > 0 && RECURSIVE_FORCE.has(flags.join(' ')) && paths.every((word) => isCachePath(word, grammar))) {
    return accept({ kind: 'clean' });
  }
  return refuse(
    'unknown-command',
    `Use "rm -rf" only for ${grammar.cachePaths.join(', ')}, unquoted and as written, or leave it out.`,
  );
}

/** The reason against an assignment before a command. */
export function refuseAssignment(text: string, grammar: Grammar): Outcome {
  return refuse('shell-syntax', `Leave "${visible(text, 80)}" out${allowedAssignments(grammar)}.`);
}

function allowedAssignments(grammar: Grammar): string {
  const allowed = grammar.environment.flatMap(({ name, values }) => values.map((value) => `${name}=${value}`));
  return allowed.length > 0 ? `: only ${allowed.join(', ')} may be set` : ': no variable may be set';
}
