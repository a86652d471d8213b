import { z } from 'zod';
import { SEVERITIES } from '../finding/severity';
import { RESIDUAL_REASONS, TARGET_RESULTS } from '../script/result-line';

const time = z.iso.datetime().describe('ISO 8601, UTC');
const digest = z.string().regex(/^sha256:[0-9a-f]+$/);
const severity = z.enum(SEVERITIES);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const image = z.object({
  reference: z.string(),
  digest,
  size: z.number().describe('Bytes of all layers, as the registry counts them.'),
});

const observation = z.object({
  status: z.enum(['ACTIVE', 'SUPPRESSED', 'CLOSED']),
  severity,
  installed: z.string().describe('Installed version; empty where it is not known.'),
  floor: z.string().optional().describe('Lowest version with the fix; absent where none is known.'),
  proof: z
    .enum(['package-database', 'scan'])
    .optional()
    .describe('What proves that the vulnerability is gone from the digest.'),
});

const finding = z.object({
  vulnerabilityId: z.string(),
  packageManager: z.string(),
  package: z.string(),
  filePath: z.string().optional(),
  before: observation.optional().describe('On the image that was replaced; absent where it was not seen there.'),
  after: observation.optional().describe('On the new image; absent before its promotion, or where it was not seen.'),
  result: z
    .enum(['fixed', 'residual', 'other'])
    .describe('fixed: ACTIVE before, and proven gone. Expiry, deletion and suppression never count as fixed.'),
  state: z.string().describe("The policy's word on it."),
  reason: z.string().optional(),
  firstObservedAt: time,
  fixFirstSeenAt: time.optional(),
  secondsToPatch: z.number().optional().describe('First observed to promoted; only of what is fixed.'),
  secondsFromFix: z.number().optional().describe('Fix first seen to promoted; only of what is fixed.'),
});

const target = z.looseObject({
  ecosystem: z.string(),
  package: z.string(),
  floor: z.string(),
  vulnerabilities: z.array(z.string()),
  result: z.enum(TARGET_RESULTS),
  reason: z.enum(RESIDUAL_REASONS).optional(),
  binaries: z.array(z.object({ name: z.string(), before: z.string(), after: z.string() })),
});

const question = z.looseObject({ verdict: z.string(), refusals: z.array(z.string()) });

/** Evidence of one candidate: what it was made from, what proves it, and what became of it. */
export const evidenceSchema = z.object({
  version: z.literal(1),
  image: z.string(),
  repository: z.string(),
  patch: z.number().int().describe('Sequence of the patch.'),
  patchId: sha256.describe('SHA-256 of the script.'),
  planHash: sha256.describe('SHA-256 over image, targets and policy: what the patch is for.'),
  attempt: z.number().int(),
  rebuild: z.literal(true).optional(),
  author: z.enum(['rules', 'bedrock']),
  authorReason: z.string().optional(),
  model: z
    .looseObject({ id: z.string(), questions: z.array(question) })
    .optional()
    .describe('What was asked of a model, with verdicts, tokens and cost; the proposals have the answers.'),
  completed: z.array(z.string()).optional().describe('Targets that rules completed.'),
  disagreements: z.array(z.object({ package: z.string(), reason: z.string() })).optional(),
  approval: z
    .object({ decision: z.enum(['approved', 'rejected']), by: z.string(), reason: z.string(), at: time })
    .optional()
    .describe('Who approved it, where a person was asked.'),
  releasever: z.string().optional(),
  source: z.looseObject({ digest }).optional().describe('The image whose findings the patch is for.'),
  script: z.string().describe('URI of the script.'),
  scriptSha256: sha256,
  scriptReport: z
    .array(z.looseObject({ package: z.string(), floor: z.string(), result: z.enum(TARGET_RESULTS) }))
    .describe("The script's own lines in the build log, where found: a hint, never the proof."),
  proposals: z.string().optional().describe('URI of every proposal and verdict.'),
  buildId: z.string().optional(),
  buildLog: z.string().optional(),
  from: image.describe('The image that the candidate was compared with.'),
  to: image.describe('The candidate.'),
  proof: z.object({ by: z.enum(['package-database', 'scan']), at: time.optional() }),
  targets: z.array(target),
  packages: z
    .array(z.object({ name: z.string(), arch: z.string(), before: z.string(), after: z.string() }))
    .describe('Installed versions that changed, where known: by a scan only those of listed packages.'),
  findings: z.array(finding),
  contract: z.object({
    ok: z.boolean(),
    violations: z.array(z.string()),
    accepted: z.boolean().optional().describe('True where a person had said that another contract is fine.'),
  }),
  regressions: z.array(z.string()),
  promotion: z
    .object({ at: time, digest, previousDigest: digest.optional(), tags: z.array(z.string()) })
    .optional()
    .describe('Absent where the candidate was not promoted, or not yet.'),
  times: z.record(z.string(), time).describe('When the patch entered each state last.'),
});

/** Evidence of one candidate. */
export type Evidence = z.input<typeof evidenceSchema>;
