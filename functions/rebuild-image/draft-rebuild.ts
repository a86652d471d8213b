import { vettingContextOf } from '../../domain/author/vetting-context';
import type { GoldenImage } from '../../domain/config/golden-image';
import { requireEcosystem } from '../../domain/ecosystems';
import type { EmptyPlan, Plan } from '../../domain/plan/plan';
import { storedTargets } from '../../domain/plan/stored-targets';
import type { Clock, ScriptStore } from '../../domain/ports';
import type { ScriptExtras } from '../../domain/script/carry-extras';
import { carryExtras, extrasOf } from '../../domain/script/carry-extras';
import { scriptInputOf } from '../../domain/script/compose-script';
import { renderTakeParentScript } from '../../domain/script/take-parent-script';
import { patchKey } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import type { VettingResult } from '../../domain/vetting/operations';
import { FIRST_STATE } from '../generate-patch/write-patch';
import type { RebuildRequest } from './rebuild-image';

/** No commands were proposed: rules complete every target as the plan says. */
const NO_COMMANDS: VettingResult = { verdict: 'refused', operations: [], uncovered: [], refusals: [] };
/** Longest reason and name that are kept, in characters. */
const TEXT_LIMIT = 1_000;

/** Who asked for a rebuild, and why, in a sentence. */
export function rebuildReason({ by, why }: Pick<RebuildRequest, 'by' | 'why'>): string {
  return `A rebuild, asked for by ${cut(by)}: ${cut(why)}`;
}

function cut(text: string): string {
  return text.trim().slice(0, TEXT_LIMIT);
}

/** What a rebuild is drafted from. */
export interface RebuildDraft {
  readonly plan: Plan | EmptyPlan;
  readonly sequence: number;
  /** The patch whose image is promoted. */
  readonly promoted: PatchItem | undefined;
  readonly request: RebuildRequest;
}

/**
 * Renders and stores the script of a rebuild, and drafts its PATCH item. Rules write the commands: to have what the parent
 * has, no model needs to be asked.
 */
export async function draftRebuild(
  { scripts, clock }: { readonly scripts: ScriptStore; readonly clock: Clock },
  image: GoldenImage,
  { plan, sequence, promoted, request }: RebuildDraft,
): Promise<PatchItem> {
  const now = clock().toISOString();
  const [by, why] = [cut(request.by), cut(request.why)];
  const { script, ...written } = isEmpty(plan)
    ? { script: renderTakeParentScript(plan) }
    : writeScript(image, plan, promoted?.extras);
  const { uri, sha256 } = await scripts.putScript(image.name, script);
  const ecosystem = plan.ecosystem === undefined ? {} : { ecosystem: plan.ecosystem };
  const paper = { planHash: plan.planHash, ...ecosystem, targets: plan.targets, rebuild: true, by, why };
  const proposalUri = await scripts.putAudit(
    image.name,
    `${sha256}.proposals.json`,
    `${JSON.stringify({ ...paper, tried: [] }, null, 2)}\n`,
  );
  return {
    ...patchKey(image.name, sequence),
    type: 'PATCH',
    version: 1,
    image: image.name,
    sequence,
    state: request.unattended === true ? FIRST_STATE[plan.mode] : 'READY',
    stateSince: now,
    rebuild: true,
    ...(request.unattended !== true && { approval: { decision: 'approved', by, reason: why, at: now } as const }),
    ...(request.acceptsContract === true && { acceptsContract: true as const }),
    planHash: plan.planHash,
    patchId: sha256,
    scriptUri: uri,
    ...ecosystem,
    targets: storedTargets(plan.targets),
    ...written,
    author: 'rules',
    authorReason: rebuildReason(request),
    modelCalls: 0,
    proposalUri,
    attempt: 1,
  };
}

function isEmpty(plan: Plan | EmptyPlan): plan is EmptyPlan {
  return plan.targets.length === 0;
}

/** The script that raises the targets of a plan as the promoted patch did, and what of it its PATCH tells. */
function writeScript(
  image: GoldenImage,
  plan: Plan,
  carried: ScriptExtras | undefined,
): Pick<PatchItem, 'releasever' | 'extras'> & { readonly script: string } {
  const context = vettingContextOf(plan, {
    policy: image.policy,
    ...(image.releasever !== undefined && { releasever: image.releasever }),
  });
  const input = carryExtras(scriptInputOf(plan, NO_COMMANDS, 1, context), carried, context);
  const extras = extrasOf(input, plan.releasever);
  return {
    script: requireEcosystem(plan.ecosystem).renderScript(input),
    ...(input.releasever !== undefined && { releasever: input.releasever }),
    ...(extras !== undefined && { extras }),
  };
}
