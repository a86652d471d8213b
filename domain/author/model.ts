import type { Prompt } from './prompt';

/** What a model answered, whatever service it came from. */
export interface ModelReply {
  /** As the service names it, e.g. `end_turn`, `tool_use`, `max_tokens`. */
  readonly stopReason: string;
  /** Text blocks, in order. */
  readonly texts: readonly string[];
  /** Inputs of the calls of the reply tool, in order; JSON values. */
  readonly toolInputs: readonly unknown[];
  /** True where it was so long that only its beginning is on record. */
  readonly isCut?: true;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly latencyMilliseconds: number;
}

/** A language model that can be asked for a patch. */
export interface PatchModel {
  /** Id as the service takes it, e.g. an inference profile's. */
  readonly id: string;
  /** Everything beside the prompt that an answer depends on: part of the identity of a question. JSON values. */
  readonly settings: Readonly<Record<string, unknown>>;
  /**
   * Asks once; retries of transport are its own matter, and its time is bounded.
   * @throws ModelUnavailableError where there is no answer to be had now
   */
  ask(prompt: Prompt): Promise<ModelReply>;
}
