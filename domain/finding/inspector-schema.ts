import { z } from 'zod';
import { parseTimestamp } from './timestamp';

/** Longest name that is taken; longer ones are malformed (design.md 4). */
const MAX_NAME = 256;

const text = (max: number) => z.string().max(max, `is longer than ${max} characters`);
const name = text(MAX_NAME).min(1, 'is empty');
const timestamp = z.union([z.string(), z.number(), z.date()]).transform((value, context) => {
  const iso = parseTimestamp(value);
  if (iso !== undefined) return iso;
  context.addIssue({ code: 'custom', message: 'is not a date in any form that Inspector writes' });
  return z.NEVER;
});

const vulnerablePackage = z.object({
  name,
  version: text(MAX_NAME),
  epoch: z.number().int().nonnegative().optional(),
  release: text(MAX_NAME).optional(),
  arch: text(64).optional(),
  packageManager: text(64).optional(),
  filePath: text(4096).optional(),
  fixedInVersion: text(MAX_NAME).optional(),
  sourceLayerHash: text(128).optional(),
});

const ecrImage = z.object({
  repositoryName: name,
  imageHash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a sha256 digest'),
  imageTags: z.array(text(300)).max(1000).optional(),
  pushedAt: timestamp.optional(),
  architecture: text(64).optional(),
  platform: text(128).optional(),
  registry: text(128).optional(),
});

const resource = z.object({
  type: text(128),
  id: text(2048),
  region: text(64).optional(),
  details: z.object({ awsEcrContainerImage: ecrImage.optional() }).optional(),
});

/**
 * What this project reads of one Inspector2 `Finding` (botocore service model `inspector2`, shape `Finding`). Unknown
 * keys are passed over, unknown enum values are taken as text: the service adds both without notice.
 */
export const inspectorFinding = z.object({
  findingArn: text(256).min(1, 'is empty'),
  type: text(64),
  severity: text(64),
  status: text(64),
  firstObservedAt: timestamp.optional(),
  lastObservedAt: timestamp.optional(),
  updatedAt: timestamp.optional(),
  exploitAvailable: text(16).optional(),
  epss: z.object({ score: z.number().min(0).max(1) }).optional(),
  packageVulnerabilityDetails: z
    .object({
      vulnerabilityId: text(128).min(1, 'is empty'),
      vulnerablePackages: z.array(vulnerablePackage).max(1000).optional(),
    })
    .optional(),
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
  account: text(64).optional(),
  region: text(64).optional(),
  time: timestamp.optional(),
  detail: z.unknown(),
});
