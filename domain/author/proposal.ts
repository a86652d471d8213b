import type { EcosystemId } from '../ecosystems/ecosystem';
import type { Target } from '../plan/target';

/** Who writes patch commands, as configured. */
export const AUTHORS = ['rules', 'bedrock', 'bedrock-then-rules'] as const;

/** Who writes patch commands. */
export type AuthorChoice = (typeof AUTHORS)[number];

/** What an author is asked for. Free text of findings is not part of it. */
export interface PatchRequest {
  readonly image: string;
  readonly ecosystem: EcosystemId;
  /** Inspector's platform string or `distribution version`, where known. */
  readonly platform?: string;
  readonly targets: readonly Target[];
}

/** What an author answered. */
export interface PatchProposal {
  readonly author: 'rules' | 'bedrock';
  readonly commands: readonly string[];
  readonly notFixable: readonly { readonly package: string; readonly reason: string }[];
  readonly explanation: string;
  /** Calls of a model that the answer cost. */
  readonly modelCalls: number;
}
