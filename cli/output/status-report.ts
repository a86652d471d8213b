import pc from 'picocolors';
import type { PatchStatus } from '../../domain/status/image-status';
import type { ReportedStatus, StatusReport } from '../run/status';
import { printLine } from './console';
import { printable } from './printable';
import { printCounts } from './summary';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Prints the report of `status` for a person. */
export function printStatus(report: StatusReport, now: Date): void {
  const images = Object.entries(report.images);
  if (images.length === 0) printLine('No golden image is known.');
  for (const [name, image] of images) printImage(name, image, now);
}

function printImage(name: string, image: ReportedStatus, now: Date): void {
  printLine(`\n${pc.bold(printable(name))}  ${stateWord(image)}`);
  const { promoted, current, inFlight, observed, ended, replan } = image;
  if (promoted !== undefined) {
    const by = promoted.patch === undefined ? '' : ` by patch ${promoted.patch}`;
    fact('promoted', `${promoted.digest}${by}, since ${when(promoted.since, now)}`);
    if (image.tagMoved !== undefined) fact('tag', tagMovedLine(image.tagMoved), pc.red);
  } else fact('current', current ?? 'no digest of it is known yet');
  for (const { severity, count, oldest } of image.open)
    fact('open', `${count} ${severity}, the oldest first seen ${when(oldest, now)}`);
  printCounts('parked  ', image.parked);
  printCounts('residual', image.residual);
  if (inFlight !== undefined) fact('on way', patchLine(inFlight, now));
  if (observed !== undefined) fact('recorded', patchLine(observed, now));
  for (const patch of image.waiting)
    fact('waiting', `${patchLine(patch, now)}; decide before ${patch.expiresAt}`, pc.cyan);
  if (ended !== undefined)
    fact('ended', `${patchLine(ended, now)}${ended.detail === undefined ? '' : `: ${ended.detail}`}`, pc.yellow);
  if (image.stoppedAfter !== undefined)
    fact('stopped', `after ${image.stoppedAfter} failed builds in a row: nothing is built until it is reset`, pc.red);
  if (replan !== undefined)
    fact('replan', `${replan.why}${replan.notBefore === undefined ? '' : ` (not before ${replan.notBefore})`}`);
  for (const { to, type } of image.commands) printLine(`  to ${printable(to)}: ${pc.bold(printable(type))}`);
}

/** That what people get by the floating tag is not what was proven. */
export function tagMovedLine({ tag, at, since }: NonNullable<ReportedStatus['tagMoved']>): string {
  const where = at === undefined ? 'is gone' : `points at ${at}`;
  return `${tag} ${where}, seen since ${since}: somebody else did that, and what is said here is not about what people get by the tag`;
}

function stateWord({ state, stoppedAfter, waiting }: ReportedStatus): string {
  if (stoppedAfter !== undefined) return pc.red('stopped');
  if (waiting.length > 0) return pc.cyan('waits for approval');
  if (state === undefined) return pc.dim('nothing is known of it yet');
  return state === 'BUSY' ? pc.yellow('a build is on its way') : pc.green('idle');
}

function patchLine({ patch, state, since, targets, rebuild }: PatchStatus, now: Date): string {
  const what = rebuild === true ? 'rebuild' : 'patch';
  return `${what} ${patch}, ${targets} ${targets === 1 ? 'package' : 'packages'}: ${state} since ${when(since, now)}`;
}

function fact(label: string, text: string, paint: (text: string) => string = (plain) => plain): void {
  printLine(`${pc.dim(label.padEnd(8))} ${paint(printable(text))}`);
}

/** A time, and how long ago it was. */
function when(time: string, now: Date): string {
  const passed = now.getTime() - Date.parse(time);
  if (!Number.isFinite(passed) || passed < 0) return time;
  const age = passed >= 2 * DAY_MS ? `${Math.floor(passed / DAY_MS)} days` : `${Math.floor(passed / HOUR_MS)} h`;
  return `${time} (${age})`;
}
