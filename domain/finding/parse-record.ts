import type { z } from 'zod';
import { ecosystemOf } from '../ecosystems';
import { ecosystemIdOf, parsePlatform } from '../platform/platform';
import { withoutZeroEpoch } from '../versions/epoch';
import type { Finding, FindingStatus } from './finding';
import { OS_PACKAGE_MANAGER } from './finding';
import type { InspectorFinding, InspectorImage, InspectorPackage } from './inspector-schema';
import { eventEnvelope, inspectorFinding, vulnerablePackage } from './inspector-schema';
import { mergeFacts } from './merge-facts';
import { parseSeverity } from './severity';

/** Why a well-formed record, or one resource of it, is none of our business. */
export type IgnoredReason = 'not-a-container-image' | 'not-a-package-vulnerability' | 'other-event';

/** Something in a record that cannot be used: where, and what is wrong. */
export interface RecordProblem {
  /** JSON path inside the record, e.g. `detail.resources[0].id`; empty for the record itself. */
  readonly path: string;
  readonly message: string;
}

/** What one record (an EventBridge event, or one finding of a listing) came to. */
export interface ParsedRecord {
  readonly findings: readonly Finding[];
  readonly ignored: readonly IgnoredReason[];
  readonly problems: readonly RecordProblem[];
}

/**
 * Parses one record: an EventBridge `Inspector2 Finding` event or a bare finding of `ListFindings`. Never throws: what
 * cannot be used is a problem, and the usable packages of the same record are still taken.
 * @param value JSON value of the record
 */
export function parseRecord(value: unknown): ParsedRecord {
  if (!isObject(value)) return problem('', `is ${describe(value)}, not a finding or an event`);
  if (!('detail-type' in value))
    return 'findingArn' in value || 'packageVulnerabilityDetails' in value
      ? parseFinding(value, '', undefined)
      : problem('', 'is neither an EventBridge event nor a finding of ListFindings');
  const envelope = eventEnvelope.safeParse(value);
  if (!envelope.success) return problems(envelope.error, '');
  const event = envelope.data;
  if (event.source !== 'aws.inspector2' || event['detail-type'] !== 'Inspector2 Finding')
    return { findings: [], ignored: ['other-event'], problems: [] };
  return parseFinding(event.detail, 'detail', event.time);
}

function parseFinding(value: unknown, at: string, eventTime: string | undefined): ParsedRecord {
  const parsed = inspectorFinding.safeParse(value);
  if (!parsed.success) return problems(parsed.error, at);
  const finding = parsed.data;
  if (finding.type !== 'PACKAGE_VULNERABILITY')
    return { findings: [], ignored: ['not-a-package-vulnerability'], problems: [] };
  const details = finding.packageVulnerabilityDetails;
  if (details === undefined)
    return problem(join(at, 'packageVulnerabilityDetails'), 'is missing in a PACKAGE_VULNERABILITY');
  const observedAt = finding.updatedAt ?? finding.lastObservedAt ?? eventTime ?? finding.firstObservedAt;
  if (observedAt === undefined) return problem(join(at, 'updatedAt'), 'is missing, and so is every other date');
  const status = parseStatus(finding.status);
  if (status === undefined)
    return problem(join(at, 'status'), `is ${describe(finding.status)}, not ACTIVE, SUPPRESSED or CLOSED`);

  const facts: Finding[] = [];
  const ignored: IgnoredReason[] = [];
  const found: RecordProblem[] = [];
  for (const resource of finding.resources) {
    const image = resource.details?.awsEcrContainerImage;
    if (resource.type !== 'AWS_ECR_CONTAINER_IMAGE' || image === undefined) {
      ignored.push('not-a-container-image');
      continue;
    }
    (details.vulnerablePackages ?? []).forEach((value, index) => {
      const path = join(at, `packageVulnerabilityDetails.vulnerablePackages[${index}]`);
      const pkg = vulnerablePackage.safeParse(value);
      if (!pkg.success) {
        found.push(...problems(pkg.error, path).problems);
        return;
      }
      const fact = toFact(finding, details.vulnerabilityId, image, pkg.data, status, observedAt);
      const wrong = problemOf(fact, pkg.data, path);
      if (wrong === undefined) facts.push(fact);
      else found.push(wrong);
    });
  }
  return { findings: mergeFacts(facts), ignored, problems: found };
}

