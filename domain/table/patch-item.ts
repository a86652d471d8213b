import type { Authorship } from '../author/patch-authorship';
import type { TargetOutcome } from '../plan/target-outcome';
import type { Target } from '../plan/target';
import type { ScriptExtras } from '../script/carry-extras';
import type { TableItem, Versioned } from './items';

/** States of a patch. */
export const PATCH_STATES = [
  'OBSERVED',
  'AWAITING_APPROVAL',
  'READY',
  'SIGNALED',
  'BUILDING',
  'CANDIDATE',
  'PROMOTED',
  'HELD',
  'FAILED',
  'REJECTED',
  'EXPIRED',
  'SUPERSEDED',
  'ROLLED_BACK',
] as const;

/** State of a patch. */
export type PatchState = (typeof PATCH_STATES)[number];

/** States in which a patch may still lead to a promoted image. */
export const LIVE_PATCH_STATES: ReadonlySet<PatchState> = new Set([
  'OBSERVED',
  'AWAITING_APPROVAL',
  'READY',
  'SIGNALED',
  'BUILDING',
  'CANDIDATE',
]);

/** States in which a patch waits for its turn: nothing has been started for it, and it can be taken back. */
export const WAITING_PATCH_STATES = ['OBSERVED', 'AWAITING_APPROVAL', 'READY'] as const satisfies readonly PatchState[];

/** True where a patch waits for its turn. */
export function isWaiting({ state }: Pick<PatchItem, 'state'>): boolean {
  return (WAITING_PATCH_STATES as readonly PatchState[]).includes(state);
}

/** True where a patch is on its way through the builder, to run to its end. */
export function isInFlight(patch: Pick<PatchItem, 'state'>): boolean {
  return LIVE_PATCH_STATES.has(patch.state) && !isWaiting(patch);
}

/** A golden image as its registry had it when a patch for it was planned. */
export interface PatchSource {
  readonly digest: string;
  /** Sorted; the first of them, where there are many. */
  readonly tags: readonly string[];
  /** ISO 8601. */
  readonly pushedAt?: string;
  /** Operating system and architecture, e.g. `linux/arm64`. */
  readonly platform: string;
}

/** Who decided on a patch that waited for a person, and why. */
export interface Approval {
  readonly decision: 'approved' | 'rejected';
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/** Under what a candidate was promoted. */
export interface Promotion {
  /** Reference with the immutable tag. */
  readonly reference: string;
  /** URI of the list of its packages, where known. */
  readonly packagesUri?: string;
}

/** Who took a promoted image back, and why. */
export interface RolledBack {
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/** `PATCH#<sequence>`: what is to be done, by whom it was written, and how far it got. */
export type PatchItem = Versioned &
  Partial<Authorship> & {
    readonly type: 'PATCH';
    readonly image: string;
    /** Counts the image's patches from 1. */
    readonly sequence: number;
    readonly state: PatchState;
    /** ISO 8601; when `state` was entered. */
    readonly stateSince: string;
    /** ISO 8601; when each state was entered last. */
    readonly times?: Readonly<Partial<Record<PatchState, string>>>;
    /** The person's word, where one was asked. */
    readonly approval?: Approval;
    /** True where it was asked for by a person or for the parent's sake, and is to be built although no finding asks for it. */
    readonly rebuild?: true;
    /** True where a person has said that its image may have another contract than the one before. */
    readonly acceptsContract?: true;
    /** Why it was HELD, FAILED, SUPERSEDED, …: a stable code. */
    readonly reason?: string;
    /** The reason in a sentence. */
    readonly detail?: string;
    /** SHA-256 (hex) over image, targets and policy: what the patch is for. */
    readonly planHash: string;
    /** Release whose repositories are used, where the distribution is locked to one. */
    readonly releasever?: string;
    /** The image whose findings it is for; absent where no registry was asked, as in local mode. */
    readonly source?: PatchSource;
    /** SHA-256 (hex) of the script: what the patch does. */
    readonly patchId: string;
    readonly scriptUri: string;
    /** Package manager; absent in a build without targets of an image whose package manager is not known yet. */
    readonly ecosystem?: string;
    readonly targets: readonly Target[];
    /** What the script does beside raising its targets. */
    readonly extras?: ScriptExtras;
    /** Whose commands were taken. */
    readonly author: 'rules' | 'bedrock';
    /** Questions to a model that the patch cost; answers on record cost none. */
    readonly modelCalls: number;
    /** URI of the proposals and verdicts. */
    readonly proposalUri?: string;
    /** 1 for the first attempt at this plan. */
    readonly attempt: number;
    /** Image Builder's ARN of the build, or the local builder's id. */
    readonly buildId?: string;
    readonly candidate?: { readonly reference: string; readonly digest: string };
    readonly outcomes?: readonly TargetOutcome[];
    /** What the candidate broke of the image's contract; one sentence each. */
    readonly violations?: readonly string[];
    readonly buildLogUri?: string;
    readonly evidenceUri?: string;
    readonly promotion?: Promotion;
    readonly rolledBack?: RolledBack;
  };

/** Narrows an item of the table. */
export function isPatchItem(item: TableItem): item is PatchItem {
  return item['type'] === 'PATCH';
}
