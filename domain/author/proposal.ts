import type { ModelReply } from './model';

/** Who writes patch commands, as configured. */
export const AUTHORS = ['rules', 'bedrock', 'bedrock-then-rules'] as const;

/**
 * Who writes patch commands. With `bedrock` a patch waits for the model where it is not to be had; with
 * `bedrock-then-rules` the rules write it then. Commands that vetting refuses twice are replaced by the rules' in both.
 */
export type AuthorChoice = (typeof AUTHORS)[number];

/** What an author answered. */
export interface PatchProposal {
  readonly author: 'rules' | 'bedrock';
  readonly commands: readonly string[];
  /** Targets that no command of the package manager can fix, in the author's opinion; each with its reason in a sentence. */
  readonly notFixable: readonly NotFixable[];
  /** For people; printable ASCII. */
  readonly explanation: string;
  /** What the answer cost; absent where no model was asked. */
  readonly model?: ModelUse;
  /** What the model answered, word by word; for the audit only. */
  readonly reply?: ModelReply;
  /** Why there are no usable commands in the answer; absent where there are. */
  readonly problem?: ReplyProblem;
}

/** A target that an author calls not fixable. */
export interface NotFixable {
  readonly package: string;
  readonly reason: string;
}

/** One question to a model, as it is kept on the patch. */
export interface ModelUse {
  readonly modelId: string;
  /** SHA-256 (hex) of the whole question: model, settings, prompt. */
  readonly requestHash: string;
  /** True where the answer to the very same question was on record: then nothing was paid. */
  readonly cached: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly latencyMilliseconds: number;
  /** As the model's service names it. */
  readonly stopReason: string;
}

/** Kinds of answers without usable commands. */
export const REPLY_PROBLEMS = [
  /** The answer ended at the limit of output tokens. */
  'cut-off',
  /** The service's content filter withheld it. */
  'content-filtered',
  /** The configured guardrail intervened. */
  'guardrail-intervened',
  /** The service could not make a valid answer or tool call of what the model wrote. */
  'malformed-output',
  /** The question is longer than the model can read. */
  'context-exceeded',
  /** The model declined, or wrote prose without the object that it was asked for. */
  'no-answer',
  /** Nothing at all. */
  'empty',
  /** An object of another shape than the contract's. */
  'wrong-shape',
  /** More text than any answer needs. */
  'too-long',
] as const;

/** Why an answer has no usable commands. */
export interface ReplyProblem {
  readonly code: (typeof REPLY_PROBLEMS)[number];
  /** One sentence that a model and a person can act on; printable ASCII. */
  readonly message: string;
  /** True where asking once more, with the message, may help. */
  readonly repairable: boolean;
}
