import type { FlagRule } from './grammar';
import type { Problem } from './problem';
import { visible } from './text';

/** The words after a command's name, told apart. */
export interface ReadArguments {
  /** Words that are neither flags nor values of flags, in order. */
  readonly positionals: readonly Positional[];
  readonly problems: readonly Problem[];
  /** Values of the flags that name a release, in order. */
  readonly releases: readonly string[];
}

/** A word that is no flag. */
export interface Positional {
  readonly text: string;
  /** Number of problems with flags that stand before it. */
  readonly problemsBefore: number;
}

interface FlagVerdict {
  readonly consumed: 1 | 2;
  readonly problem?: Problem;
  readonly release?: string;
}

type ValueFlag = Extract<FlagRule, { kind: 'value' }>;

/** One-letter switches written together; nobody needs more than eight. */
const CLUSTER = /^-[A-Za-z]{2,8}$/;

/**
 * Tells flags from other words and judges the flags.
 * @param words texts after the command's name
 * @param rules flags that are known here; any other is refused
 */
export function readArguments(words: readonly string[], rules: readonly FlagRule[]): ReadArguments {
  const positionals: Positional[] = [];
  const problems: Problem[] = [];
  const releases: string[] = [];
  for (let at = 0; at < words.length;) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      positionals.push({ text: word, problemsBefore: problems.length });
      at += 1;
      continue;
    }
    const verdict = judgeFlag(word, words[at + 1], rules);
    if (verdict.problem !== undefined) problems.push(verdict.problem);
    if (verdict.release !== undefined) releases.push(verdict.release);
    at += verdict.consumed;
  }
  return { positionals, problems, releases };
}

function judgeFlag(word: string, next: string | undefined, rules: readonly FlagRule[]): FlagVerdict {
  const exact = findRule(word, rules);
  if (exact !== undefined) return judgeSeparate(word, next, exact, rules);

  const equals = word.indexOf('=');
  const joined = word.startsWith('--')
    ? { name: equals === -1 ? word : word.slice(0, equals), value: equals === -1 ? undefined : word.slice(equals + 1) }
    : { name: word.slice(0, 2), value: word.slice(2) };
  const rule = findRule(joined.name, rules);
  if (rule?.kind === 'refused') return { consumed: 1, problem: rule };
  if (rule?.kind === 'value' && joined.value !== undefined) {
    return judgeValue(joined.name, joined.value, rule, 1);
  }
  return CLUSTER.test(word) ? judgeCluster(word, rules) : { consumed: 1, problem: notAllowed(word, rules) };
}

function judgeSeparate(
  word: string,
  next: string | undefined,
  rule: FlagRule,
  rules: readonly FlagRule[],
): FlagVerdict {
  switch (rule.kind) {
    case 'switch':
      return { consumed: 1 };
    case 'refused':
      return { consumed: rule.takesValue ? 2 : 1, problem: rule };
    case 'value':
      if (next === undefined) return { consumed: 1, problem: notAllowed(word, rules) };
      return judgeValue(word, next, rule, 2);
  }
}

/** `-yq` is `-y -q`: every letter must be a switch of its own. */
function judgeCluster(word: string, rules: readonly FlagRule[]): FlagVerdict {
  for (const letter of word.slice(1)) {
    const rule = findRule(`-${letter}`, rules);
    if (rule?.kind === 'switch') continue;
    return { consumed: 1, problem: rule?.kind === 'refused' ? rule : notAllowed(word, rules) };
  }
  return { consumed: 1 };
}

function judgeValue(name: string, value: string, { values, means }: ValueFlag, consumed: 1 | 2): FlagVerdict {
  const matches = values.some((rule) => (typeof rule === 'string' ? rule === value : rule.test(value)));
  if (matches) return means === 'release' ? { consumed, release: value } : { consumed };
  const literals = values.filter((rule) => typeof rule === 'string');
  const known = literals.length > 0 ? `; allowed are ${literals.join(', ')}` : '';
  return {
    consumed,
    problem: {
      code: 'flag-not-allowed',
      message: `Drop ${name}: it may not have the value "${visible(value, 80)}"${known}.`,
    },
  };
}

function findRule(name: string, rules: readonly FlagRule[]): FlagRule | undefined {
  return rules.find((rule) => rule.names.includes(name));
}

function notAllowed(word: string, rules: readonly FlagRule[]): Problem {
  const allowed = rules.filter((rule) => rule.kind !== 'refused').flatMap((rule) => rule.names);
  const known = allowed.length > 0 ? `allowed here are ${allowed.join(', ')}` : 'no flag is allowed here';
  return { code: 'flag-not-allowed', message: `Drop "${visible(word, 80)}": ${known}.` };
}
