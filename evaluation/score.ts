import type { AuthoredCommands, TriedProposal } from '../domain/author/authored';
import type { PatchProposal } from '../domain/author/proposal';
import type { EcosystemId } from '../domain/ecosystems/ecosystem';
import type { Operation } from '../domain/vetting/operations';
import type { AskedCase } from './ask-case';
import type { EvaluationCase } from './case-format';
import { requestOf } from './case-format';
import { contextOf, namesOf } from './context-of';
import type { JudgedAnswer } from './find-faults';
import { findFaults, namedIn } from './find-faults';

/** How the model's part in a case ended. */
export const ENDINGS = [
  /** Its first answer passed vetting. */
  'first',
  /** Its second answer, which had the refusals, passed. */
  'repaired',
  /** It called every target not fixable: an answer, but nothing to vet; rules try all the same. */
  'declined',
  /** No answer passed: rules wrote the commands. */
  'fell-back',
  /** It could not be asked, or its answer is not on record: rules wrote the commands. */
  'silent',
] as const;

/** How the model's part in a case ended. */
export type Ending = (typeof ENDINGS)[number];

/** How a model did in one case. Docs: docs/evaluation.md, "Scores". */
export interface CaseScore {
  readonly case: string;
  readonly ecosystem: EcosystemId;
  readonly ending: Ending;
  /** True where its first answer followed the reply contract. */
  readonly parsed: boolean;
  /** True where an answer of its passed vetting. */
  readonly vetted: boolean;
  /** True where its answer leaves no target to be completed by rules but those that it rightly calls not fixable. */
  readonly complete: boolean;
  /** True where it upgrades and removes the same targets as the rules do. */
  readonly agrees: boolean;
  /** 1 where it was asked a second time. */
  readonly repairs: 0 | 1;
  /** What is wrong with its answer; empty where right. An answer that did not pass vetting is not right. */
  readonly faults: readonly string[];
  /** What is wrong with the end, after completion or rules. */
  readonly endFaults: readonly string[];
  /** What would have been wrong with the rules' answer. */
  readonly rulesFaults: readonly string[];
  /** Why answers were not taken, round by round: code of the problem, or codes of the refusals. */
  readonly refused: readonly (readonly string[])[];
  /** Why there was no answer in a round. */
  readonly silence?: string;
  /** Of all rounds. */
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Scores what became of one case. */
export function scoreCase(asked: AskedCase): CaseScore {
  const { case: one, tried, replies, silence } = asked;
  const last = tried.at(-1);
  const ending = endingOf(asked);
  const vetted = ending === 'first' || ending === 'repaired';
  const answered = last !== undefined && (vetted || ending === 'declined');
  return {
    case: one.id,
    ecosystem: one.ecosystem,
    ending,
    parsed: tried[0] !== undefined && tried[0].proposal.problem === undefined,
    vetted,
    complete: answered && isComplete(one, last),
    agrees: answered && doesSame(one, last.verdict.operations, asked.rules.verdict.operations),
    repairs: replies.length > 1 ? 1 : 0,
    faults: answered ? findFaults(one, judged(last)) : [noAnswer(ending)],
    endFaults: findFaults(one, ended(one, asked.end)),
    rulesFaults: findFaults(one, judged(asked.rules)),
    refused: tried.filter((each) => isRefused(each) && !(answered && each === last)).map(reasons),
    ...(silence !== undefined && { silence }),
    inputTokens: sum(replies.map((reply) => reply.inputTokens)),
    outputTokens: sum(replies.map((reply) => reply.outputTokens)),
  };
}

function endingOf({ end, tried, silence, case: one }: AskedCase): Ending {
  const last = tried.at(-1);
  if (last?.verdict.verdict === 'accepted') return end.tried.indexOf(last) === 0 ? 'first' : 'repaired';
  if (silence !== undefined) return 'silent';
  return last !== undefined && declines(last.proposal, one) ? 'declined' : 'fell-back';
}

function declines({ problem, commands, notFixable }: PatchProposal, { request }: EvaluationCase): boolean {
  if (problem !== undefined || commands.length > 0) return false;
  return request.targets.every((target) => notFixable.some((other) => other.package === target.package));
}

function noAnswer(ending: Ending): string {
  return ending === 'silent' ? 'gave no answer' : 'gave no answer that passed vetting';
}

function isComplete({ must }: EvaluationCase, { proposal, verdict }: TriedProposal): boolean {
  const rightlyLeft = proposal.notFixable.filter((one) => must.notFixable?.includes(one.package));
  return verdict.uncovered.every((name) => rightlyLeft.some((one) => one.package === name));
}

function doesSame(one: EvaluationCase, left: readonly Operation[], right: readonly Operation[]): boolean {
  const touched = (operations: readonly Operation[], kind: 'upgrade' | 'remove'): string => {
    const named = namedIn(operations, kind);
    const { targets } = contextOf(requestOf(one));
    const aliases = new Map(targets.map((target) => [target.package, target.replacements ?? []]));
    return one.request.targets
      .filter((target) => [...namesOf(target), ...(aliases.get(target.package) ?? [])].some((name) => named.has(name)))
      .map((target) => target.package)
      .join(' ');
  };
  return touched(left, 'upgrade') === touched(right, 'upgrade') && touched(left, 'remove') === touched(right, 'remove');
}

function judged({ proposal, verdict }: TriedProposal): JudgedAnswer {
  return { operations: verdict.operations, notFixable: proposal.notFixable.map((one) => one.package) };
}

/** What the patch does in the end: the taken operations, and the targets that rules complete. */
function ended({ request }: EvaluationCase, end: AuthoredCommands): JudgedAnswer {
  const completed = request.targets
    .filter((target) => end.completed.includes(target.package))
    .map((target): Operation => ({ kind: target.action, packages: [{ name: target.package }] }));
  return {
    operations: [...end.verdict.operations, ...completed],
    notFixable: end.disagreements.map((one) => one.package),
  };
}

function isRefused({ verdict }: TriedProposal): boolean {
  return verdict.verdict === 'refused';
}

function reasons({ proposal: { problem }, verdict }: TriedProposal): string[] {
  return problem === undefined ? [...new Set(verdict.refusals.map(({ code }) => code))] : [problem.code];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
