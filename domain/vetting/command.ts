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
import type { Judges } from './judges';
import { NOTHING, accept, refuse } from './outcome';
import type { Outcome } from './outcome';
import type { PackageJudge } from './packages';
import type { ModuleAction } from './operations';
import { mostSerious } from './problem';
import type { Problem } from './problem';
import { visible } from './text';

/**
 * Judges one simple command by the grammar. Of several reasons against it the most serious is given: shell syntax,
 * then an unknown command, then flags, then arguments.
 */
export function judgeCommand(words: readonly Word[], grammar: Grammar, judges: Judges): Outcome {
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
  return judgeByRule(name.value, texts, rule, judges);
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

function judgeByRule(name: string, texts: readonly string[], rule: CommandRule, judges: Judges): Outcome {
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

  const { positionals, problems, releases } = readArguments(texts, [...rule.flags, ...verbRule.flags]);
  const flagProblem = mostSerious(problems) ?? judges.releases.judge(releases);
  if (flagProblem !== undefined) return { kind: 'refused', problem: flagProblem };
  const release = releases.at(-1);
  return judgeVerb({
    title: `${name} ${verb.text}`,
    rule: verbRule,
    given: positionals.slice(1).map(({ text }) => text),
    ...(release !== undefined && { release }),
    judges,
  });
}

/** One verb as a command gave it, all flags judged. */
interface GivenVerb {
  readonly title: string;
  readonly rule: Extract<VerbRule, { kind: 'operation' }>;
  readonly given: readonly string[];
  /** Release that the command named. */
  readonly release?: string;
  readonly judges: Judges;
}

function judgeVerb(verb: GivenVerb): Outcome {
  const { title, rule, given, judges } = verb;
  switch (rule.arguments.kind) {
    case 'none':
      return given.length === 0 ? simple(rule) : refuseSurplus(title, given, judges.packages);
    case 'words': {
      const { words, optional } = rule.arguments;
      if ((given.length > 0 || optional === true) && given.every((word) => words.includes(word))) return simple(rule);
      return refuse('flag-not-allowed', `Write "${title}" with one of ${words.join(', ')}.`);
    }
    case 'packages':
      if (given.length === 0) return { kind: 'refused', problem: rule.arguments.whenNone };
      return judgePackages(verb);
    case 'modules':
      return judgeModules(title, rule.arguments.actions, given, judges);
  }
}

function judgePackages({ rule, given, release, judges }: GivenVerb): Outcome {
  const removes = rule.operation === 'remove';
  const { packages, problems } = removes ? judges.packages.remove(given) : judges.packages.upgrade(given);
  const problem = mostSerious(problems);
  if (problem !== undefined) return { kind: 'refused', problem };
  if (removes) return accept({ kind: 'remove', packages });
  return accept({ kind: 'upgrade', packages, ...(release !== undefined && { releasever: release }) });
}

function judgeModules(
  title: string,
  actions: readonly ModuleAction[],
  [word, ...modules]: readonly string[],
  judges: Judges,
): Outcome {
  const action = actions.find((known) => known === word);
  if (action === undefined || modules.length === 0) {
    const form = action === 'reset' ? 'NAME' : 'NAME:STREAM';
    const rest = action === undefined ? `with one of ${actions.join(', ')}` : `as "${title} ${action} ${form}"`;
    return refuse('unknown-command', `Use "${title}" only ${rest}, or leave it out.`);
  }
  const { operations, problems } = judges.modules.judge(action, modules);
  const problem = mostSerious(problems);
  return problem === undefined ? { kind: 'operations', operations } : { kind: 'refused', problem };
}

function simple(rule: Extract<VerbRule, { kind: 'operation' }>): Outcome {
  return accept({ kind: rule.operation === 'clean' ? 'clean' : 'refresh' });
}

/** Arguments of a verb that takes none: what is wrong with them as packages says more than that they are too many. */
function refuseSurplus(title: string, given: readonly string[], judge: PackageJudge): Outcome {
  const problem: Problem = mostSerious(judge.upgrade(given).problems) ?? {
    code: 'unknown-command',
    message: `Write "${title}" without arguments, and name packages in a command that upgrades them.`,
  };
  return { kind: 'refused', problem };
}
