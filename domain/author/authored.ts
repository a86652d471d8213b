import type { VettingResult } from '../vetting/operations';
import type { NotFixable, PatchProposal } from './proposal';

/** A proposal and what vetting made of it. */
export interface TriedProposal {
  readonly proposal: PatchProposal;
  readonly verdict: VettingResult;
}

/** Commands that passed vetting, and how they came to be. */
export interface AuthoredCommands {
  readonly kind: 'commands';
  /** The proposal that was taken; also the last of `tried`. */
  readonly proposal: PatchProposal;
  readonly verdict: VettingResult;
  /** In the order of asking. */
  readonly tried: readonly TriedProposal[];
  /** Who wrote them and why, in a sentence. */
  readonly why: string;
  /** Targets that the proposal left out and rules completed. */
  readonly completed: readonly string[];
  /** Targets that the model calls not fixable; rules try them all the same. */
  readonly disagreements: readonly NotFixable[];
}

/** No commands now: the author is to be asked again later. */
export interface AuthoredLater {
  readonly kind: 'later';
  readonly retryAfterSeconds: number;
  /** In a sentence. */
  readonly why: string;
  readonly tried: readonly TriedProposal[];
}

/** What became of asking for commands. */
export type Authored = AuthoredCommands | AuthoredLater;
