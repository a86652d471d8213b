import { isDenied } from '../../../adapters/aws/aws-error';
import { GoldenImagesError } from '../../../domain/errors';

/** How a thing stands. `could-not-check`: nothing is known of it, neither good nor bad. */
export type CheckStatus = 'ok' | 'warning' | 'failure' | 'could-not-check';

/** What was seen of one thing. */
export interface Seen {
  readonly status: CheckStatus;
  /** What it is about, e.g. `repository golden/debian-12`. */
  readonly subject: string;
  /** One sentence, without its full stop. */
  readonly seen: string;
  /** What to do about it; there wherever it is not ok. */
  readonly todo?: string;
}

/** What was seen, and by which check. */
export interface CheckResult extends Seen {
  readonly check: string;
}

/** One check: it looks, and changes nothing. */
export interface Check<Context> {
  /** Stable id, e.g. `registry-scanning`. */
  readonly id: string;
  readonly look: (context: Context) => Promise<readonly Seen[]>;
}

/** It is as it should be. */
export function ok(subject: string, seen: string): Seen {
  return { status: 'ok', subject, seen };
}

/** It works, but not for long, or not as it should. */
export function warning(subject: string, seen: string, todo: string): Seen {
  return { status: 'warning', subject, seen, todo };
}

/** It does not work. */
export function failure(subject: string, seen: string, todo: string): Seen {
  return { status: 'failure', subject, seen, todo };
}

/**
 * Looks at one thing; where that cannot be done, says why, and which right is missing where one is.
 * @throws whatever is no error of this project's: a fault of the program
 */
export async function lookAt(subject: string, look: () => Promise<Seen | readonly Seen[]>): Promise<readonly Seen[]> {
  try {
    const seen = await look();
    return 'status' in seen ? [seen] : seen;
  } catch (error) {
    if (!(error instanceof GoldenImagesError)) throw error;
    const todo = isDenied(error)
      ? `${error.hint ?? ''}; docs/doctor.md has a policy with everything that doctor asks`
      : (error.hint ?? 'try again later');
    return [{ status: 'could-not-check', subject, seen: error.message, todo }];
  }
}

/** Looks at several things, one after the other: one that cannot be looked at does not keep the others from it. */
export async function lookAtEach<T>(
  things: readonly T[],
  subjectOf: (thing: T) => string,
  look: (thing: T, subject: string) => Promise<Seen | readonly Seen[]>,
): Promise<readonly Seen[]> {
  const all: Seen[] = [];
  for (const thing of things) {
    const subject = subjectOf(thing);
    all.push(...(await lookAt(subject, async () => await look(thing, subject))));
  }
  return all;
}

/** Runs checks, each after the other, so that the account's limits are left to those who work. */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { id, look } of checks)
    for (const seen of await lookAt(id, async () => await look(context))) results.push({ check: id, ...seen });
  return results;
}
