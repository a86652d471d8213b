import { observationOn } from '../lineage/observation-on';
import type { Severity } from '../finding/severity';
import { SEVERITIES } from '../finding/severity';
import type { Metrics } from '../ports';
import type { FindingItem } from '../table/finding-item';
import { isFindingItem } from '../table/finding-item';
import { isHeadItem } from '../table/head-item';
import type { TableItem } from '../table/items';
import { movedTag } from '../table/moved-tag';
import { isPatchItem, isWaiting } from '../table/patch-item';

/** How old an open finding is, since it was first observed; the first whose limit it is below. */
export const AGES = [
  { age: 'under-1-day', days: 1 },
  { age: 'under-7-days', days: 7 },
  { age: 'under-30-days', days: 30 },
  { age: 'under-90-days', days: 90 },
  { age: 'over-90-days', days: Infinity },
] as const;

/** Name of an age. */
export type Age = (typeof AGES)[number]['age'];

type Counts<K extends string> = Readonly<Partial<Record<K, number>>>;

/** What there is, of one image or of many. JSON: it is kept in the table where a run is cut off. */
export interface Tally {
  /** Open findings by severity and age. */
  readonly open: Counts<`${Severity} ${Age}`>;
  /** Parked ones by reason. */
  readonly parked: Counts<string>;
  /** Residual ones by reason. */
  readonly residual: Counts<string>;
  /** Seconds since the oldest open finding was first observed; 0 where none is open. */
  readonly oldestOpenSeconds: number;
  /** Images that the breaker has stopped. */
  readonly stopped: number;
  /** Patches that wait for a person or for their turn. */
  readonly waiting: number;
  /** Current images that the scanner does not look at any more, or soon will not. */
  readonly scanEnding: Counts<'expiring' | 'expired'>;
  /** Images whose floating tag is not on what was promoted. */
  readonly movedTags: Counts<'moved' | 'deleted'>;
}

/** Nothing. */
export const EMPTY_TALLY: Tally = {
  open: {},
  parked: {},
  residual: {},
  oldestOpenSeconds: 0,
  stopped: 0,
  waiting: 0,
  scanEnding: {},
  movedTags: {},
};

const DAY = 86_400_000;

/** Counts what an image's items are. @param items all of the image's partition */
export function tallyOf(items: readonly TableItem[], now: Date, scanEnding?: 'expiring' | 'expired'): Tally {
  const findings = items.filter(isFindingItem);
  const open = findings.filter(({ state }) => state === 'OPEN');
  const ages = open.map(({ firstObservedAt }) => Math.max(0, now.getTime() - Date.parse(firstObservedAt)));
  const tag = movedTag(items);
  const reasons = (state: FindingItem['state']): Counts<string> =>
    countBy(findings.filter((finding) => finding.state === state).map(({ reason }) => reason ?? 'unknown'));
  return {
    open: countBy(open.map((finding, index) => `${severityOf(finding)} ${ageOf(ages[index] ?? 0)}` as const)),
    parked: reasons('PARKED'),
    residual: reasons('RESIDUAL'),
    oldestOpenSeconds: Math.round(ages.reduce((oldest, age) => Math.max(oldest, age), 0) / 1000),
    stopped: items.filter((item) => isHeadItem(item) && item.state === 'STOPPED').length,
    waiting: items.filter((item) => isPatchItem(item) && isWaiting(item) && item.state !== 'OBSERVED').length,
    scanEnding: scanEnding === undefined ? {} : { [scanEnding]: 1 },
    movedTags: tag === undefined ? {} : { [tag.at === undefined ? 'deleted' : 'moved']: 1 },
  };
}

/** The tally of two sets of images together. */
export function addTallies(left: Tally, right: Tally): Tally {
  return {
    open: addCounts(left.open, right.open),
    parked: addCounts(left.parked, right.parked),
    residual: addCounts(left.residual, right.residual),
    oldestOpenSeconds: Math.max(left.oldestOpenSeconds, right.oldestOpenSeconds),
    stopped: left.stopped + right.stopped,
    waiting: left.waiting + right.waiting,
    scanEnding: addCounts(left.scanEnding, right.scanEnding),
    movedTags: addCounts(left.movedTags, right.movedTags),
  };
}

/** Publishes a tally as gauges. Totals are there when they are 0, too; the finer ones only where there is something. */
export function measureTally(metrics: Metrics, tally: Tally): void {
  for (const severity of SEVERITIES) {
    const byAge = AGES.map(({ age }) => [age, tally.open[`${severity} ${age}`] ?? 0] as const);
    metrics.measure('OpenFindings', sum(byAge.map(([, count]) => count)), 'count', { severity });
    for (const [age, count] of byAge)
      if (count > 0) metrics.measure('OpenFindingsByAge', count, 'count', { severity, age });
  }
  metrics.measure('OldestOpenFinding', tally.oldestOpenSeconds, 'seconds');
  for (const [name, counts] of [
    ['ParkedFindings', tally.parked],
    ['ResidualFindings', tally.residual],
  ] as const) {
    metrics.measure(name, sum(Object.values(counts)), 'count');
    for (const [reason, count] of Object.entries(counts)) metrics.measure(name, count ?? 0, 'count', { reason });
  }
  metrics.measure('ImagesStopped', tally.stopped, 'count');
  metrics.measure('PatchesWaiting', tally.waiting, 'count');
  for (const state of ['expiring', 'expired'] as const)
    metrics.measure('ScanEligibilityEnding', tally.scanEnding[state] ?? 0, 'count', { state });
  metrics.measure('FloatingTagsMoved', sum(Object.values(tally.movedTags)), 'count');
}

function severityOf(finding: FindingItem): Severity {
  const observed = finding.judgedOn === undefined ? undefined : observationOn(finding, finding.judgedOn);
  return observed?.severity ?? 'UNTRIAGED';
}

function ageOf(milliseconds: number): Age {
  return AGES.find(({ days }) => milliseconds < days * DAY)?.age ?? 'over-90-days';
}

function countBy<K extends string>(keys: readonly K[]): Counts<K> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}

function addCounts<K extends string>(left: Counts<K>, right: Counts<K>): Counts<K> {
  const all = { ...left } as Partial<Record<string, number>>;
  for (const [key, count] of Object.entries<number | undefined>(right)) all[key] = (all[key] ?? 0) + (count ?? 0);
  return all as Counts<K>;
}

function sum(values: readonly (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? 0), 0);
}
