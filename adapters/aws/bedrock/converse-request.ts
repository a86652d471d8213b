import type { ContentBlock, ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime';
import type { Prompt } from '../../../domain/author/prompt';
import { REPLY_TOOL, REPLY_TOOL_DESCRIPTION, replyJsonSchema } from '../../../domain/author/reply-contract';
import type { ModelCapabilities } from './capabilities';

/** What a Converse request is made with beside the prompt. */
export interface ConverseSettings {
  readonly modelId: string;
  /** Output tokens. */
  readonly maximumTokens: number;
  readonly capabilities: ModelCapabilities;
  readonly guardrail?: { readonly id: string; readonly version: string };
}

/**
 * The Converse request of a prompt. With structured output the answer's shape is the service's matter; else the model
 * gets a tool that it may call. With a guardrail, text from outside stands in `guardContent` blocks, so that the
 * guardrail judges it and not our own words; where there is none, the facts stand there, for without any such block it
 * would judge the whole question.
 */
export function converseRequest(prompt: Prompt, settings: ConverseSettings): ConverseCommandInput {
  const { modelId, maximumTokens, capabilities, guardrail } = settings;
  const isPlain = prompt.parts.every((part) => part.trusted);
  const content = prompt.parts.map(({ text, trusted, facts }): ContentBlock => {
    const isJudged = !trusted || (isPlain && facts === true);
    return isJudged && guardrail !== undefined ? { guardContent: { text: { text } } } : { text };
  });
  return {
    modelId,
    ...(capabilities.system && { system: [{ text: prompt.system }] }),
    messages: [{ role: 'user', content: capabilities.system ? content : [{ text: prompt.system }, ...content] }],
    inferenceConfig: { maxTokens: maximumTokens, ...(capabilities.temperature && { temperature: 0 }) },
    ...shape(capabilities),
    ...(guardrail !== undefined && {
      guardrailConfig: { guardrailIdentifier: guardrail.id, guardrailVersion: guardrail.version },
    }),
  };
}

function shape(capabilities: ModelCapabilities): Pick<ConverseCommandInput, 'toolConfig' | 'outputConfig'> {
  const schema = replyJsonSchema();
  if (capabilities.structuredOutput)
    return {
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: {
            jsonSchema: { schema: JSON.stringify(schema), name: REPLY_TOOL, description: REPLY_TOOL_DESCRIPTION },
          },
        },
      },
    };
  if (!capabilities.tools) return {};
  return {
    toolConfig: {
      tools: [
        {
          toolSpec: {
            name: REPLY_TOOL,
            description: REPLY_TOOL_DESCRIPTION,
            inputSchema: { json: open(schema) as Record<string, never> },
          },
        },
      ],
      toolChoice: { auto: {} },
    },
  };
}

/** A tool's schema without `additionalProperties`: Nova takes three keywords at its top, others refuse it anywhere. */
function open(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(open);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => keyword !== 'additionalProperties');
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, open(value)]));
}
