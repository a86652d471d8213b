import type { ConverseBody } from './converse-call';
import type { ModelFamily } from './model-families';
import { resolveModel } from './model-families';
import type { Outcome } from './outcomes';
import { failure } from './outcomes';
import { schemaProblem } from './schema-rules';

/**
 * What the service refuses of a well-formed request, with its own words where they are known from its users' reports:
 * models that the region does not offer, and members that the model's family does not take.
 * @returns undefined where the service would ask the model
 */
export function refusalOf(modelId: string, region: string | undefined, body: ConverseBody): Outcome | undefined {
  const resolved = resolveModel(modelId, region);
  if (!resolved.known) return failure('ValidationException', 'The provided model identifier is invalid.');
  const { family, throughProfile } = resolved;
  if (!throughProfile && !family.onDemandInUs && region?.startsWith('us-') === true)
    return failure('ValidationException', needsProfile(modelId));
  const problem =
    messageProblem(body) ?? toolProblem(body, family) ?? outputProblem(body, family) ?? samplingProblem(body, family);
  return problem === undefined ? undefined : failure('ValidationException', problem);
}

/** What the service says of a model id that only an inference profile serves. */
export function needsProfile(modelId: string): string {
  return `Invocation of model ID ${modelId} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model.`;
}

function messageProblem({ messages }: ConverseBody): string | undefined {
  if (messages[0]?.role !== 'user')
    return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.';
  const repeated = messages.some(({ role }, index) => index > 0 && messages[index - 1]?.role === role);
  if (repeated) return 'A conversation must alternate between user and assistant roles.';
  return messages.at(-1)?.role === 'user' ? undefined : 'The conversation must end with a user message.';
}

function toolProblem({ toolConfig }: ConverseBody, family: ModelFamily): string | undefined {
  if (toolConfig === undefined) return undefined;
  const specs = toolConfig.tools.flatMap((tool) => ('toolSpec' in tool ? [tool.toolSpec] : []));
  if (new Set(specs.map(({ name }) => name)).size < specs.length)
    return 'The tool names in toolConfig.tools must be unique.';
  if (toolConfig.toolChoice !== undefined && !('auto' in toolConfig.toolChoice) && !family.forcedToolChoice)
    return modelSays('tool_choice: type "tool" and "any" are not supported for this model');
  for (const [index, { inputSchema, strict }] of specs.entries()) {
    const at = `#/toolConfig/tools/${index}/toolSpec/inputSchema/json`;
    const foreign = Object.keys(inputSchema.json).find(
      (keyword) => family.topLevelKeywords !== undefined && !family.topLevelKeywords.includes(keyword),
    );
    if (foreign !== undefined)
      return modelSays(
        `Malformed input request: ${at}: extraneous key [${foreign}] is not permitted, please reformat your input and try again.`,
      );
    if (strict !== true) continue;
    if (!family.structuredOutput) return modelSays(`tools.${index}.strict: is not supported for this model`);
    const problem = schemaProblem(inputSchema.json);
    if (problem !== undefined) return modelSays(`tools.${index}.input_schema: ${problem}`);
  }
  return undefined;
}

function outputProblem({ outputConfig }: ConverseBody, family: ModelFamily): string | undefined {
  if (outputConfig?.textFormat === undefined) return undefined;
  if (!family.structuredOutput) return 'This model does not support outputConfig.textFormat.';
  let schema: unknown;
  try {
    schema = JSON.parse(outputConfig.textFormat.structure.jsonSchema.schema);
  } catch {
    return 'outputConfig.textFormat.structure.jsonSchema.schema is not valid JSON.';
  }
  const problem = schemaProblem(schema);
  return problem === undefined ? undefined : modelSays(`output_config.format.schema: ${problem}`);
}

function samplingProblem({ inferenceConfig = {} }: ConverseBody, { sampling }: ModelFamily): string | undefined {
  const { temperature, topP } = inferenceConfig;
  if (sampling === 'none' && temperature !== undefined) return modelSays('`temperature` is deprecated for this model.');
  if (sampling === 'none' && topP !== undefined) return modelSays('`top_p` is deprecated for this model.');
  if (sampling === 'either' && temperature !== undefined && topP !== undefined)
    return modelSays('`temperature` and `top_p` cannot both be specified for this model. Please use only one.');
  return undefined;
}

function modelSays(message: string): string {
  return `The model returned the following errors: ${message}`;
}
