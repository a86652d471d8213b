import { GoldenImagesError } from '../../domain/errors';

/** Services that the adapters call, by the prefix of their IAM actions. */
export type AwsService =
  | 'dynamodb'
  | 's3'
  | 'ssm'
  | 'ecr'
  | 'imagebuilder'
  | 'inspector2'
  | 'sns'
  | 'events'
  | 'sts'
  | 'iam'
  | 'sqs'
  | 'bedrock';

/** What was asked of a service when it failed. */
export interface AwsCall {
  readonly service: AwsService;
  /** Operation of its API, e.g. `PutItem`. */
  readonly operation: string;
  /** What it was about, for people: `table golden-images`. */
  readonly resource: string;
}

/** A call of an AWS service that failed for good: the SDK's own retries are used up, or could not help. */
export class AwsServiceError extends GoldenImagesError {
  override readonly name: string = 'AwsServiceError';
  readonly service: AwsService;
  readonly operation: string;
  /** The service's error code, e.g. `AccessDeniedException`; Node's where no answer came, e.g. `ECONNRESET`. */
  readonly code: string;
  /** HTTP status of its answer; undefined where no answer came. */
  readonly status: number | undefined;
  /** Tries that were made. */
  readonly attempts: number;
  /**
   * True where the same call may work later without anybody's doing: throttled, 5xx, timed out, no connection. Else
   * somebody has to change something, and a retry is of no use.
   */
  readonly isTransient: boolean;

  constructor(call: AwsCall, cause: unknown) {
    const { code, message, status, attempts } = factsOf(cause);
    const transient = isTransient(code, status, cause);
    super('internal', `${call.service} ${call.operation} on ${call.resource} failed: ${code}: ${message}`, {
      hint: hintFor(call, code, message, status, transient),
      cause,
    });
    this.service = call.service;
    this.operation = call.operation;
    this.code = code;
    this.status = status;
    this.attempts = attempts;
    this.isTransient = transient;
  }
}

/** Runs one call of a service. @throws AwsServiceError for whatever it throws, with that as its cause */
export async function callAws<T>(call: AwsCall, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw error instanceof GoldenImagesError ? error : new AwsServiceError(call, error);
  }
}

/** True where an error is a service's answer with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is AwsServiceError {
  return error instanceof AwsServiceError && codes.includes(error.code);
}

/** True where an error is a service's refusal: somebody has to allow the call. */
export function isDenied(error: unknown): error is AwsServiceError {
  return error instanceof AwsServiceError && DENIED.test(error.code);
}

/** Codes that pass by themselves, whatever their HTTP status. Sources: the services' API references. */
const TRANSIENT_CODES: ReadonlySet<string> = new Set([
  // throttling
  'BandwidthLimitExceeded',
  'CallRateLimitExceededException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  // another caller is at it
  'ConditionalRequestConflict',
  'OperationAborted',
  'ResourceInUseException',
  'TooManyUpdates',
  'TransactionInProgressException',
  // builds at the same time (Image Builder); room comes back when one of them ends
  'ServiceQuotaExceededException',
  // the registry behind a pull through cache (ECR)
  'UpstreamTooManyRequests',
  'UpstreamUnavailable',
  // the service's own trouble
  'InternalError',
  'InternalFailure',
  'InternalServerError',
  'ServerException',
  'ServiceException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  // no answer
  'RequestTimeout',
  'RequestTimeoutException',
  'TimeoutError',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

const DENIED =
  /^(?:AccessDenied|AccessDeniedException|AuthorizationError|AuthorizationErrorException|ForbiddenException|UnauthorizedOperation|UnrecognizedClientException)$/;
const KMS = /\bkms\b|^kms/i;
/** Longest part of a service's message that is kept, in characters. */
const MESSAGE_LIMIT = 400;

interface ErrorFacts {
  readonly code: string;
  readonly message: string;
  readonly status: number | undefined;
  readonly attempts: number;
}

function factsOf(cause: unknown): ErrorFacts {
  const metadata = member(cause, '$metadata');
  const [name, nodeCode] = [member(cause, 'name'), member(cause, 'code')];
  const [status, attempts] = [member(metadata, 'httpStatusCode'), member(metadata, 'attempts')];
  const own = typeof name === 'string' && name !== 'Error' ? name : undefined;
  const message = member(cause, 'message');
  const text = typeof message === 'string' ? message : String(cause);
  return {
    code: own ?? (typeof nodeCode === 'string' ? nodeCode : (codeWithin(text) ?? 'UnknownError')),
    message: text.slice(0, MESSAGE_LIMIT),
    status: typeof status === 'number' ? status : undefined,
    attempts: typeof attempts === 'number' ? attempts : 1,
  };
}

/** Node's code in a message: of an error of another realm (a test runner's) the SDK keeps the text only. */
function codeWithin(message: string): string | undefined {
  return message.split(/\W+/).find((word) => /^E[A-Z_]+$/.test(word) && TRANSIENT_CODES.has(word));
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}

function isTransient(code: string, status: number | undefined, cause: unknown): boolean {
  // Node's code stands on the error, or, by fetch, on its cause.
  const nodeCodes = [member(cause, 'code'), member(member(cause, 'cause'), 'code')];
  return (
    TRANSIENT_CODES.has(code) ||
    nodeCodes.some((one) => typeof one === 'string' && (TRANSIENT_CODES.has(one) || one.startsWith('UND_ERR_'))) ||
    status === 429 ||
    (status !== undefined && status >= 500)
  );
}

function hintFor(call: AwsCall, code: string, message: string, status: number | undefined, transient: boolean): string {
  if (KMS.test(code) || KMS.test(message))
    return `check that the KMS key of ${call.resource} is enabled, and that its policy and the role allow kms:Decrypt and kms:GenerateDataKey`;
  if (code === 'ServiceQuotaExceededException')
    return 'wait until other builds have ended, or have the quota raised in Service Quotas';
  if (code === 'IdempotentParameterMismatchException')
    return `the same patch was started with other parameters before: was ${call.resource} replaced? A new attempt has a new token`;
  if (code === 'ResourceInUseException') return `${call.resource} is being changed: try again when that is done`;
  if (transient)
    return 'it passes by itself: try again later; where it stays, look at AWS Health and the service quotas';
  if (DENIED.test(code) || status === 403)
    return `allow ${call.service}:${iamAction(call)} on ${call.resource} in the role's policy, and check boundaries, SCPs and resource policies`;
  if (code === 'CredentialsProviderError') return 'no credentials were found: run it with a role, or set a profile';
  if (/NotFound|NoSuch/.test(code)) return `check the name, the account and the region of ${call.resource}`;
  return `look up ${code} in the API reference of ${call.service} ${call.operation}`;
}

/** IAM action of an operation where it is not called alike. */
function iamAction({ operation }: AwsCall): string {
  return operation === 'HeadObject' ? 'GetObject' : operation;
}
