import type { EcosystemId } from '../domain/ecosystems/ecosystem';
import { ECOSYSTEM_IDS } from '../domain/ecosystems/ecosystem';
import type { CaseScore, Ending } from './score';
import { ENDINGS } from './score';

/** Counts of cases; each is of `cases`. */
export interface Totals {
  readonly cases: number;
  /** How the model's part ended. */
  readonly endings: Readonly<Record<Ending, number>>;
  readonly parsed: number;
  readonly vetted: number;
  readonly complete: number;
  readonly agrees: number;
  /** Asked a second time. */
  readonly repairs: number;
  /** Asked a second time, or ended by rules for want of an answer that passed vetting. */
  readonly repairedOrFellBack: number;
  /** The model's answer does what is right and nothing that is wrong. */
  readonly right: number;
  /** The same of the end, after completion or rules. */
  readonly endRight: number;
  /** The same of the rules alone. */
  readonly rulesRight: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The scores of a run, added up. */
export interface Summary {
  readonly ecosystems: Readonly<Partial<Record<EcosystemId, Totals>>>;
  readonly all: Totals;
}

/** Adds scores up, per ecosystem in their order, and in all. */
export function summarize(scores: readonly CaseScore[]): Summary {
  const present = ECOSYSTEM_IDS.filter((id) => scores.some(({ ecosystem }) => ecosystem === id));
  return {
    ecosystems: Object.fromEntries(
      present.map((id) => [id, totalsOf(scores.filter(({ ecosystem }) => ecosystem === id))]),
    ),
    all: totalsOf(scores),
  };
}

function totalsOf(scores: readonly CaseScore[]): Totals {
  const count = (holds: (score: CaseScore) => boolean): number => scores.filter(holds).length;
  const add = (value: (score: CaseScore) => number): number => scores.reduce((total, one) => total + value(one), 0);
  const endings = ENDINGS.map((ending) => [ending, count((one) => one.ending === ending)] as const);
  return {
    cases: scores.length,
    endings: Object.fromEntries(endings) as Record<Ending, number>,
    parsed: count((one) => one.parsed),
    vetted: count((one) => one.vetted),
    complete: count((one) => one.complete),
    agrees: count((one) => one.agrees),
    repairs: count((one) => one.repairs === 1),
    repairedOrFellBack: count((one) => one.repairs === 1 || one.ending === 'fell-back'),
    right: count((one) => one.faults.length === 0),
    endRight: count((one) => one.endFaults.length === 0),
    rulesRight: count((one) => one.rulesFaults.length === 0),
    inputTokens: add((one) => one.inputTokens),
    outputTokens: add((one) => one.outputTokens),
  };
}
