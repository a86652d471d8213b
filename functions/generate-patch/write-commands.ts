import type { Authored, AuthoredCommands, TriedProposal } from '../../domain/author/authored';
import type { Authors } from '../../domain/author/authors';
import type { Correction, PatchRequest } from '../../domain/author/patch-request';
import type { PatchProposal } from '../../domain/author/proposal';
import { rulesAuthor } from '../../domain/author/rules-author';
import { requireEcosystem } from '../../domain/ecosystems';
import { ModelUnavailableError } from '../../domain/errors';
import type { Logger } from '../../domain/ports';
import type { VettingContext, VettingResult } from '../../domain/vetting/operations';
import { visible } from '../../domain/vetting/text';
import { vet } from '../../domain/vetting/vet';

/** Questions that a model gets for one attempt at a patch: the first, and one that carries the refusals. */
const ROUNDS = 2;

/**
 * Gets vetted commands for a request: the model proposes, vetting judges, once more with the refusals, else rules write
 * them. Where the model cannot be asked, `bedrock-then-rules` goes on with rules and `bedrock` waits.
 */
export async function writeCommands(
  authors: Authors,
  request: PatchRequest,
  context: VettingContext,
  logger: Logger,
): Promise<Authored> {
  const rules = async (asked: readonly TriedProposal[], why: string): Promise<AuthoredCommands> =>
    await byRules(asked, request, context, why, logger);
  if (authors.choice === 'rules') return await rules([], authors.why ?? 'Rules are configured.');
  const { choice, model } = authors;
  const tried: TriedProposal[] = [];
  let correction: Correction | undefined;
  for (let round = 1; round <= ROUNDS; round++) {
    let proposal: PatchProposal;
    try {
      proposal = await model.propose({ ...request, ...(correction !== undefined && { correction }) });
    } catch (error) {
      if (!(error instanceof ModelUnavailableError)) throw error;
      const { outage, message, hint, retryAfterSeconds } = error;
      logger.warn('the model cannot be asked', { image: request.image, outage, message, hint });
      const told = visible(hint === undefined ? message : `${message}; ${hint}`, 600);
      const why = `The model could not be asked (${outage}): ${told}.`;
      if (choice === 'bedrock') return { kind: 'later', retryAfterSeconds, why, tried };
      return await rules(tried, `${why} Rules wrote the commands.`);
    }
    const verdict = judge(proposal, request, context);
    tried.push({ proposal, verdict });
    if (verdict.verdict === 'accepted')
      return taken(tried, { proposal, verdict }, request, acceptedWhy(round, proposal));
    logger.info('proposal refused', {
      image: request.image,
      round,
      problem: proposal.problem?.code,
      refusals: verdict.refusals.map(({ code }) => code),
    });
    if (!mayMend(proposal, request)) break;
    correction = {
      commands: proposal.commands,
      refusals: verdict.refusals,
      ...(proposal.problem !== undefined && { problem: proposal.problem }),
    };
  }
  return await rules(tried, refusedWhy(tried, request));
}

/** Rules cover every target by their nature; were they refused, which is a fault of ours, the script would still do so. */
async function byRules(
  asked: readonly TriedProposal[],
  request: PatchRequest,
  context: VettingContext,
  why: string,
  logger: Logger,
): Promise<AuthoredCommands> {
  const proposal = await rulesAuthor.propose(request);
  const verdict = judge(proposal, request, context);
  if (verdict.verdict === 'refused')
    logger.error('the rules author was refused', { image: request.image, refusals: verdict.refusals.slice(0, 3) });
  return taken([...asked, { proposal, verdict }], { proposal, verdict }, request, why);
}

function taken(
  tried: readonly TriedProposal[],
  { proposal, verdict }: TriedProposal,
  request: PatchRequest,
  why: string,
): AuthoredCommands {
  const targets = new Set(request.targets.map((target) => target.package));
  // An answer that was taken stands for itself; what was said before it was mended, the model may have taken back.
  const said = proposal.author === 'rules' ? tried.map((one) => one.proposal) : [proposal];
  const doubted = said.flatMap(({ notFixable }) => notFixable).filter((one) => targets.has(one.package));
  const disagreements = [...new Map(doubted.map((one) => [one.package, one])).values()];
  return { kind: 'commands', proposal, verdict, tried, why, completed: verdict.uncovered, disagreements };
}

/** An answer without usable commands has nothing to vet; its refusals are empty and the problem says why. */
function judge(proposal: PatchProposal, request: PatchRequest, context: VettingContext): VettingResult {
  if (proposal.problem === undefined) return vet(proposal.commands, requireEcosystem(request.ecosystem), context);
  const uncovered = context.targets.map((target) => target.package);
  return { verdict: 'refused', operations: [], uncovered, refusals: [] };
}

/** Asking again helps where something was written that can be mended. "Nothing can be fixed" is an answer, not a slip. */
function mayMend({ problem, commands, notFixable }: PatchProposal, request: PatchRequest): boolean {
  if (problem !== undefined) return problem.repairable;
  return commands.length > 0 || !request.targets.every((target) => saysNotFixable(notFixable, target.package));
}

function saysNotFixable(notFixable: PatchProposal['notFixable'], name: string): boolean {
  return notFixable.some((one) => one.package === name);
}

function acceptedWhy(round: number, { model }: PatchProposal): string {
  const who = model === undefined ? 'The model' : `The model ${model.modelId}`;
  const how = round === 1 ? 'its first answer passed vetting' : 'its answer passed vetting after one repair';
  return `${who} wrote the commands: ${how}.`;
}

function refusedWhy(tried: readonly TriedProposal[], request: PatchRequest): string {
  const last = tried.at(-1);
  if (last === undefined) return 'Rules wrote the commands.';
  const { proposal, verdict } = last;
  if (proposal.problem !== undefined)
    return `Rules wrote the commands: the model's answer could not be used (${proposal.problem.code}): ${proposal.problem.message}`;
  if (!mayMend(proposal, request))
    return 'Rules wrote the commands: the model calls every target not fixable, which only a build can tell.';
  const [refusal] = verdict.refusals;
  const told = refusal === undefined ? '' : ` (${refusal.code}): ${refusal.message}`;
  return `Rules wrote the commands: the model's ${tried.length === 1 ? 'answer was' : 'two answers were'} refused${told}`;
}
