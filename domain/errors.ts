/** Stable, machine-readable kinds of failure; each maps to one exit code of the CLI. */
export type ErrorKind = 'bad-input' | 'refused' | 'build' | 'proof' | 'internal';

/**
 * Base of every error this project throws on purpose. The message says what is wrong and where; `hint` says what to
 * do about it. `cause` keeps the error underneath.
 */
export class GoldenImagesError extends Error {
  override readonly name: string = 'GoldenImagesError';
  readonly kind: ErrorKind;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.hint = options.hint;
  }
}

/** A file, argument or request that cannot be used as it is. */
export class BadInputError extends GoldenImagesError {
  override readonly name: string = 'BadInputError';
  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super('bad-input', message, options);
  }
}

/** A builder has refused a build before anything was started, and would again until somebody changes something. */
export class BuildRefusedError extends GoldenImagesError {
  override readonly name: string = 'BuildRefusedError';
  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super('build', message, options);
  }
}

/** A conditional write of the table was refused because the item is not at the expected version. */
export class ConditionFailedError extends GoldenImagesError {
  override readonly name: string = 'ConditionFailedError';
  constructor(pk: string, sk: string, expected: number) {
    super('internal', `item ${pk} / ${sk} is not at version ${expected}`, {
      hint: 'read it again, fold and retry',
    });
  }
}

/** The container engine, or a tool that the local mode needs, failed or is not there. */
export class EngineError extends GoldenImagesError {
  override readonly name: string = 'EngineError';
  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super('build', message, options);
  }
}

/** Kinds of reasons why a model cannot be asked now. */
export const MODEL_OUTAGES = [
  /** Too many requests; later. */
  'throttled',
  /** No answer within the time limit. */
  'timeout',
  /** The service was not reached, or hung up. */
  'connection',
  /** The service failed. */
  'service',
  /** No credentials, or expired ones. */
  'credentials',
  /** The credentials may not use the model, or the account has no access to it. */
  'access-denied',
  /** No such model id, or it needs an inference profile. */
  'model-not-found',
  /** The region is not set, or does not offer the model. */
  'region',
  /** The service refuses the question as it is. */
  'rejected',
  /** The image's budget of the day is spent. */
  'budget-spent',
] as const;

/** Why a model cannot be asked now. */
export type ModelOutage = (typeof MODEL_OUTAGES)[number];

/** There is no answer of a model to be had now. Not a failure of a patch: rules write it, or it waits. */
export class ModelUnavailableError extends GoldenImagesError {
  override readonly name: string = 'ModelUnavailableError';
  readonly outage: ModelOutage;
  /** Seconds after which asking again makes sense. */
  readonly retryAfterSeconds: number;

  constructor(
    outage: ModelOutage,
    message: string,
    options: { retryAfterSeconds: number; hint?: string | undefined; cause?: unknown },
  ) {
    super('build', message, options);
    this.outage = outage;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
