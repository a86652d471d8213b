import { z } from 'zod';
import { SEVERITIES } from '../finding/severity';
import type { NotedVulnerability, PromotedNotice } from './notice';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const count = z.number().int().nonnegative();
const vulnerability = z.object({
  vulnerabilityId: z.string().describe('CVE or advisory id, as the scanner names it.'),
  package: z.string().describe('Package as the scanner names it; on Debian the source package.'),
  severity: z.enum(SEVERITIES),
});

/** `detail` of the EventBridge event `GoldenImagePromoted`. Members may be added; `version` changes where one changes its meaning. */
export const promotedEventDetail = z.object({
  version: z.literal(1),
  image: z.string().describe('Name of the golden image.'),
  repository: z.string().describe('ECR repository, without registry.'),
  patch: z.number().int().positive().describe('Sequence of the patch, counting up by image.'),
  patchId: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("SHA-256 of the patch's script."),
  digest: digest.describe('What the floating tag points at now.'),
  previousDigest: digest
    .optional()
    .describe(
      'What it pointed at before, or, where that was nothing, the newest image that was scanned; absent where there was none.',
    ),
  tags: z.array(z.string()).describe('Tags that point at the digest now.'),
  fixed: z.array(vulnerability).describe('Proven to be gone.'),
  residual: z
    .array(vulnerability.extend({ reason: z.string().optional().describe('Why it stays.') }))
    .describe('Still there.'),
  omitted: z
    .object({ fixed: count, residual: count })
    .describe('How many entries were left out for the size of an event; the evidence has them all.'),
  evidenceUri: z.string().describe('Where the evidence of the promotion is.'),
  at: z.iso.datetime().describe('When the tag was moved, UTC.'),
});

/** See {@link promotedEventDetail}. */
export type PromotedEventDetail = z.infer<typeof promotedEventDetail>;

/** The JSON Schema (2020-12) of {@link promotedEventDetail}, as the text of a file. */
export function promotedEventJsonSchema(): string {
  const schema = {
    title: 'GoldenImagePromoted',
    description:
      '`detail` of the EventBridge event of source `golden-images` that tells that a golden image has a new digest. It may come more than once: the same image and patch is the same promotion.',
    ...z.toJSONSchema(promotedEventDetail, { io: 'input' }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/**
 * The event's detail for a promotion. Vulnerabilities that do not fit are left out and counted: residual ones are kept
 * first, and of each list those that come first.
 * @param maximumBytes of the detail as JSON in UTF-8
 */
export function promotedDetail(notice: PromotedNotice, maximumBytes: number): PromotedEventDetail {
  const { kind: _kind, fixed, residual, previousDigest, tags, ...facts } = notice;
  const frame = {
    version: 1 as const,
    ...facts,
    ...(previousDigest !== undefined && { previousDigest }),
    tags: [...tags],
  };
  const empty = { ...frame, fixed: [], residual: [], omitted: { fixed: fixed.length, residual: residual.length } };
  let room = maximumBytes - jsonBytes(empty);
  const keep = (list: readonly NotedVulnerability[]): NotedVulnerability[] => {
    const end = list.findIndex((one) => (room -= jsonBytes(one) + 1) < 0);
    return end === -1 ? [...list] : list.slice(0, end);
  };
  const kept = { residual: keep(residual), fixed: keep(fixed) };
  const omitted = { fixed: fixed.length - kept.fixed.length, residual: residual.length - kept.residual.length };
  return { ...frame, fixed: kept.fixed, residual: kept.residual, omitted };
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
