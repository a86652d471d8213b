import type { CaseScore } from './score';
import type { Summary, Totals } from './summary';

/** The whole outcome of a run; what `--json` prints. */
export interface Report {
  /** Ids of the models that answered, or `handwritten`; sorted. */
  readonly models: readonly string[];
  readonly summary: Summary;
  readonly cases: readonly CaseScore[];
}

/** A table as texts: its header, and its rows. */
export interface TextTable {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Shares of the endings and scores, per ecosystem and in all. */
export function summaryTable({ ecosystems, all }: Summary): TextTable {
  const row = (name: string, totals: Totals): string[] => [
    name,
    String(totals.cases),
    ...[
      totals.parsed,
      totals.endings.first,
      totals.endings.repaired,
      totals.endings.declined,
      totals.endings['fell-back'],
      totals.endings.silent,
      totals.complete,
      totals.agrees,
      totals.right,
      totals.rulesRight,
      totals.endRight,
    ].map((count) => share(count, totals.cases)),
    tokens(totals),
  ];
  return {
    header: [
      'Ecosystem',
      'Cases',
      'Parsed',
      'First answer',
      'Repaired',
      'Declined',
      'Fell back',
      'No answer',
      'Complete',
      'As rules',
      'Right',
      'Rules right',
      'End right',
      'Tokens',
    ],
    rows: [...Object.entries(ecosystems).map(([id, totals]) => row(id, totals)), row('all', all)],
  };
}

/** The share of cases in which the first answer was not enough, in a sentence. */
export function helpSentence({ all }: Summary): string {
  const { cases, repairedOrFellBack, repairs, endings } = all;
  return `Of ${cases} cases, ${share(repairedOrFellBack, cases)} needed a repair or fell back to rules: ${repairs} were asked a second time, ${endings['fell-back']} fell back in the end.`;
}

/** One row per case. */
export function caseTable(cases: readonly CaseScore[]): TextTable {
  return {
    header: ['Case', 'Ending', 'Not taken because of', 'Complete', 'As rules', 'Answer', 'Rules', 'End'],
    rows: cases.map((one) => [
      one.case,
      one.ending,
      [...one.refused.map((codes) => codes.join(', ')), ...(one.silence === undefined ? [] : [one.silence])].join('; '),
      yes(one.complete),
      yes(one.agrees),
      verdict(one.faults),
      verdict(one.rulesFaults),
      verdict(one.endFaults),
    ]),
  };
}

/** `12 (80 %)`, in whole per cents. */
export function share(count: number, of: number): string {
  return of === 0 ? '0' : `${count} (${Math.round((100 * count) / of)} %)`;
}

function tokens({ inputTokens, outputTokens }: Totals): string {
  return inputTokens + outputTokens === 0 ? 'none counted' : `${inputTokens} in, ${outputTokens} out`;
}

function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

function verdict(faults: readonly string[]): string {
  const [first, ...more] = faults;
  if (first === undefined) return 'right';
  return more.length === 0 ? first : `${first} (+${more.length})`;
}
