import { z } from 'zod';
import { SEVERITIES } from '../finding/severity';
import { MODULE_STREAM } from '../vetting/module-stream';

/** What happens with a patch once it is planned. */
export const MODES = ['auto', 'approve', 'observe'] as const;

const severity = z.enum(SEVERITIES);
const packageName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9+._~^-]{0,255}$/, 'is not a package name');

/** The keys of `policy`, every one optional: given once for all images and again per image. */
export const policyKeys = z.strictObject({
  mode: z
    .enum(MODES)
    .optional()
    .describe(
      'auto: build and promote. approve: wait for a person. observe: decide and record, build nothing. Default auto.',
    ),
  modeBySeverity: z
    .partialRecord(severity, z.enum(MODES))
    .optional()
    .describe(
      'Mode by the worst severity that a patch is for, e.g. {CRITICAL: auto, HIGH: approve}. Others have `mode`. Default {}.',
    ),
  approvalExpiresAfterHours: z
    .number()
    .min(1)
    .max(8760)
    .optional()
    .describe('Hours after which a patch that waits for approval is too old. Default 168.'),
  scanTimeoutHours: z
    .number()
    .min(0.25)
    .max(720)
    .optional()
    .describe('Hours that a candidate waits for the completed scan that proves it, before it is held. Default 24.'),
  rollbackWindowHours: z
    .number()
    .min(0)
    .max(720)
    .optional()
    .describe(
      'Hours after a promotion in which a failed contract or scan check of the promoted image takes it back. 0: never. Default 24.',
    ),
  minimumSeverity: severity.optional().describe('Findings of this severity or worse are acted on. Default HIGH.'),
  minimumEpss: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Findings of any severity with at least this EPSS score are acted on. Default 0.1.'),
  removable: z
    .array(packageName)
    .max(100)
    .optional()
    .describe('Packages that a patch may remove instead of upgrading, e.g. linux-libc-dev. Default none.'),
  companions: z
    .array(packageName)
    .max(100)
    .optional()
    .describe(
      'Packages that a patch may upgrade together with its targets, where their upgrade needs that. Default none.',
    ),
  replacements: z
    .record(packageName, z.array(packageName).min(1).max(10))
    .optional()
    .describe(
      'Names that packages may go by now, e.g. libssl3: [libssl3t64]: a command that upgrades one is taken for the package. Default {}.',
    ),
  moduleStreams: z
    .array(z.string().regex(MODULE_STREAM, 'is not a stream of a module such as nodejs:20'))
    .max(100)
    .optional()
    .describe('dnf and microdnf: streams of modules that a patch may enable, e.g. nodejs:20. Default none.'),
  findingText: z
    .enum(['exclude', 'include'])
    .optional()
    .describe(
      'Whether the model may read what the scanner wrote about a vulnerability: free text from outside, marked as not to be trusted. Default exclude.',
    ),
  patchEndOfLife: z
    .boolean()
    .optional()
    .describe(
      'Also patch releases whose public security support has ended. Default false: findings are parked end-of-life.',
    ),
  buildsPerDay: z.number().int().min(1).max(1000).optional().describe('Builds per image and UTC day. Default 10.'),
  maximumAttempts: z
    .number()
    .int()
    .min(1)
    .max(10)
    .optional()
    .describe('Builds that one plan may fail before its targets are residual. Default 3.'),
  failuresBeforeStop: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe('Failed builds in a row after which an image is stopped until a person looks. Default 3.'),
  retryResidualAfterHours: z
    .number()
    .min(0)
    .max(8760)
    .optional()
    .describe(
      'Hours after which a residual finding is tried again, because its fix may have been published. Default 24.',
    ),
});

/** Policy in force for one image: all defaults filled in. */
export type Policy = { readonly [K in keyof z.infer<typeof policyKeys>]-?: NonNullable<z.infer<typeof policyKeys>[K]> };

/** The built-in policy. */
export const DEFAULT_POLICY: Policy = {
  mode: 'auto',
  modeBySeverity: {},
  approvalExpiresAfterHours: 168,
  scanTimeoutHours: 24,
  rollbackWindowHours: 24,
  minimumSeverity: 'HIGH',
  minimumEpss: 0.1,
  removable: [],
  companions: [],
  replacements: {},
  moduleStreams: [],
  findingText: 'exclude',
  patchEndOfLife: false,
  buildsPerDay: 10,
  maximumAttempts: 3,
  failuresBeforeStop: 3,
  retryResidualAfterHours: 24,
};

/** Lays policies over each other, later ones win, key by key; keys without a value count as absent. */
export function mergePolicies(...layers: readonly (z.infer<typeof policyKeys> | undefined)[]): Policy {
  const merged: Record<string, unknown> = { ...DEFAULT_POLICY };
  for (const layer of layers)
    for (const [key, value] of Object.entries(layer ?? {})) if (value !== undefined) merged[key] = value;
  return merged as Policy;
}
