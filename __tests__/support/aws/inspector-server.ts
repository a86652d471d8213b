import { createHash } from 'node:crypto';
import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';
import { type CoverageSample, coveredImage, onTheWire, type WireObject } from './inspector-wire';
import { COVERAGE_FILTERS, FINDING_FILTERS, type Filters, passesFilters } from './inspector-filters';
import { type HttpStub, startHttpStub, type StubAction, type StubRequest } from './http-stub';

/** Amazon Inspector as far as findings and coverage of container images need it. */
export interface InspectorServer extends HttpStub {
  /** Most entries of a page, whatever is asked for: the service may give fewer than asked. */
  pageSize: number;
  /** What BatchGetAccountStatus says of the tests' account. */
  accountStatus: { state: string; ecr: string };
  /** `ecrConfiguration.rescanDurationState` of GetConfiguration's answer. */
  rescan: WireObject;
  /** Decides about requests before anything else does, where it is set: faults. */
  intercept: ((request: StubRequest) => StubAction | undefined) | undefined;
  /** Says how an image is covered, in place of what was said before. */
  setCoverage(repository: string, digest: string, coverage: CoverageSample): void;
  /** Adds a resource as the service would list it, e.g. a function, or an image of another account. */
  addResource(resource: WireObject): void;
  /**
   * Says all findings of an image, in place of what was said before.
   * @param findings in the form of `aws inspector2 list-findings`, or the `detail` of an event: dates as text
   */
  setFindings(repository: string, digest: string, findings: readonly WireObject[]): void;
  /** Forgets an image's coverage and findings. */
  forget(repository: string, digest: string): void;
}

/** Most entries that may be asked for (Inspector API, ListFindings and ListCoverage). */
const LIMITS = { findings: 100, coverage: 200 };

/** Faults by name, for {@link InspectorServer.intercept}. */
export const INSPECTOR_FAULTS = {
  throttled: refuse(429, 'ThrottlingException', 'Rate exceeded'),
  failed: refuse(500, 'InternalServerException', 'the service has failed'),
  denied: refuse(403, 'AccessDeniedException', 'not authorized to perform: inspector2'),
  /** A list changes nothing, so that a lost answer and a lost question are the same. */
  lost: 'drop',
} as const satisfies Readonly<Record<string, StubAction>>;

/**
 * Starts a server that speaks the REST JSON protocol of Inspector2's ListFindings, ListCoverage, BatchGetAccountStatus and
 * GetConfiguration. Filters and limits that it does not know are refused, so that no test passes because one was ignored.
 */
export async function startInspectorServer(): Promise<InspectorServer> {
  const coverage = new Map<string, WireObject>();
  const findings = new Map<string, readonly WireObject[]>();

  const list = (kind: 'findings' | 'coverage', body: WireObject): StubAction => {
    const { maxResults = LIMITS[kind], nextToken, filterCriteria = {} } = body;
    const filters = filterCriteria as Filters;
    const known = kind === 'findings' ? FINDING_FILTERS : COVERAGE_FILTERS;
    const strange = Object.keys(filters).find((name) => !known.has(name));
    if (strange !== undefined) return refuse(400, 'ValidationException', `filter ${strange} is not known here`);
    if (typeof maxResults !== 'number' || maxResults < 1 || maxResults > LIMITS[kind])
      return refuse(400, 'ValidationException', `maxResults must be 1 to ${LIMITS[kind]}`);
    const start = nextToken === undefined ? 0 : offsetOf(nextToken, filters);
    if (start === undefined) return refuse(400, 'ValidationException', 'the token is of another list');
    const all = kind === 'findings' ? [...findings.values()].flat() : [...coverage.values()];
    const wanted = all.filter((entry) => passesFilters(entry, filters, known));
    const end = start + Math.min(maxResults, server.pageSize);
    const page = wanted.slice(start, end);
    return {
      status: 200,
      body: {
        [kind === 'findings' ? 'findings' : 'coveredResources']: page,
        ...(end < wanted.length && { nextToken: tokenOf(end, filters) }),
      },
    };
  };
  const accountStatus = (body: WireObject): StubAction => {
    const { accountIds = [TEST_ACCOUNT] } = body as { accountIds?: readonly string[] };
    const state = (status: string): object => ({ status, errorCode: 'ALREADY_ENABLED', errorMessage: '' });
    const { state: whole, ecr } = server.accountStatus;
    const accounts = accountIds
      .filter((id) => id === TEST_ACCOUNT)
      .map((accountId) => ({
        accountId,
        state: state(whole),
        resourceState: { ec2: state('DISABLED'), ecr: state(ecr), lambda: state('DISABLED') },
      }));
    const failedAccounts = accountIds
      .filter((id) => id !== TEST_ACCOUNT)
      .map((accountId) => ({ accountId, errorCode: 'ACCESS_DENIED', errorMessage: 'not a member' }));
    return { status: 200, body: { accounts, failedAccounts } };
  };

  const stub = await startHttpStub((request) => {
    const intercepted = server.intercept?.(request);
    if (intercepted !== undefined) return intercepted;
    const body = (request.body.length === 0 ? {} : JSON.parse(request.body.toString())) as WireObject;
    switch (`${request.method} ${request.path}`) {
      case 'POST /findings/list':
        return list('findings', body);
      case 'POST /coverage/list':
        return list('coverage', body);
      case 'POST /status/batch/get':
        return accountStatus(body);
      case 'POST /configuration/get':
        return { status: 200, body: { ecrConfiguration: { rescanDurationState: onTheWire(server.rescan) } } };
      default:
        return refuse(400, 'ValidationException', `${request.method} ${request.path} is not known here`);
    }
  });
  const server: InspectorServer = {
    ...stub,
    requests: stub.requests,
    pageSize: Number.POSITIVE_INFINITY,
    accountStatus: { state: 'ENABLED', ecr: 'ENABLED' },
    rescan: { rescanDuration: 'LIFETIME', pullDateRescanDuration: 'DAYS_180', status: 'SUCCESS' },
    intercept: undefined,
    setCoverage: (repository, digest, sample) => {
      coverage.set(imageArn(repository, digest), coveredImage(imageArn(repository, digest), sample));
    },
    addResource: (resource) => {
      coverage.set(`${String(resource['resourceId'])} ${coverage.size}`, onTheWire(resource) as WireObject);
    },
    setFindings: (repository, digest, all) => {
      findings.set(
        imageArn(repository, digest),
        all.map((finding) => onTheWire({ awsAccountId: TEST_ACCOUNT, ...finding }) as WireObject),
      );
    },
    forget: (repository, digest) => {
      coverage.delete(imageArn(repository, digest));
      findings.delete(imageArn(repository, digest));
    },
  };
  return server;
}

/** Id of an image in the tests' account and region, as Inspector's lists have it. */
export function imageArn(repository: string, digest: string): string {
  return `arn:aws:ecr:${TEST_REGION}:${TEST_ACCOUNT}:repository/${repository}/${digest}`;
}

/** A token of this place in this list; with another list's filters the service refuses it. */
function tokenOf(offset: number, filters: Filters): string {
  const list = createHash('sha256').update(JSON.stringify(filters)).digest('hex').slice(0, 16);
  return Buffer.from(`${list}:${offset}`).toString('base64');
}

function offsetOf(token: unknown, filters: Filters): number | undefined {
  const offset = Number(Buffer.from(String(token), 'base64').toString().split(':')[1]);
  return tokenOf(offset, filters) === token ? offset : undefined;
}

function refuse(status: number, type: string, message: string): Exclude<StubAction, string> {
  return { status, headers: { 'x-amzn-errortype': type }, body: { message } };
}
