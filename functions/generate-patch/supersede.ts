import type { Plan } from '../../domain/plan/plan';
import { covers } from '../../domain/plan/covers';
import type { Clock, FindingTable } from '../../domain/ports';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { isInFlight, isWaiting, LIVE_PATCH_STATES, WAITING_PATCH_STATES } from '../../domain/table/patch-item';

/** What patches are superseded with. */
interface SupersedePorts {
  readonly table: FindingTable;
  readonly clock: Clock;
}

/** Takes those of the patches back that wait for their turn. One that is being built runs to its end. */
export async function supersede(
  { table, clock }: SupersedePorts,
  patches: readonly PatchItem[],
  why: { readonly reason: string; readonly detail: string },
): Promise<void> {
  for (const patch of patches.filter(isWaiting))
    await movePatch(table, patch, WAITING_PATCH_STATES, clock(), { state: 'SUPERSEDED', ...why });
}

/** Of the patches that wait for their turn only one stays, also after a crash had left two. */
export async function supersedeBut(
  ports: SupersedePorts,
  patches: readonly PatchItem[],
  kept: PatchItem | undefined,
): Promise<void> {
  if (kept === undefined) return;
  const detail = `patch ${kept.sequence} takes its place`;
  for (const patch of patches) {
    if (patch.sequence === kept.sequence) continue;
    await supersede(ports, [patch], {
      reason: patch.sequence < kept.sequence ? 'newer-patch' : 'plan-changed',
      detail,
    });
  }
}

/** The live patch that is for a plan: of the same plan, else one in flight that does as much, else the newest. */
export function patchFor(plan: Plan, patches: readonly PatchItem[]): PatchItem | undefined {
  const live = patches.filter((patch) => LIVE_PATCH_STATES.has(patch.state));
  return live.findLast(({ planHash }) => planHash === plan.planHash) ?? coveringBuild(plan, live) ?? live.at(-1);
}

/** A patch in flight that does all that a plan asks for, and maybe more. */
export function coveringBuild(plan: Plan, patches: readonly PatchItem[]): PatchItem | undefined {
  return patches.findLast((patch) => isInFlight(patch) && covers(patch.targets, plan.targets));
}
