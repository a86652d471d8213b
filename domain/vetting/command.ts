import {
  isAllowedAssignment,
  isAssignment,
  isCachePath,
  judgeExport,
  judgeRemoveFiles,
  judgeSet,
  refuseAssignment,
} from './builtins';
import { readArguments } from './flags';
import type { CommandRule, Grammar, VerbRule } from './grammar';
import { isReservedWord, unknownCommandMessage } from './hints';
import type { Word } from './lexer';
import { NOTHING, refuse } from './outcome';
import type { Outcome } from './outcome';
import type { PackageJudge } from './packages';
import { mostSerious } from './problem';
import type { Problem } from './problem';
import { visible } from './text';

/**
 * Judges one simple command by the grammar. Of several reasons against it the most serious is given: shell syntax,
 * then an unknown command, then flags, then arguments.
 */
export function judgeCommand(words: readonly Word[], grammar: Grammar, judge: PackageJudge): Outcome {
  const start = words.findIndex((word) => !isAssignment(word));
  const assignments = start === -1 ? words : words.slice(0, start);
  const rest = start === -1 ? [] : words.slice(start);
  const name = rest[0];

  const shellProblem = findShellProblem(words, assignments, name, grammar);
  if (shellProblem !== undefined) return shellProblem;
  if (name === undefined) return NOTHING;

  const given = rest.slice(1);
  const texts = given.map((word) => word.value);
  switch (name.value) {
    case 'set':
      return judgeSet(texts);
    case 'export':
      return judgeExport(texts, grammar);
    case 'rm':
      return judgeRemoveFiles(given, grammar);
  }
  const rule = grammar.commands.find(({ names }) => names.includes(name.value));
  if (rule === undefined) return refuse('unknown-command', unknownCommandMessage(name.value, grammar));
  return judgeByRule(name.value, texts, rule, judge);
}

function findShellProblem(
  words: readonly Word[],
  assignments: readonly Word[],
  name: Word | undefined,
  grammar: Grammar,
): Outcome | undefined {
  const pattern = words.find((word) => word.pattern && !(name?.value === 'rm' && isCachePath(word, grammar)));
  if (pattern !== undefined) {
    return refuse('shell-syntax', `Write names out instead of the file name pattern "${visible(pattern.value, 80)}".`);
  }
  if (name !== undefined && name.bare === name.value.length && isReservedWord(name.value)) {
    return refuse('shell-syntax', `Write plain commands one after the other instead of "${name.value}".`);
  }
  const assignment = assignments.find((word) => !isAllowedAssignment(word.value, grammar));
  return assignment === undefined ? undefined : refuseAssignment(assignment.value, grammar);
}

function judgeByRule(name: string, texts: readonly string[], rule: CommandRule, judge: PackageJudge): Outcome {
  const allFlags = [...rule.flags, ...rule.verbs.flatMap((verb) => (verb.kind === 'operation' ? verb.flags : []))];
  const first = readArguments(texts, allFlags);
  const verb = first.positionals[0];
  // A flag that is not known may take a value: what follows it cannot be read as a verb.
  const early = mostSerious(first.problems.slice(0, verb?.problemsBefore));
  const verbRule = rule.verbs.find(({ names }) => verb !== undefined && names.includes(verb.text));
  if (early !== undefined && verbRule?.kind !== 'refused') return { kind: 'refused', problem: early };
  if (verb === undefined || verbRule === undefined) {
    const verbs = rule.verbs.filter(({ kind }) => kind === 'operation').flatMap(({ names }) => names);
    const shown = verb === undefined ? 'alone' : `with "${visible(verb.text, 80)}"`;
    return refuse('unknown-command', `Use ${name} only with ${verbs.join(', ')}, not ${shown}.`);
  }
  if (verbRule.kind === 'refused') return refuse(verbRule.code, verbRule.message);

  const { positionals, problems } = readArguments(texts, [...rule.flags, ...verbRule.flags]);
  const flagProblem = mostSerious(problems);
  if (flagProblem !== undefined) return { kind: 'refused', problem: flagProblem };
  return judgeVerb(
    `${name} ${verb.text}`,
    verbRule,
    positionals.slice(1).map(({ text }) => text),
    judge,
  );
}

function judgeVerb(
  title: string,
  rule: Extract<VerbRule, { kind: 'operation' }>,
  given: readonly string[],
  judge: PackageJudge,
): Outcome {
  switch (rule.arguments.kind) {
    case 'none':
      return given.length === 0 ? simple(rule) : refuseSurplus(title, given, judge);
    case 'words': {
      const { words, optional } = rule.arguments;
      if ((given.length > 0 || optional === true) && given.every((word) => words.includes(word))) return simple(rule);
      return refuse('flag-not-allowed', `Write "${title}" with one of ${words.join(', ')}.`);
    }
    case 'packages': {
      if (given.length === 0) return { kind: 'refused', problem: rule.arguments.whenNone };
      const { packages, problems } = rule.operation === 'remove' ? judge.remove(given) : judge.upgrade(given);
      const problem = mostSerious(problems);
      if (problem !== undefined) return { kind: 'refused', problem };
      const kind = rule.operation === 'remove' ? 'remove' : 'upgrade';
      return { kind: 'operation', operation: { kind, packages } };
    }
  }
}

function simple(rule: Extract<VerbRule, { kind: 'operation' }>): Outcome {
  return { kind: 'operation', operation: { kind: rule.operation === 'clean' ? 'clean' : 'refresh' } };
}

/** Arguments of a verb that takes none: what is wrong with them as packages says more than that they are too many. */
function refuseSurplus(title: string, given: readonly string[], judge: PackageJudge): Outcome {
  const problem: Problem = mostSerious(judge.upgrade(given).problems) ?? {
    code: 'unknown-command',
    message: `Write "${title}" without arguments, and name packages in a command that upgrades them.`,
  };
  return { kind: 'refused', problem };
}
