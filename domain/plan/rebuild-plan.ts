import { createHash } from 'node:crypto';
import type { GoldenImage } from '../config/golden-image';
import type { EcosystemId } from '../ecosystems/ecosystem';
import { observationOn } from '../lineage/observation-on';
import type { FindingItem } from '../table/finding-item';
import type { PatchItem } from '../table/patch-item';
import { nextAttempt } from './next-attempt';
import type { EmptyPlan, Plan } from './plan';
import { emptyPlan } from './plan';
import { carriedPlan, wantedPlan } from './wanted-plan';

/** What a rebuild is planned from. */
export interface RebuildFacts {
  readonly findings: readonly FindingItem[];
  /** All patches of the image. */
  readonly patches: readonly PatchItem[];
  /** The patch whose image is promoted. */
  readonly promoted: PatchItem | undefined;
  readonly now: Date;
  /** Sequence that the rebuild's patch will have. */
  readonly sequence: number;
  /** True where another contract is fine: what was held for breaking it is no reason to leave a plan out. */
  readonly acceptsContract?: true;
}

/**
 * The plan of a rebuild, which is built although no finding asks for it: what the open findings ask for; where nothing is
 * open, or that plan was rejected, held, rolled back or is exhausted, what the promoted patch has fixed; else nothing, and
 * the build takes what its parent has.
 *
 * Its hash has the sequence in it: no rebuild is ever the same as another or as a patch, so that none blocks the next, and
 * each has a script, and with it a build, of its own.
 * @returns undefined where the image has no package manager that is known here
 */
export function rebuildPlan(image: GoldenImage, facts: RebuildFacts): Plan | EmptyPlan | undefined {
  const { findings, patches, promoted, sequence } = facts;
  const wanted = wantedPlan(image, findings, promoted);
  const counted = facts.acceptsContract === true ? patches.filter((patch) => !hasBrokenContract(patch)) : patches;
  const isBlocked = wanted !== undefined && BLOCKED.has(nextAttempt(wanted.planHash, counted, image.policy, facts.now));
  const plan =
    (isBlocked ? undefined : wanted) ??
    carriedPlan(image, findings, promoted) ??
    emptyPlan(image, platformIn(findings), promoted?.ecosystem as EcosystemId | undefined);
  if (plan === undefined) return undefined;
  const identity = ['rebuild', plan.planHash, sequence];
  return { ...plan, planHash: createHash('sha256').update(JSON.stringify(identity)).digest('hex') };
}

/** Answers of {@link nextAttempt} that say that a plan is not to be built as it is. */
const BLOCKED: ReadonlySet<ReturnType<typeof nextAttempt>> = new Set([
  'held',
  'rejected',
  'rolled-back',
  'attempts-exhausted',
]);

function hasBrokenContract({ state, reason }: PatchItem): boolean {
  return state === 'HELD' && reason === 'contract-broken';
}

/** Platform as the scanner says, of any finding. */
function platformIn(findings: readonly FindingItem[]): string | undefined {
  return findings
    .map((finding) => (finding.judgedOn === undefined ? undefined : observationOn(finding, finding.judgedOn)?.platform))
    .filter((platform) => platform !== undefined)
    .sort()[0];
}
