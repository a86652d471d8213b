import type { GoldenImage } from '../../domain/config/golden-image';
import { covers } from '../../domain/plan/covers';
import { isBeingProven } from '../../domain/plan/being-proven';
import { nextAttempt } from '../../domain/plan/next-attempt';
import { isAbout } from '../../domain/plan/target-findings';
import { promotedPatch, wantedPlan } from '../../domain/plan/wanted-plan';
import { requestReplan } from '../../domain/table/head-changes';
import { replanKey } from '../../domain/table/keys';
import { wakePostponed } from '../../domain/table/postpone';
import { isInFlight, isWaiting } from '../../domain/table/patch-item';
import type { ReplanItem } from '../../domain/table/replan-item';
import { isReplanItem } from '../../domain/table/replan-item';
import { updateItem } from '../../domain/table/update-item';
import type { ImageFacts } from './image-facts';
import { readFacts, remember } from './image-facts';
import type { Actions, ReconcilePorts } from './reconcile-ports';

/** Milliseconds after which a request that nobody took up counts as lost: an hour, less what an hourly schedule is off by. */
const LOST_AFTER = 55 * 60_000;

/**
 * Has generate-patch look at an image whose open findings have no live patch, or whose waiting patch has no open findings
 * any more: the record that would have woken it was lost. A request that waits is written again where its time has come,
 * or nobody took it up for an hour.
 */
export async function renewReplan(ports: ReconcilePorts, image: GoldenImage): Promise<Actions> {
  const { table } = ports;
  const facts = await readFacts(table, image);
  if (facts.replan?.state === 'REQUESTED') return await repeat(ports, image, facts, facts.replan);
  const why = lostLook(image, facts, ports.clock());
  if (why === undefined) return {};
  await requestReplan(table, image.name, why);
  return { 'replan-requested': 1 };
}

async function repeat(
  { table, clock }: ReconcilePorts,
  image: GoldenImage,
  { memory }: ImageFacts,
  request: ReplanItem,
): Promise<Actions> {
  const now = clock();
  if (request.notBefore !== undefined)
    return (await wakePostponed(table, image.name, now)) ? { 'replan-repeated': 1 } : {};
  const seen = memory?.replan?.version === request.version ? memory.replan : undefined;
  if (seen === undefined || now.getTime() - Date.parse(seen.at) < LOST_AFTER) {
    if (seen === undefined)
      await remember(table, image, { replan: { version: request.version, at: now.toISOString() } });
    return {};
  }
  const { item } = await updateItem<ReplanItem>(table, replanKey(image.name), isReplanItem, (known) =>
    known?.version === request.version ? { ...known } : undefined,
  );
  await remember(table, image, { replan: { version: item?.version ?? 0, at: now.toISOString() } });
  return { 'replan-repeated': 1 };
}

/** Why generate-patch is to look, or undefined where it need not: also where it would say no again. */
function lostLook(image: GoldenImage, { head, findings, patches }: ImageFacts, now: Date): string | undefined {
  if (head?.state === 'STOPPED') return undefined;
  if (isBeingProven(head, patches)) return undefined;
  const plan = wantedPlan(image, findings, promotedPatch(head, patches));
  if (plan === undefined)
    return patches.some((patch) => isWaiting(patch) && patch.rebuild !== true)
      ? 'a patch waits that no finding asks for any more'
      : undefined;
  const attempt = nextAttempt(plan.planHash, patches, image.policy, now);
  if (attempt === 'attempts-exhausted') {
    const names = findings.filter(({ state }) => state === 'OPEN').map((finding) => finding.package);
    const isMarked = !names.some((name) => plan.targets.some((target) => isAbout(target, name)));
    return isMarked ? undefined : 'open findings are left of a plan whose attempts are exhausted';
  }
  if (typeof attempt === 'string') return undefined;
  const isBeingBuilt = patches.some((patch) => isInFlight(patch) && covers(patch.targets, plan.targets));
  return isBeingBuilt ? undefined : 'open findings have no live patch';
}
