import type { ModelOutage } from '../../../domain/errors';
import { ModelUnavailableError } from '../../../domain/errors';

const MINUTE = 60;
const HOUR = 3_600;

interface Classified {
  readonly outage: ModelOutage;
  readonly what: string;
  readonly hint?: string;
  readonly retryAfterSeconds: number;
}

/** What the classification of an error of the SDK needs to know. */
export interface AskedModel {
  readonly modelId: string;
  readonly region: string | undefined;
  readonly timeoutSeconds: number;
}

/** Errors by name, as the service's model and the SDK call them. */
const BY_NAME: Readonly<Record<string, ModelOutage>> = {
  ThrottlingException: 'throttled',
  TooManyRequestsException: 'throttled',
  ServiceQuotaExceededException: 'throttled',
  ModelNotReadyException: 'throttled',
  ModelTimeoutException: 'timeout',
  TimeoutError: 'timeout',
  AbortError: 'timeout',
  ModelErrorException: 'service',
  InternalServerException: 'service',
  ServiceUnavailableException: 'service',
  CredentialsProviderError: 'credentials',
  ExpiredTokenException: 'credentials',
  ExpiredToken: 'credentials',
  UnrecognizedClientException: 'credentials',
  InvalidSignatureException: 'credentials',
  InvalidClientTokenId: 'credentials',
  MissingAuthenticationTokenException: 'credentials',
  IncompleteSignature: 'credentials',
  AccessDeniedException: 'access-denied',
  ResourceNotFoundException: 'model-not-found',
};

const CONNECTION = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN']);

/** Tells, of any error that asking a model ended with, why there is no answer and which setting mends it. */
export function modelOutage(error: unknown, asked: AskedModel): ModelUnavailableError {
  const { outage, what, hint, retryAfterSeconds } = classify(error, asked);
  return new ModelUnavailableError(outage, what, { retryAfterSeconds, hint, cause: error });
}

function classify(error: unknown, asked: AskedModel): Classified {
  const { modelId, region = 'unknown', timeoutSeconds } = asked;
  const { name, message, code, status } = facts(error);
  if (/^Region is missing|^Region not accepted|not a valid hostname component/i.test(message))
    return {
      outage: 'region',
      what: `no usable AWS region is set for the model: ${message}`,
      hint: 'set model.region in golden-images.yaml, --model-region, or AWS_REGION',
      retryAfterSeconds: HOUR,
    };
  if (code === 'ENOTFOUND')
    return {
      outage: 'region',
      what: `there is no endpoint of Bedrock in region ${region}`,
      hint: 'set model.region in golden-images.yaml to a region that offers the model',
      retryAfterSeconds: HOUR,
    };
  if (name === 'ValidationException') return rejected(message, modelId, region);
  // The SDK's HTTP handler calls a reset connection a TimeoutError: the code tells more than the name.
  const outage = isConnection(code, message) ? 'connection' : (BY_NAME[name] ?? byCode(status));
  switch (outage) {
    case 'throttled':
      return {
        outage,
        what: `the model ${modelId} is throttled: ${message}`,
        hint: 'ask for a higher quota of tokens or requests per minute, or take another model.id',
        retryAfterSeconds: 5 * MINUTE,
      };
    case 'timeout':
      return {
        outage,
        what: `the model ${modelId} did not answer within ${timeoutSeconds} s`,
        hint: 'it may be throttled, or compile a schema for the first time, which takes minutes; model.timeoutSeconds in golden-images.yaml raises the limit',
        retryAfterSeconds: 5 * MINUTE,
      };
    case 'credentials':
      return {
        outage,
        what: `there are no valid AWS credentials for the model: ${message}`,
        hint: 'log in again (AWS_PROFILE, aws sso login), or give the role that runs this a way to get credentials',
        retryAfterSeconds: 15 * MINUTE,
      };
    case 'access-denied':
      return {
        outage,
        what: `the credentials may not use the model ${modelId}: ${message}`,
        hint: "allow bedrock:InvokeModel on the inference profile and on the model in every region that it routes to, and have the account's access to the model granted",
        retryAfterSeconds: HOUR,
      };
    case 'model-not-found':
      return notFound(modelId, region, message);
    case 'connection':
      return {
        outage,
        what: `Bedrock in region ${region} was not reached, or hung up: ${message}`,
        hint: 'check the way from here to Bedrock (proxy, VPC endpoint, AWS_ENDPOINT_URL_BEDROCK_RUNTIME) and model.region',
        retryAfterSeconds: 5 * MINUTE,
      };
    default:
      return {
        outage: 'service',
        what: `the model ${modelId} failed: ${message}`,
        retryAfterSeconds: 10 * MINUTE,
      };
  }
}

function rejected(message: string, modelId: string, region: string): Classified {
  if (/on-demand throughput isn.t supported/i.test(message))
    return {
      outage: 'model-not-found',
      what: `the model ${modelId} can be asked only through an inference profile`,
      hint: "set model.id in golden-images.yaml to the profile's id, e.g. with the prefix us., eu. or global.",
      retryAfterSeconds: HOUR,
    };
  if (
    /model identifier is invalid|model.*(?:not exist|not found|isn.t available|not available)|end of its life/i.test(
      message,
    )
  )
    return notFound(modelId, region, message);
  if (/too many (?:input )?tokens|too long|exceeds? the (?:maximum|context)/i.test(message))
    return {
      outage: 'rejected',
      what: `the question is too long for the model ${modelId}: ${message}`,
      hint: 'take a model with a longer context as model.id',
      retryAfterSeconds: HOUR,
    };
  return {
    outage: 'rejected',
    what: `the model ${modelId} refuses the request as it is: ${message}`,
    hint: 'if it names outputConfig, set model.structuredOutput to false in golden-images.yaml; else check model.id and model.guardrail',
    retryAfterSeconds: HOUR,
  };
}

function notFound(modelId: string, region: string, message: string): Classified {
  return {
    outage: 'model-not-found',
    what: `there is no model ${modelId} in region ${region}: ${message}`,
    hint: 'check model.id and model.region in golden-images.yaml',
    retryAfterSeconds: HOUR,
  };
}

function isConnection(code: string | undefined, message: string): boolean {
  return (code !== undefined && CONNECTION.has(code)) || /without establishing a connection/.test(message);
}

function byCode(status: number | undefined): ModelOutage {
  if (status === undefined) return 'service';
  if (status === 429) return 'throttled';
  if (status === 401 || status === 403) return 'access-denied';
  if (status === 408) return 'timeout';
  if (status === 404) return 'model-not-found';
  return 'service';
}

function facts(error: unknown): { name: string; message: string; code?: string; status?: number } {
  if (!(error instanceof Error)) return { name: '', message: String(error) };
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: unknown } };
  const status = $metadata?.httpStatusCode;
  return {
    name: error.name,
    message: (error.message.split('\n')[0] ?? '').slice(0, 300),
    ...(typeof code === 'string' && { code }),
    ...(typeof status === 'number' && { status }),
  };
}
