import type { GoldenImage } from '../../domain/config/golden-image';
import { isBeingProven } from '../../domain/plan/being-proven';
import { nextAttempt } from '../../domain/plan/next-attempt';
import type { Plan } from '../../domain/plan/plan';
import { isStale, promotedPatch, wantedPlan } from '../../domain/plan/wanted-plan';
import type { RegistryReason } from '../../domain/policy/registry-reason';
import type { RegisteredImage } from '../../domain/ports';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { requestReplan, settleReplan } from '../../domain/table/head-changes';
import type { HeadItem } from '../../domain/table/head-item';
import { currentDigest, isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { markResidual } from '../../domain/table/mark-residual';
import { parkOpen } from '../../domain/table/park-open';
import { postponeImage } from '../../domain/table/postpone';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem, isWaiting } from '../../domain/table/patch-item';
import type { ReplanItem } from '../../domain/table/replan-item';
import { isReplanItem } from '../../domain/table/replan-item';
import { askForApproval } from './ask-for-approval';
import { lookUpSource } from './look-up-source';
import { offerAgain } from './offer-again';
import { coveringBuild, patchFor, supersede, supersedeBut } from './supersede';
import type { GeneratePatchPorts, PatchDraft } from './write-patch';
import { writePatch } from './write-patch';

/** Why no patch was written. */
export type NotPlanned =
  | 'nothing-open'
  /** A live patch has the same plan. */
  | 'same-plan'
  /** A patch that is being built does all of it, and more: its end is waited for. */
  | 'being-built'
  /** A candidate is being proven and promoted: what is open is known when that has ended, and REPLAN asks again. */
  | 'being-proven'
  /** A rebuild is about to be built, from the parent as a patch would be: what is open is known when that has ended. */
  | 'rebuild-first'
  | 'held'
  /** A person has rejected a patch of the plan, and the plan is the same still. */
  | 'rejected'
  /** The image of a patch of the plan was taken back, and the plan is the same still. */
  | 'rolled-back'
  | 'attempts-exhausted'
  | 'raced'
  /** The model cannot be asked now; REPLAN says when it can be again. */
  | 'author-later'
  /** By the registry, the image cannot be patched; its findings are parked. */
  | RegistryReason;

/** What generate-patch did for an image, and why. */
export type GeneratePatchResult =
  { readonly did: 'planned'; readonly patch: PatchItem } | { readonly did: 'nothing'; readonly why: NotPlanned };

/** What is looked at again later, by whoever was quicker with the sequence, or when something has ended. */
const UNSETTLED: ReadonlySet<NotPlanned> = new Set(['raced', 'author-later', 'being-proven', 'rebuild-first']);

/** Looks in a row in which others were quicker with the patch, before it is left for later. */
const RACES = 3;

/** What the table has of an image. */
interface Known {
  readonly head: HeadItem | undefined;
  readonly patches: readonly PatchItem[];
  readonly findings: readonly FindingItem[];
  readonly request: ReplanItem | undefined;
}

/**
 * Looks at one image and, where its open findings ask for something that no live patch does, writes the patch: plan,
 * author, vetting, script, PATCH item. Patches that wait and are not asked for any more are taken back. Level-triggered:
 * everything is computed from the table.
 */
export function makeGeneratePatch(ports: GeneratePatchPorts): (image: GoldenImage) => Promise<GeneratePatchResult> {
  const { table } = ports;
  const look = async (image: GoldenImage): Promise<GeneratePatchResult> => {
    const items = await table.query(imagePartition(image.name));
    const known: Known = {
      head: items.find(isHeadItem),
      patches: items.filter(isPatchItem),
      findings: items.filter(isFindingItem),
      request: items.find(isReplanItem),
    };
    const result = await lookAt(ports, image, known);
    if (result.did === 'planned') await settleReplan(table, known.request);
    else if (!UNSETTLED.has(result.why)) {
      if (known.request?.state === 'REQUESTED' && result.why === 'same-plan') await offerAgain(table, known.patches);
      await settleReplan(table, known.request);
    }
    return result;
  };
  return async (image) => {
    for (let looks = 1; looks < RACES; looks++) {
      const result = await look(image);
      if (result.did === 'planned' || result.why !== 'raced') return result;
    }
    const last = await look(image);
    if (last.did === 'nothing' && last.why === 'raced')
      await postponeImage(table, image.name, 'other processes wrote its patches', ports.clock());
    return last;
  };
}

