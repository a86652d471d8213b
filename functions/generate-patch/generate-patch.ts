import type { PatchProposal } from '../../domain/author/proposal';
import { rulesAuthor } from '../../domain/author/rules-author';
import type { GoldenImage } from '../../domain/config/golden-image';
import { requireEcosystem } from '../../domain/ecosystems';
import { ConditionFailedError } from '../../domain/errors';
import type { Plan } from '../../domain/plan/plan';
import { makePlan } from '../../domain/plan/plan';
import { nextAttempt } from '../../domain/plan/next-attempt';
import { openFindings } from '../../domain/plan/open-findings';
import type { Clock, FindingTable, Logger, PatchAuthor, ScriptStore } from '../../domain/ports';
import { storedTargets } from '../../domain/plan/stored-targets';
import type { Target } from '../../domain/plan/target';
import { scriptTargets } from '../../domain/script/script-targets';
import { isHeadItem } from '../../domain/table/head-item';
import { settleReplan } from '../../domain/table/head-changes';
import { isReplanItem } from '../../domain/table/replan-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { imagePartition, patchKey } from '../../domain/table/keys';
import type { PatchItem, PatchState } from '../../domain/table/patch-item';
import { isPatchItem, LIVE_PATCH_STATES } from '../../domain/table/patch-item';
import { markResidual } from '../../domain/table/mark-residual';
import { movePatch } from '../../domain/table/move-patch';
import type { VettingResult } from '../../domain/vetting/operations';
import { vetProposal } from '../../domain/vetting/vet-proposal';

/** What generate-patch works with. */
export interface GeneratePatchPorts {
  readonly table: FindingTable;
  readonly scripts: ScriptStore;
  readonly author: PatchAuthor;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What generate-patch did for an image, and why. */
export type GeneratePatchResult =
  | { readonly did: 'planned'; readonly patch: PatchItem }
  | { readonly did: 'nothing'; readonly why: 'nothing-open' | 'same-plan' | 'held' | 'attempts-exhausted' | 'raced' };

/** Where a planned patch begins, by the policy's mode. */
const FIRST_STATE: Readonly<Record<GoldenImage['policy']['mode'], PatchState>> = {
  auto: 'READY',
  approve: 'AWAITING_APPROVAL',
  observe: 'OBSERVED',
};

/**
 * Looks at one image and, where its open findings ask for something that no live patch does, writes the patch: plan,
 * author, vetting, script, PATCH item. Level-triggered: everything is computed from the table.
 */
export function makeGeneratePatch(ports: GeneratePatchPorts): (image: GoldenImage) => Promise<GeneratePatchResult> {
  const { table, logger } = ports;
  return async (image) => {
    const items = await table.query(imagePartition(image.name));
    const head = items.find(isHeadItem);
    const patches = items.filter(isPatchItem);
    const findings = items.filter(isFindingItem);
    const request = items.find(isReplanItem);
    const open = openFindings(findings);
    const plan =
      open.length === 0
        ? undefined
        : makePlan(image, open, carriedTargets(patches.find((patch) => patch.sequence === head?.promoted?.patch)));
    if (plan === undefined) {
      await settleReplan(table, request);
      return { did: 'nothing', why: 'nothing-open' };
    }
    const attempt = nextAttempt(plan.planHash, patches, image.policy.maximumAttempts);
    if (typeof attempt === 'string') {
      if (attempt === 'attempts-exhausted') await markResidual(table, findings, plan, attempt, ports.clock());
      await supersedeOlder(ports, patches);
      await settleReplan(table, request);
      return { did: 'nothing', why: attempt };
    }
    const sequence = Math.max(0, ...patches.map((patch) => patch.sequence)) + 1;
    const patch = await writePatch(ports, image, plan, { attempt, sequence });
    if (patch === undefined) return { did: 'nothing', why: 'raced' };
    await supersedeOlder(ports, [...patches, patch]);
    await settleReplan(table, request);
    logger.info('patch planned', { image: image.name, patch: sequence, patchId: patch.patchId, attempt });
    return { did: 'planned', patch };
  };
}

async function writePatch(
  { table, scripts, author, clock, logger }: GeneratePatchPorts,
  image: GoldenImage,
  plan: Plan,
  at: { attempt: number; sequence: number },
): Promise<PatchItem | undefined> {
  const ecosystem = requireEcosystem(plan.ecosystem);
  const request = { image: image.name, ecosystem: plan.ecosystem, targets: plan.targets };
  let proposal = await author.propose(request);
  let verdict = vetProposal(proposal, plan, image.policy);
  const tried = [{ proposal, verdict }];
  if (verdict.verdict === 'refused' && proposal.author !== 'rules') {
    proposal = await rulesAuthor.propose(request);
    verdict = vetProposal(proposal, plan, image.policy);
    tried.push({ proposal, verdict });
  }
  if (verdict.verdict === 'refused') logger.error('the rules author was refused', { image: image.name, ...verdict });
  const script = ecosystem.renderScript({
    image: image.name,
    planHash: plan.planHash,
    attempt: at.attempt,
    targets: scriptTargets(plan.targets, verdict),
    ...(plan.releasever !== undefined && { releasever: plan.releasever }),
  });
  const { uri, sha256 } = await scripts.putScript(image.name, script);
  const proposalUri = await scripts.putAudit(image.name, `${sha256}.proposals.json`, proposals(plan, tried));
  const key = patchKey(image.name, at.sequence);
  const patch: PatchItem = {
    ...key,
    type: 'PATCH',
    version: 1,
    image: image.name,
    sequence: at.sequence,
    state: FIRST_STATE[image.policy.mode],
    stateSince: clock().toISOString(),
    planHash: plan.planHash,
    ...(plan.releasever !== undefined && { releasever: plan.releasever }),
    patchId: sha256,
    scriptUri: uri,
    ecosystem: plan.ecosystem,
    targets: storedTargets(plan.targets),
    author: proposal.author,
    modelCalls: tried.reduce((sum, one) => sum + one.proposal.modelCalls, 0),
    proposalUri,
    attempt: at.attempt,
  };
  try {
    await table.put(patch, 0);
    return patch;
  } catch (error) {
    // Somebody else wrote this sequence first; the stream brings us back to whatever is still open.
    if (error instanceof ConditionFailedError) return undefined;
    throw error;
  }
}

/** Of the patches that wait for their turn only the newest stays; also after a crash had left two. */
async function supersedeOlder({ table, clock }: GeneratePatchPorts, patches: readonly PatchItem[]): Promise<void> {
  const live = patches.filter((patch) => LIVE_PATCH_STATES.has(patch.state));
  const newest = live.at(-1);
  for (const older of live.slice(0, -1))
    await movePatch(table, older, ['READY', 'AWAITING_APPROVAL', 'OBSERVED'], clock(), {
      state: 'SUPERSEDED',
      reason: 'newer-patch',
      detail: `patch ${newest?.sequence ?? 0} takes its place`,
    });
}

/** A build starts from the parent again, so what the promoted patch fixed is fixed again, until the parent has it. */
function carriedTargets(promoted: PatchItem | undefined): Target[] {
  const inParent = new Set(promoted?.outcomes?.filter((outcome) => outcome.inParent).map((outcome) => outcome.package));
  return (promoted?.targets ?? []).filter((target) => !inParent.has(target.package));
}

function proposals(plan: Plan, tried: readonly { proposal: PatchProposal; verdict: VettingResult }[]): string {
  return `${JSON.stringify({ planHash: plan.planHash, ecosystem: plan.ecosystem, targets: plan.targets, tried }, null, 2)}\n`;
}
