/** What a model takes in a Converse request. */
export interface ModelCapabilities {
  /** Takes `outputConfig` with a JSON schema. */
  readonly structuredOutput: boolean;
  /** Takes `toolConfig` with `toolChoice: auto`. Forcing a tool is refused by newer models, so it is never asked for. */
  readonly tools: boolean;
  /** Takes a system prompt; else it stands before the question. */
  readonly system: boolean;
  /** Takes `inferenceConfig.temperature`. */
  readonly temperature: boolean;
}

/** What every current chat model takes. Whatever newer models may refuse is left out. */
const LEAST: ModelCapabilities = { structuredOutput: false, tools: true, system: true, temperature: false };

/**
 * Families by a part of the model id, first match wins. Sources: Bedrock user guide, "Get validated JSON results from
 * models" and "Supported models and model features"; temperature is refused by Claude Opus 4.7 and later
 * ("`temperature` is deprecated for this model"), structured output by Claude Sonnet 5 and Nova 2 (model cards), tools by
 * DeepSeek-R1.
 */
const FAMILIES: readonly (readonly [RegExp, Partial<ModelCapabilities>])[] = [
  [
    /anthropic\.claude-(?:haiku-4-5|sonnet-4-5|sonnet-4-6|opus-4-5|opus-4-6)(?![0-9])/,
    { structuredOutput: true, temperature: true },
  ],
  [/anthropic\.claude-(?:3|sonnet-4-2|opus-4-1|opus-4-2)/, { temperature: true }],
  [/anthropic\.claude-(?:v2|instant)/, { tools: false, temperature: true }],
  [/amazon\.nova-/, { temperature: true }],
  [/amazon\.titan-|mistral\.(?:mistral-7b|mixtral)/, { tools: false, system: false, temperature: true }],
  [/meta\.llama(?:2|3-8b|3-70b)|deepseek\.r1/, { tools: false, temperature: true }],
];

/**
 * What a model takes, by its id, its inference profile's, or the ARN of either.
 * @param structuredOutput what the configuration says of it: the way for ids that hide the model (application profiles)
 */
export function capabilitiesOf(modelId: string, structuredOutput?: boolean): ModelCapabilities {
  const known = { ...LEAST, ...FAMILIES.find(([pattern]) => pattern.test(modelId))?.[1] };
  return structuredOutput === undefined ? known : { ...known, structuredOutput };
}
