import { goldenImages } from './golden-image-of';
import type { PlanDocument, ResourceChange } from './plan-document';
import type { PlannedChange } from './planned-change';
import { EFFECTS, plannedChange } from './planned-change';

/** What one plan does to one golden image, or to what is no single image's. */
export interface ImageSummary {
  /** Absent: shared. */
  readonly image?: string;
  readonly changes: readonly PlannedChange[];
}

/** What one plan does. */
export interface StackSummary {
  readonly stack: string;
  /** By image, shared resources first; within, worst first. Only those to which anything happens. */
  readonly images: readonly ImageSummary[];
  /**
   * What was deleted outside of Terraform, or changed in a way that this plan undoes. What a provider merely reads
   * differently after the first apply, such as tags of `null` that became `{}`, is none.
   */
  readonly drift: readonly PlannedChange[];
  /** Names of outputs that change. */
  readonly outputs: readonly string[];
  /** Changes that Terraform puts off to a later plan. */
  readonly deferred: number;
}

/** A stateful resource that would be lost. */
export interface Loss extends PlannedChange {
  readonly stack: string;
  readonly image?: string;
  readonly lost: string;
}

/** Reads what a plan of one stack does. The same plan gives the same summary, in the same order. */
export function summarizePlan(stack: string, plan: PlanDocument): StackSummary {
  const imageOf = goldenImages(plan);
  const byImage = new Map<string, PlannedChange[]>();
  const changes = changesOf(plan.resource_changes);
  for (const change of changes) {
    const image = imageOf(change.address) ?? '';
    byImage.set(image, [...(byImage.get(image) ?? []), change]);
  }
  return {
    stack,
    images: [...byImage]
      .sort(([left], [right]) => compare(left, right))
      .map(([image, ofImage]) => ({ ...(image !== '' && { image }), changes: ofImage })),
    drift: changesOf(plan.resource_drift).flatMap((drift) => undone(drift, changes)),
    outputs: Object.entries(plan.output_changes ?? {})
      .filter(([, { actions }]) => actions.some((action) => action !== 'no-op'))
      .map(([name]) => name)
      .sort(),
    deferred: plan.deferred_changes?.length ?? 0,
  };
}

/** Every stateful resource that the plans would destroy, by stack and image. */
export function lossesOf(summaries: readonly StackSummary[]): readonly Loss[] {
  return summaries.flatMap(({ stack, images }) =>
    images.flatMap(({ image, changes }) =>
      changes.flatMap((change) =>
        change.lost === undefined
          ? []
          : [{ ...change, lost: change.lost, stack, ...(image !== undefined && { image }) }],
      ),
    ),
  );
}

/** Drift with those of its attributes that the plan changes back; none where there are none. */
function undone(drift: PlannedChange, changes: readonly PlannedChange[]): readonly PlannedChange[] {
  if (drift.effect !== 'change') return [drift];
  const back = changes.find(({ address }) => address === drift.address)?.attributes ?? [];
  const attributes = drift.attributes.filter((attribute) => back.includes(attribute));
  return attributes.length === 0 ? [] : [{ ...drift, attributes }];
}

function changesOf(resources: readonly ResourceChange[] | null | undefined): PlannedChange[] {
  return (resources ?? [])
    .map(plannedChange)
    .filter((change) => change !== undefined)
    .sort(
      (left, right) =>
        EFFECTS.indexOf(left.effect) - EFFECTS.indexOf(right.effect) || compare(left.address, right.address),
    );
}

/** By code units, so that no machine's language matters. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
