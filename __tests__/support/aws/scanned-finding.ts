import { createHash } from 'node:crypto';
import type { EcosystemId } from '../../../domain/ecosystems/ecosystem';
import { requireEcosystem } from '../../../domain/ecosystems';
import { normaliseFixedVersion } from '../../../domain/finding/fixed-version';
import { ecosystemIdOf, parsePlatform } from '../../../domain/platform/platform';
import { compareVersions } from '../../../domain/versions';
import type { InspectorEvent } from './chain-events';
import { imageArn } from './inspector-server';
import type { WireObject } from './inspector-wire';

/** Versions of operating system packages, by name. */
export type Raised = ReadonlyMap<string, string>;

/** A finding in Inspector's form. */
export type ScannedFinding = WireObject;

/** The image that a finding is to be about. */
export interface FindingSubject {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: string;
  /** Versions that are newer than the sample's. */
  readonly raised: Raised;
  /** False where the scanner looks at the image no more: then it closes its findings. */
  readonly isScanned: boolean;
  /** What was said of it last. */
  readonly known: ScannedFinding | undefined;
  /** ISO 8601. */
  readonly now: string;
}

/**
 * What a scanner has to say of a vulnerability on an image.
 * @param sample finding of the same vulnerability on an image of the repository; SUPPRESSED is kept, CLOSED means that no image has it any more
 * @returns undefined where the image does not have it and never had, or nothing has changed
 */
export function findingOn(sample: InspectorEvent['detail'], subject: FindingSubject): ScannedFinding | undefined {
  const { repository, digest, tags, pushedAt, raised, isScanned, known, now } = subject;
  const [resource] = sample.resources;
  const { awsEcrContainerImage: image } = resource.details;
  const order = requireEcosystem(ecosystemIdOf(parsePlatform(String(image['platform']))) as EcosystemId).versionOrder;
  const present =
    isScanned && sample['status'] !== 'CLOSED'
      ? vulnerablePackages(sample).flatMap((pkg) => {
          const version = pkg['packageManager'] === 'OS' ? raised.get(String(pkg['name'])) : undefined;
          const floor = normaliseFixedVersion(String(pkg['fixedInVersion']));
          if (version === undefined) return [pkg];
          if (floor !== undefined && compareVersions(order, version, floor) >= 0) return [];
          return [{ ...pkg, version, release: '', epoch: 0 }];
        })
      : [];
  if (present.length === 0 && known === undefined) return undefined;
  const status = present.length === 0 ? 'CLOSED' : sample['status'] === 'SUPPRESSED' ? 'SUPPRESSED' : 'ACTIVE';
  const next: ScannedFinding = {
    ...sample,
    findingArn: known?.['findingArn'] ?? ownArn(digest, sample),
    status,
    packageVulnerabilityDetails: {
      ...(sample['packageVulnerabilityDetails'] as WireObject),
      vulnerablePackages: present.length === 0 ? vulnerablePackages(known ?? sample) : present,
    },
    resources: [
      {
        ...resource,
        id: imageArn(repository, digest),
        details: {
          awsEcrContainerImage: { ...image, repositoryName: repository, imageHash: digest, imageTags: tags, pushedAt },
        },
      },
    ],
    firstObservedAt: known?.['firstObservedAt'] ?? now,
    lastObservedAt: now,
    updatedAt: now,
  };
  return known !== undefined && said(known) === said(next) ? undefined : next;
}

/** `vulnerablePackages` of a finding. */
export function vulnerablePackages(finding: WireObject): readonly WireObject[] {
  return (finding['packageVulnerabilityDetails'] as { readonly vulnerablePackages: readonly WireObject[] })
    .vulnerablePackages;
}

/** What makes a finding another than it was. */
function said(finding: ScannedFinding): string {
  return JSON.stringify([finding['status'], finding['severity'], vulnerablePackages(finding)]);
}

/** A finding's ARN on another image: made of what it is about, so that it is the same each time. */
function ownArn(digest: string, sample: WireObject): string {
  const arn = String(sample['findingArn']);
  const about = JSON.stringify([digest, sample['packageVulnerabilityDetails']]);
  return `${arn.slice(0, arn.lastIndexOf('/'))}/${createHash('sha256').update(about).digest('hex').slice(0, 32)}`;
}