function toFact(
  finding: InspectorFinding,
  vulnerabilityId: string,
  image: InspectorImage,
  pkg: InspectorPackage,
  status: FindingStatus,
  observedAt: string,
): Finding {
  const floor = normaliseFixedVersion(pkg.fixedInVersion);
  return {
    vulnerabilityId,
    packageManager: (pkg.packageManager ?? 'UNKNOWN').toUpperCase(),
    package: pkg.name,
    ...(pkg.filePath !== undefined && pkg.filePath !== '' && { filePath: pkg.filePath }),
    arn: finding.findingArn,
    repository: image.repositoryName,
    digest: image.imageHash,
    tags: image.imageTags ?? [],
    ...(image.pushedAt !== undefined && { pushedAt: image.pushedAt }),
    ...(image.architecture !== undefined && { architecture: image.architecture.toLowerCase() }),
    ...(image.platform !== undefined && { platform: image.platform }),
    ...(pkg.sourceLayerHash !== undefined && { sourceLayerHash: pkg.sourceLayerHash }),
    status,
    severity: parseSeverity(finding.severity),
    installed: joinVersion(pkg),
    ...(floor !== undefined && { floor }),
    exploit: finding.exploitAvailable?.toUpperCase() === 'YES',
    ...(finding.epss?.score !== undefined && { epss: finding.epss.score }),
    observedAt,
    firstObservedAt: finding.firstObservedAt ?? observedAt,
  };
}

/** What any package manager's names and versions are made of; a platform's own alphabet is narrower. */
const ANY_NAME = /^[A-Za-z0-9@][A-Za-z0-9+._~^:@/-]*$/;
const ANY_VERSION = /^[A-Za-z0-9][A-Za-z0-9+._~^:-]*$/;

/** Names and versions of OS packages must lie in their ecosystem's alphabet; anything else is hostile or broken. */
function problemOf(fact: Finding, pkg: InspectorPackage, path: string): RecordProblem | undefined {
  if (fact.packageManager !== OS_PACKAGE_MANAGER) return undefined;
  const id = ecosystemIdOf(parsePlatform(fact.platform));
  const ecosystem = id === undefined ? undefined : ecosystemOf(id);
  const what = ecosystem === undefined ? 'any package manager' : ecosystem.displayName;
  if (!(ecosystem?.isPackageName(fact.package) ?? ANY_NAME.test(fact.package)))
    return { path: `${path}.name`, message: `is ${describe(pkg.name)}, not a package name of ${what}` };
  if (fact.floor !== undefined && !(ecosystem?.isVersion(fact.floor) ?? ANY_VERSION.test(fact.floor)))
    return { path: `${path}.fixedInVersion`, message: `is ${describe(pkg.fixedInVersion)}, not a version of ${what}` };
  return undefined;
}

function joinVersion(pkg: InspectorPackage): string {
  const epoch = pkg.epoch === undefined || pkg.epoch === 0 ? '' : `${pkg.epoch}:`;
  const release = pkg.release === undefined || pkg.release === '' ? '' : `-${pkg.release}`;
  return withoutZeroEpoch(`${epoch}${pkg.version}${release}`);
}

/** Inspector writes `0:<version>` for every OS package and the text `NotAvailable` where there is no fix (aws-facts 1.3). */
function normaliseFixedVersion(fixed: string | undefined): string | undefined {
  if (fixed === undefined || fixed === '' || fixed.toLowerCase() === 'notavailable') return undefined;
  return withoutZeroEpoch(fixed);
}

function parseStatus(text: string): FindingStatus | undefined {
  const upper = text.toUpperCase();
  return (['ACTIVE', 'SUPPRESSED', 'CLOSED'] as const).find((status) => status === upper);
}

function problem(path: string, message: string): ParsedRecord {
  return { findings: [], ignored: [], problems: [{ path, message }] };
}

function problems(error: z.ZodError, at: string): ParsedRecord {
  return {
    findings: [],
    ignored: [],
    problems: error.issues.map((issue) => ({ path: join(at, jsonPath(issue.path)), message: issue.message })),
  };
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : join(text, String(part))),
    '',
  );
}

function join(left: string, right: string): string {
  if (left === '') return right;
  return right === '' ? left : `${left}.${right}`;
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
