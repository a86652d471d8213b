/** What the server does with one request. */
export type Outcome =
  /** A whole HTTP answer. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly delayMilliseconds?: number;
    }
  /** The connection is destroyed: before a byte of the answer, or in the middle of its body. */
  | { readonly kind: 'hang-up'; readonly after: 'nothing' | 'half' }
  /** Nothing more comes: not a byte, or the headers only. The connection stays open until the server closes. */
  | { readonly kind: 'stall'; readonly after: 'nothing' | 'headers' };

/** Stop reasons of Converse (botocore's bedrock-runtime model). */
type StopReason =
  | 'end_turn'
  | 'tool_use'
  | 'max_tokens'
  | 'guardrail_intervened'
  | 'content_filtered'
  | 'malformed_model_output'
  | 'malformed_tool_use'
  | 'model_context_window_exceeded';

/** A block of an answer. */
export type AnswerBlock =
  | { readonly text: string }
  | { readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly input: unknown } }
  | { readonly reasoningContent: { readonly reasoningText: { readonly text: string; readonly signature: string } } };

/** Tokens that every answer says it read; tests reckon with it. */
export const INPUT_TOKENS = 1_200;

/** An answer of a model, in the service's shape. Output tokens are a quarter of the characters. */
export function answer(stopReason: StopReason, content: readonly AnswerBlock[], more: object = {}): Outcome {
  const outputTokens = Math.ceil(JSON.stringify(content).length / 4);
  return json(200, {
    metrics: { latencyMs: 850 },
    output: { message: { content, role: 'assistant' } },
    stopReason,
    usage: {
      inputTokens: INPUT_TOKENS,
      outputTokens,
      totalTokens: INPUT_TOKENS + outputTokens,
      cacheReadInputTokens: 0,
      cacheWriteInputTokens: 0,
    },
    ...more,
  });
}

/** HTTP status of each error (botocore's bedrock-runtime model; the last five are those of every AWS service). */
const STATUS = {
  ThrottlingException: 429,
  ModelNotReadyException: 429,
  ModelTimeoutException: 408,
  ModelErrorException: 424,
  ServiceUnavailableException: 503,
  InternalServerException: 500,
  ValidationException: 400,
  AccessDeniedException: 403,
  ResourceNotFoundException: 404,
  ServiceQuotaExceededException: 400,
  ExpiredTokenException: 403,
  UnrecognizedClientException: 403,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  SerializationException: 400,
} as const;

/** Names of the errors that the server can answer. */
export type ErrorName = keyof typeof STATUS;

/** An error of the service: its type stands in a header, its message in the body (restJson1). */
export function failure(name: ErrorName, message: string): Outcome {
  return json(STATUS[name], { message }, { 'x-amzn-errortype': name });
}

/** An answer with a JSON body. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Outcome {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
