import type { z } from 'zod';
import { withoutZeroEpoch } from '../versions/epoch';
import type { Finding, FindingStatus } from './finding';
import { MAXIMUM_FINDING_TEXT } from './finding';
import { normaliseFixedVersion } from './fixed-version';
import type { InspectorFinding, InspectorImage, InspectorPackage } from './inspector-schema';
import { eventEnvelope, inspectorFinding, vulnerablePackage } from './inspector-schema';
import { mergeFacts } from './merge-facts';
import { outsideAlphabet } from './package-alphabet';
import type { RecordProblem } from './record-problem';
import { describeValue as describe, isObject, joinPath as join, problemsOf } from './record-problem';
import { parseSeverity } from './severity';

/** Why a well-formed record, or one resource of it, is none of our business. */
export type IgnoredReason = 'not-a-container-image' | 'not-a-package-vulnerability' | 'not-affected' | 'other-event';

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
    packageManager:
      pkg.packageManager === undefined || pkg.packageManager === '' ? 'UNKNOWN' : pkg.packageManager.toUpperCase(),
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
    ...freeText(finding),
    installed: joinVersion(pkg),
    ...(floor !== undefined && { floor }),
    exploit: finding.exploitAvailable?.toUpperCase() === 'YES',
    ...(finding.epss?.score !== undefined && { epss: finding.epss.score }),
    observedAt,
    firstObservedAt: finding.firstObservedAt ?? observedAt,
  };
}

/** Whatever stands in title and description; it decides nothing, so nothing that is wrong with it is a problem. */
function freeText({ title, description }: InspectorFinding): Pick<Finding, 'text'> {
  const text = [title, description].filter((part) => typeof part === 'string' && part !== '').join(': ');
  return text === '' ? {} : { text: text.slice(0, MAXIMUM_FINDING_TEXT).toWellFormed() };
}

/** Names and versions of OS packages must lie in their ecosystem's alphabet; anything else is hostile or broken. */
function problemOf(fact: Finding, pkg: InspectorPackage, path: string): RecordProblem | undefined {
  const outside = outsideAlphabet(fact);
  if (outside === undefined) return undefined;
  const member = outside.part === 'name' ? 'name' : 'fixedInVersion';
  return { path: `${path}.${member}`, message: `is ${describe(pkg[member])}, not ${outside.expected}` };
}

function joinVersion(pkg: InspectorPackage): string {
  const epoch = pkg.epoch === undefined || pkg.epoch === 0 ? '' : `${pkg.epoch}:`;
  const release = pkg.release === undefined || pkg.release === '' ? '' : `-${pkg.release}`;
  return withoutZeroEpoch(`${epoch}${pkg.version}${release}`);
}

function parseStatus(text: string): FindingStatus | undefined {
  const upper = text.toUpperCase();
  return (['ACTIVE', 'SUPPRESSED', 'CLOSED'] as const).find((status) => status === upper);
}

function problem(path: string, message: string): ParsedRecord {
  return { findings: [], ignored: [], problems: [{ path, message }] };
}

function problems(error: z.ZodError, at: string): ParsedRecord {
  return { findings: [], ignored: [], problems: problemsOf(error, at) };
}
