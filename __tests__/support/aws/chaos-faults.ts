import type { StubAction, StubRequest } from './http-stub';

/**
 * How a call fails: `throttled` and `failed` (status 500) are answers of the service; `timed-out` never gets one, and changes
 * nothing; `reply-lost` is carried out, and its answer does not arrive.
 */
export const CALL_FAULTS = ['throttled', 'failed', 'timed-out', 'reply-lost'] as const;

/** How a call fails. */
export type CallFault = (typeof CALL_FAULTS)[number];

/** Service of a signed request (AWS Signature Version 4, "Credential"). */
const CREDENTIAL = /Credential=(?<caller>[^/]+)\/\d+\/[^/]+\/(?<service>[^/]+)\/aws4_request/;

/** A call of an AWS service, as its signature tells. */
export interface SignedCall {
  /** Access key id: in the chain, the function's name. */
  readonly caller: string;
  /** Name that requests to the service are signed with, e.g. `dynamodb`. */
  readonly service: string;
  /** The SDK's name of the call, which its tries share. */
  readonly id: string;
  /** 1 for the first try. */
  readonly attempt: number;
}

/** Reads whose call a request is; undefined where it is not signed, as downloads by URL are not. */
export function signedCall({ headers }: StubRequest): SignedCall | undefined {
  const { caller, service } = CREDENTIAL.exec(headers['authorization'] ?? '')?.groups ?? {};
  if (caller === undefined || service === undefined) return undefined;
  const attempt = Number(/attempt=(?<n>\d+)/.exec(headers['amz-sdk-request'] ?? '')?.groups?.['n'] ?? 1);
  return { caller, service, id: headers['amz-sdk-invocation-id'] ?? '', attempt };
}

/** Protocols in which services answer (Smithy, "AWS protocols"). */
type Protocol = 'json' | 'rest-json' | 'query' | 's3';

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  dynamodb: 'json',
  ssm: 'json',
  ecr: 'json',
  events: 'json',
  imagebuilder: 'rest-json',
  inspector2: 'rest-json',
  bedrock: 'rest-json',
  sns: 'query',
  s3: 's3',
};

/** Codes of throttling where a service has another than `ThrottlingException` (the services' API references). */
const THROTTLING_CODES: Readonly<Record<string, string>> = {
  dynamodb: 'ProvisionedThroughputExceededException',
  imagebuilder: 'CallRateLimitExceededException',
  sns: 'Throttled',
  s3: 'SlowDown',
};

/** Codes of a failure of the service itself, by protocol. */
const FAILURE_CODES: Readonly<Record<Protocol, string>> = {
  json: 'InternalServerError',
  'rest-json': 'InternalServerException',
  query: 'InternalError',
  s3: 'InternalError',
};

/**
 * The answer of a service that throttles or fails, in its protocol.
 * @throws Error where the service is not known here: then no call of it would ever fail
 */
export function faultAnswer(service: string, fault: 'throttled' | 'failed'): StubAction {
  const protocol = PROTOCOLS[service];
  if (protocol === undefined) throw new Error(`how ${service} answers is not known here`);
  const isThrottled = fault === 'throttled';
  const code = isThrottled ? (THROTTLING_CODES[service] ?? 'ThrottlingException') : FAILURE_CODES[protocol];
  const message = isThrottled ? 'Rate exceeded' : 'the service has failed';
  switch (protocol) {
    case 'json':
      return {
        status: isThrottled ? 400 : 500,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: { __type: code, message },
      };
    case 'rest-json':
      return { status: isThrottled ? 429 : 500, headers: { 'x-amzn-errortype': code }, body: { message } };
    case 'query':
      return {
        status: isThrottled ? 429 : 500,
        headers: { 'content-type': 'text/xml' },
        body: `<ErrorResponse><Error><Type>Receiver</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
      };
    case 's3':
      return {
        status: isThrottled ? 503 : 500,
        headers: { 'content-type': 'application/xml' },
        body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
      };
  }
}
