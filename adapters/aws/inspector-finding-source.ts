import {
  type CoveredResource,
  type CoverageFilterCriteria,
  type FilterCriteria,
  type Inspector2Client,
  ListCoverageCommand,
  ListFindingsCommand,
} from '@aws-sdk/client-inspector2';
import { GoldenImagesError } from '../../domain/errors';
import { parseRecord } from '../../domain/finding/parse-record';
import { parseTimestamp } from '../../domain/finding/timestamp';
import type { FindingSource } from '../../domain/ports';
import type { FindingPage, ScanCoverage, ScanStatus } from '../../domain/scan/image-scan';
import { type AwsCall, callAws } from './aws-error';
import { toScanStatus } from './inspector-scan-status';

/** What Inspector is asked with. */
export interface InspectorFindingSourceOptions {
  readonly client: Inspector2Client;
  /** 12 digits: the account whose ECR registry holds the images. A delegated administrator is told of its members' too. */
  readonly account: string;
}

/** Most findings of a page (Inspector API, ListFindings). */
const FINDINGS_LIMIT = 100;
/** Most resources of a page (Inspector API, ListCoverage). */
const COVERAGE_LIMIT = 200;
const IMAGE_TYPE = 'AWS_ECR_CONTAINER_IMAGE';
/** Id of an image: `arn:aws:ecr:<region>:<account>:repository/<name>/sha256:<hex>` (Inspector API, Resource). */
const IMAGE_ID =
  /^arn:[a-z-]+:ecr:[a-z0-9-]+:(?<account>\d{12}):repository\/(?<repository>.+)\/(?<digest>sha256:[0-9a-f]{64})$/;

/**
 * Amazon Inspector's own lists: ListCoverage and ListFindings, page by page; no page is kept. Filters that the service
 * has are set, and what comes back is checked against them again.
 *
 * Methods throw AwsServiceError where Inspector cannot be had, and GoldenImagesError where it repeats a page: an end that
 * is none would make findings look gone. A malformed finding is a problem of its page and not thrown, but where a member
 * is not even of its type (a date that is none) the SDK reads nothing of the page: that is an AwsServiceError.
 */
export class InspectorFindingSource implements FindingSource {
  private readonly client: Inspector2Client;
  private readonly account: string;

  constructor({ client, account }: InspectorFindingSourceOptions) {
    this.client = client;
    this.account = account;
  }

  async scanOf(repository: string, digest: string): Promise<ScanStatus> {
    // The id of an image holds the partition and region of its registry, so that it is matched here and not there.
    for await (const page of this.coveragePages(repository)) {
      const found = page.find((coverage) => coverage.digest === digest);
      if (found !== undefined) return found.status;
    }
    return { state: 'unknown' };
  }

  async coverageOf(repository: string): Promise<readonly ScanCoverage[]> {
    const all: ScanCoverage[] = [];
    for await (const page of this.coveragePages(repository)) all.push(...page);
    return all;
  }

  async *findingsOf(repository: string, digest?: string): AsyncIterable<FindingPage> {
    const filterCriteria: FilterCriteria = {
      awsAccountId: equalTo(this.account),
      resourceType: equalTo(IMAGE_TYPE),
      ecrImageRepositoryName: equalTo(repository),
      ...(digest !== undefined && { ecrImageHash: equalTo(digest) }),
    };
    const call: AwsCall = { service: 'inspector2', operation: 'ListFindings', resource: `repository ${repository}` };
    const pages = pagesOf(call, async (nextToken) => {
      const input = { filterCriteria, maxResults: FINDINGS_LIMIT, ...(nextToken !== undefined && { nextToken }) };
      return await this.client.send(new ListFindingsCommand(input));
    });
    for await (const { findings = [] } of pages) {
      const records = findings.filter(({ awsAccountId }) => awsAccountId === this.account).map(parseRecord);
      yield {
        findings: records
          .flatMap((record) => record.findings)
          .filter((one) => one.repository === repository && (digest === undefined || one.digest === digest)),
        problems: records.flatMap((record) => record.problems),
      };
    }
  }

  private async *coveragePages(repository: string): AsyncGenerator<ScanCoverage[]> {
    const filterCriteria: CoverageFilterCriteria = {
      accountId: equalTo(this.account),
      resourceType: equalTo(IMAGE_TYPE),
      ecrRepositoryName: equalTo(repository),
    };
    const call: AwsCall = { service: 'inspector2', operation: 'ListCoverage', resource: `repository ${repository}` };
    const pages = pagesOf(call, async (nextToken) => {
      const input = { filterCriteria, maxResults: COVERAGE_LIMIT, ...(nextToken !== undefined && { nextToken }) };
      return await this.client.send(new ListCoverageCommand(input));
    });
    for await (const { coveredResources = [] } of pages)
      yield coveredResources.flatMap((resource) => toCoverage(resource, repository, this.account) ?? []);
  }
}

function equalTo(value: string): [{ comparison: 'EQUALS'; value: string }] {
  return [{ comparison: 'EQUALS', value }];
}

/** The pages of a list, to its end. */
async function* pagesOf<T extends { readonly nextToken?: string | undefined }>(
  call: AwsCall,
  send: (token: string | undefined) => Promise<T>,
): AsyncGenerator<T> {
  let token: string | undefined;
  do {
    const asked = token;
    const page = await callAws(call, async () => await send(asked));
    yield page;
    token = page.nextToken === '' ? undefined : page.nextToken;
    if (token !== undefined && token === asked)
      throw new GoldenImagesError(
        'internal',
        `${call.service} ${call.operation} on ${call.resource} gave the same page twice`,
        {
          hint: 'the list has no end, and nothing was concluded from it: try again later',
        },
      );
  } while (token !== undefined);
}

/** An image's coverage; undefined where the resource is no image of the repository. */
function toCoverage(resource: CoveredResource, repository: string, account: string): ScanCoverage | undefined {
  const id = IMAGE_ID.exec(resource.resourceId ?? '')?.groups;
  const digest = id?.['digest'];
  if (digest === undefined || id?.['repository'] !== repository || id['account'] !== account) return undefined;
  const { tags = [], lastInUseAt, inUseCount } = resource.resourceMetadata?.ecrImage ?? {};
  const usedAt = parseTimestamp(lastInUseAt);
  return {
    digest,
    tags,
    ...(usedAt !== undefined && { lastInUseAt: usedAt }),
    ...(inUseCount !== undefined && { inUse: inUseCount }),
    status: toScanStatus(resource),
  };
}
