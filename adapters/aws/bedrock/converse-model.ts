import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ContentBlock,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { ModelReply, PatchModel } from '../../../domain/author/model';
import { REPLY_TOOL } from '../../../domain/author/reply-contract';
import { MODEL_TIMEOUT_SECONDS } from '../../../domain/author/model-config';
import { capabilitiesOf } from './capabilities';
import { converseRequest } from './converse-request';
import { modelOutage } from './model-outage';

/** How a model of Bedrock is asked. */
export interface ConverseModelOptions {
  /** Model id, inference profile id, or the ARN of either. */
  readonly modelId: string;
  /** Default: the environment's. */
  readonly region?: string;
  /** Output tokens. @default 4096 */
  readonly maximumTokens?: number;
  /** Limit of the time for an answer, all retries together. @default 240 */
  readonly timeoutSeconds?: number;
  /** Whether the model takes `outputConfig`. Default: what is known of its family. */
  readonly structuredOutput?: boolean;
  readonly guardrail?: { readonly id: string; readonly version: string };
}

/** Output tokens that the answer may have where the configuration does not say: commands are short. */
const MAXIMUM_TOKENS = 4_096;
/** Tries of one question; the SDK waits between them with exponential backoff and jitter. */
const ATTEMPTS = 6;
const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;

/**
 * A model of Amazon Bedrock, asked by Converse. Throttling and transport errors are retried with backoff and jitter
 * within the time limit, also where a connection broke in the middle of an answer, which may have been paid; a question
 * that got no answer in time is not asked again.
 */
export function makeConverseModel(options: ConverseModelOptions): PatchModel {
  const { modelId, region, guardrail } = options;
  const timeoutSeconds = options.timeoutSeconds ?? MODEL_TIMEOUT_SECONDS;
  const settings = {
    modelId,
    maximumTokens: options.maximumTokens ?? MAXIMUM_TOKENS,
    capabilities: capabilitiesOf(modelId, options.structuredOutput),
    ...(guardrail !== undefined && { guardrail }),
  };
  return {
    id: modelId,
    settings,
    ask: async (prompt) => {
      const started = performance.now();
      const abortSignal = AbortSignal.timeout(timeoutSeconds * 1_000);
      // A client of its own for each question: its budget of retries is not used up by the outages of earlier ones.
      const client = makeClient(region);
      const command = new ConverseCommand(converseRequest(prompt, settings));
      let output: ConverseCommandOutput;
      try {
        output = await client.send(command, { abortSignal });
      } catch (error) {
        const shown = region ?? process.env['AWS_REGION'];
        throw modelOutage(error, { modelId, region: shown, timeoutSeconds });
      } finally {
        client.destroy();
      }
      return toReply(output, Math.round(performance.now() - started));
    },
  };
}

function makeClient(region: string | undefined): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    ...(region !== undefined && { region }),
    maxAttempts: ATTEMPTS,
    retryMode: 'standard',
    requestHandler: new NodeHttpHandler({ connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS }),
  });
}

function toReply(output: ConverseCommandOutput, latencyMilliseconds: number): ModelReply {
  const blocks: readonly ContentBlock[] = output.output?.message?.content ?? [];
  return {
    stopReason: output.stopReason ?? '',
    texts: blocks.flatMap((block) => (block.text === undefined ? [] : [block.text])),
    toolInputs: blocks.flatMap((block) => (block.toolUse?.name === REPLY_TOOL ? [block.toolUse.input as unknown] : [])),
    inputTokens: output.usage?.inputTokens ?? 0,
    outputTokens: output.usage?.outputTokens ?? 0,
    latencyMilliseconds: output.metrics?.latencyMs ?? latencyMilliseconds,
  };
}
