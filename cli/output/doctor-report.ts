import pc from 'picocolors';
import type { CheckResult, CheckStatus } from '../run/doctor/check';
import { printLine } from './console';
import { printable } from './printable';

const MARKS: Readonly<Record<CheckStatus, string>> = {
  ok: pc.green('ok      '),
  warning: pc.yellow('warning '),
  failure: pc.red('failure '),
  'could-not-check': pc.cyan('unknown '),
};

/** How many results there are of each status. */
export function countByStatus(results: readonly CheckResult[]): Readonly<Record<CheckStatus, number>> {
  const of = (status: CheckStatus): number => results.filter((one) => one.status === status).length;
  return {
    ok: of('ok'),
    warning: of('warning'),
    failure: of('failure'),
    'could-not-check': of('could-not-check'),
  };
}

/** Prints what doctor saw, by check, with what is to be done. */
export function printDiagnosis(results: readonly CheckResult[]): void {
  let heading: string | undefined;
  for (const { check, status, subject, seen, todo } of results) {
    if (check !== heading) printLine(`\n${pc.bold(check)}`);
    heading = check;
    printLine(`  ${MARKS[status]} ${printable(`${subject}: ${seen}`)}`);
    if (status !== 'ok' && todo !== undefined) printLine(`           ${pc.dim('→')} ${printable(todo)}`);
  }
  const { ok, warning, failure, 'could-not-check': unknown } = countByStatus(results);
  printLine(`\n${ok} ok, ${warning} warnings, ${failure} failures, ${unknown} could not be checked`);
}
