import { z } from 'zod';
import { REPOSITORY_NAME } from './repository-name';
import { filledText, MAX_NAME, maybe, name, text, timestamp } from './schema-parts';

/** One package of a finding; each is read on its own, so that a bad one does not take its siblings along. */
export const vulnerablePackage = z.object({
  name,
  version: text(MAX_NAME),
  epoch: maybe(z.number().int().nonnegative()),
  release: maybe(text(MAX_NAME)),
  arch: maybe(text(64)),
  packageManager: maybe(text(64)),
  filePath: maybe(text(4096)),
  fixedInVersion: maybe(text(MAX_NAME)),
  sourceLayerHash: maybe(text(128)),
});

const ecrImage = z.object({
  repositoryName: name.refine((value) => REPOSITORY_NAME.test(value), 'is not an ECR repository name'),
  imageHash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a sha256 digest'),
  imageTags: maybe(z.array(text(300)).max(1000)),
  pushedAt: maybe(timestamp),
  architecture: maybe(text(64)),
  platform: maybe(text(128)),
  registry: maybe(text(128)),
});

const resource = z.object({
  type: text(128),
  id: text(2048),
  region: maybe(text(64)),
  details: maybe(z.object({ awsEcrContainerImage: maybe(ecrImage) })),
});

/**
 * What this project reads of one Inspector2 `Finding` (botocore service model `inspector2`, shape `Finding`). Unknown
 * keys are passed over, unknown enum values are taken as text: the service adds both without notice.
 */
export const inspectorFinding = z.object({
  findingArn: filledText(256),
  type: text(64),
  severity: text(64),
  status: text(64),
  firstObservedAt: maybe(timestamp),
  lastObservedAt: maybe(timestamp),
  updatedAt: maybe(timestamp),
  exploitAvailable: maybe(text(16)),
  title: z.unknown().optional(),
  description: z.unknown().optional(),
  epss: maybe(z.object({ score: maybe(z.number().min(0).max(1)) })),
  packageVulnerabilityDetails: maybe(
    z.object({
      vulnerabilityId: filledText(128),
      vulnerablePackages: maybe(z.array(z.unknown()).max(1000)),
    }),
  ),
  resources: z.array(resource).min(1, 'is empty').max(100),
});

/** One Inspector2 finding as read from an event or a listing. */
export type InspectorFinding = z.infer<typeof inspectorFinding>;
/** One package of an Inspector2 finding. */
export type InspectorPackage = z.infer<typeof vulnerablePackage>;
/** One ECR image that an Inspector2 finding is about. */
export type InspectorImage = z.infer<typeof ecrImage>;

/** Envelope of an EventBridge event (docs: eventbridge-integration of Amazon Inspector). */
export const eventEnvelope = z.object({
  'detail-type': text(128),
  source: text(128),
  account: maybe(text(64)),
  region: maybe(text(64)),
  time: maybe(timestamp),
  detail: z.unknown(),
});