async function lookAt(ports: GeneratePatchPorts, image: GoldenImage, known: Known): Promise<GeneratePatchResult> {
  const { table, clock } = ports;
  const { head, patches: all, findings, request } = known;
  if (isBeingProven(head, all)) return { did: 'nothing', why: 'being-proven' };
  const plan = wantedPlan(image, findings, promotedPatch(head, all));
  if (plan === undefined) {
    const asked = all.filter(({ rebuild }) => rebuild !== true);
    await supersede(ports, asked, { reason: 'nothing-open', detail: 'no finding is open any more' });
    return { did: 'nothing', why: 'nothing-open' };
  }
  if (all.some(({ rebuild, state }) => rebuild === true && state === 'READY'))
    return { did: 'nothing', why: 'rebuild-first' };
  const stale = all.filter((patch) => isWaiting(patch) && isStale(patch, plan));
  await supersede(ports, stale, { reason: 'plan-changed', detail: 'it does what no finding asks for any more' });
  if (isTooEarly(ports, request)) return { did: 'nothing', why: 'author-later' };
  const patches = all.filter((patch) => !stale.includes(patch));
  const attempt = attemptAt(plan, patches, image, clock());
  if (typeof attempt === 'string') {
    if (attempt === 'attempts-exhausted') await markResidual(table, findings, plan, attempt, clock());
    await supersedeBut(ports, patches, patchFor(plan, patches));
    return { did: 'nothing', why: attempt };
  }
  const source = await usableSource(ports, image, known);
  if (typeof source === 'string') return { did: 'nothing', why: source };
  const sequence = Math.max(0, ...all.map((patch) => patch.sequence)) + 1;
  const promoted = promotedPatch(head, all);
  return await writeAndSupersede(ports, { image, plan, findings, attempt, sequence, promoted, source }, patches);
}

/** Writes the patch, and takes back those that it takes the place of. */
async function writeAndSupersede(
  ports: GeneratePatchPorts,
  draft: PatchDraft,
  patches: readonly PatchItem[],
): Promise<GeneratePatchResult> {
  const { image, attempt, sequence } = draft;
  const patch = await writePatch(ports, draft);
  if (patch === 'raced') return { did: 'nothing', why: 'raced' };
  if ('kind' in patch) {
    const notBefore = new Date(ports.clock().getTime() + patch.retryAfterSeconds * 1_000);
    await requestReplan(ports.table, image.name, patch.why, notBefore);
    return { did: 'nothing', why: 'author-later' };
  }
  await supersedeBut(ports, patches, patch);
  if (patch.state === 'AWAITING_APPROVAL') await askForApproval(ports, image, patch, draft.findings);
  ports.logger.info('patch planned', {
    image: image.name,
    patch: sequence,
    patchId: patch.patchId,
    attempt: attempt.number,
    author: patch.author,
  });
  return { did: 'planned', patch };
}

function attemptAt(
  plan: Plan,
  patches: readonly PatchItem[],
  image: GoldenImage,
  now: Date,
): ReturnType<typeof nextAttempt> | 'being-built' {
  const attempt = nextAttempt(plan.planHash, patches, image.policy, now);
  return typeof attempt !== 'string' && coveringBuild(plan, patches) !== undefined ? 'being-built' : attempt;
}

/**
 * The image that findings are about, where its registry can be asked. One that cannot be patched has its open findings
 * parked and its waiting patches taken back: to try it again would change nothing.
 */
async function usableSource(
  ports: GeneratePatchPorts,
  image: GoldenImage,
  { head, patches, findings }: Known,
): Promise<RegisteredImage | RegistryReason | undefined> {
  const digest = currentDigest(head);
  if (ports.lookup === undefined || digest === undefined) return undefined;
  const source = await lookUpSource(ports.lookup, image, digest);
  if (!('unusable' in source)) return source;
  const { unusable: reason, detail } = source;
  ports.logger.warn('the golden image cannot be patched', { image: image.name, digest, reason, detail });
  await parkOpen(ports.table, findings, digest, reason);
  await supersede(ports, patches, { reason, detail });
  return reason;
}

/** The model is not to be asked again before a time; only where the patch has to wait for it does that matter. */
function isTooEarly({ authors, clock }: GeneratePatchPorts, request: ReplanItem | undefined): boolean {
  if (authors.choice !== 'bedrock' || request?.state !== 'REQUESTED' || request.notBefore === undefined) return false;
  if (request.waitsFor !== 'author') return false;
  return clock().toISOString() < request.notBefore;
}
