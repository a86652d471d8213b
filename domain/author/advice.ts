import type { RefusalCode } from '../vetting/operations';
import type { ReplyProblem } from './proposal';

/**
 * What a model is told of a refusal in our own words: a refusal's message may repeat words of its answer, and with them
 * what was planted somewhere.
 */
export const REFUSAL_ADVICE: Readonly<Record<RefusalCode, string>> = {
  'unknown-command': 'Use only the commands and verbs that are listed.',
  'shell-syntax': 'Write one plain command after the other, without any other shell syntax.',
  'flag-not-allowed': 'Use only the flags and values that are listed, and the release that is allowed.',
  'package-not-in-targets': 'Name only targets, their listed binaries and what the request allows.',
  downgrade: 'Name packages without versions, or with one at or above the floor.',
  'removal-not-allowed': 'Remove only packages that the request lists as removable; upgrade the others.',
  'module-not-allowed': 'Enable or reset only module streams that the request lists.',
  'path-or-url': 'Name packages, not files, paths or URLs.',
  incomplete: 'Write at least one command that upgrades a target.',
  'malformed-text': 'Write short lines of plain ASCII.',
  'malformed-package': "Write package names and versions in the package manager's alphabet.",
};

/** What a model is told of an answer that could not be used, in our own words. */
export const PROBLEM_ADVICE: Readonly<Record<ReplyProblem['code'], string>> = {
  'cut-off': 'The answer was cut off at the limit of output tokens: write fewer and shorter words.',
  'content-filtered': "The service's content filter withheld the answer.",
  'guardrail-intervened': 'The guardrail stopped the question or the answer.',
  'malformed-output': 'The answer was malformed: answer once, with valid JSON.',
  'context-exceeded': 'The question was too long.',
  'no-answer': 'The answer was prose without a proposal: answer with the object that is asked for.',
  empty: 'The answer was empty.',
  'wrong-shape': 'The answer had another shape: commands, notFixable and explanation, once, as described.',
  'too-long': 'The answer was too long: write the commands only.',
};
