import type { RefusalCode } from './operations';

/** What is wrong with a simple command or a part of it; becomes a `Refusal` once it is known which command it is. */
export interface Problem {
  readonly code: RefusalCode;
  /** One sentence that says what to write instead. */
  readonly message: string;
}

/** Codes from the one that hides most of a command's meaning to the one that hides least. */
const SERIOUSNESS: readonly RefusalCode[] = [
  'malformed-text',
  'shell-syntax',
  'unknown-command',
  'path-or-url',
  'removal-not-allowed',
  'downgrade',
  'flag-not-allowed',
  'package-not-in-targets',
  'module-not-allowed',
  'malformed-package',
  'incomplete',
];

/** @returns the most serious of the problems, the earlier one among equals; undefined where there is none */
export function mostSerious(problems: readonly Problem[]): Problem | undefined {
  let worst: Problem | undefined;
  for (const problem of problems) {
    if (worst === undefined || SERIOUSNESS.indexOf(problem.code) < SERIOUSNESS.indexOf(worst.code)) worst = problem;
  }
  return worst;
}
