import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';

/** A request to an AWS API, as far as it says whose it is and what it wants. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** A call as IAM judges it. */
export interface ObservedCall {
  /** Access key id of the caller: in the chain, the function's name. */
  readonly caller: string;
  /** e.g. `dynamodb:PutItem`. */
  readonly action: string;
  /** ARN of what it acts on. */
  readonly resource: string;
}

/** A part of a policy's statement: what it allows, and on what. */
export interface AllowingStatement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
}

/** Access key, region and service of an `Authorization` header (AWS Signature Version 4, "Credential"). */
const CREDENTIAL = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/;

/** Actions of requests that are known by method and path. Source: Service Authorization Reference. */
const S3_ACTIONS: Readonly<Record<string, string>> = { GET: 'GetObject', HEAD: 'GetObject', PUT: 'PutObject' };
/** The lists of Inspector, which know no resource. */
const INSPECTOR_ACTIONS: Readonly<Record<string, string>> = {
  '/findings/list': 'ListFindings',
  '/coverage/list': 'ListCoverage',
};

/**
 * Tells by a request's signature and content what IAM would be asked.
 * @param callers access key ids of those that it is about
 * @returns undefined where it is somebody else's, or not signed, as downloads by URL are not
 * @throws Error where the service or operation is not known here: then a call would go unjudged
 */
export function observedCall(request: SignedRequest, callers: ReadonlySet<string>): ObservedCall | undefined {
  const [, caller, service] = CREDENTIAL.exec(String(request.headers['authorization'] ?? '')) ?? [];
  if (caller === undefined || service === undefined || !callers.has(caller)) return undefined;
  return { caller, ...judged(service, request) };
}

function judged(service: string, { method, path, headers, body }: SignedRequest): Omit<ObservedCall, 'caller'> {
  const { pathname, searchParams } = new URL(path, 'http://aws');
  const operation =
    String(headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? '';
  const input = (name: string): string => {
    const value = (JSON.parse(body) as Readonly<Record<string, unknown>>)[name];
    if (typeof value !== 'string') throw new Error(`${service}:${operation} without ${name}`);
    return value;
  };
  const regional = (resource: string): string => `arn:aws:${service}:${TEST_REGION}:${TEST_ACCOUNT}:${resource}`;
  if (service === 'dynamodb')
    return { action: `dynamodb:${operation}`, resource: regional(`table/${input('TableName')}`) };
  if (service === 'ssm') return { action: `ssm:${operation}`, resource: regional(`parameter${input('Name')}`) };
  if (service === 'ecr')
    return { action: `ecr:${operation}`, resource: regional(`repository/${input('repositoryName')}`) };
  if (service === 's3' && method === 'GET' && searchParams.has('list-type'))
    return { action: 's3:ListBucket', resource: `arn:aws:s3:::${decodeURIComponent(pathname).replaceAll('/', '')}` };
  if (service === 's3' && S3_ACTIONS[method] !== undefined)
    return { action: `s3:${S3_ACTIONS[method]}`, resource: `arn:aws:s3:::${decodeURIComponent(pathname.slice(1))}` };
  if (service === 'imagebuilder' && pathname === '/StartImagePipelineExecution')
    return { action: 'imagebuilder:StartImagePipelineExecution', resource: input('imagePipelineArn') };
  if (service === 'imagebuilder' && pathname === '/GetImage')
    return { action: 'imagebuilder:GetImage', resource: searchParams.get('imageBuildVersionArn') ?? '' };
  if (service === 'inspector2' && INSPECTOR_ACTIONS[pathname] !== undefined)
    return { action: `inspector2:${INSPECTOR_ACTIONS[pathname]}`, resource: '*' };
  if (service === 'sns') {
    const form = new URLSearchParams(body);
    return { action: `sns:${form.get('Action') ?? ''}`, resource: form.get('TopicArn') ?? '' };
  }
  if (service === 'events' && operation === 'PutEvents')
    return { action: 'events:PutEvents', resource: regional('event-bus/default') };
  const [, modelId] = /^\/model\/(.+)\/converse$/.exec(decodeURIComponent(pathname)) ?? [];
  if (service === 'bedrock' && modelId !== undefined)
    return { action: 'bedrock:InvokeModel', resource: regional(`inference-profile/${modelId}`) };
  throw new Error(`which right ${method} ${path} of ${service} takes is not known here`);
}

/** Calls that no statement of their caller allows, each once, in words. Conditions are not looked at. */
export function notAllowed(
  calls: readonly ObservedCall[],
  statementsOf: (caller: string) => readonly AllowingStatement[],
): readonly string[] {
  const refused = calls.filter(
    ({ caller, action, resource }) =>
      !statementsOf(caller).some(
        ({ Action, Resource }) => Action.includes(action) && Resource.some((pattern) => covers(pattern, resource)),
      ),
  );
  return [...new Set(refused.map(({ caller, action, resource }) => `${caller}: ${action} on ${resource}`))];
}

/** Whether an ARN with `*` stands for another. Source: IAM, "Resource". */
function covers(pattern: string, resource: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(resource);
}
