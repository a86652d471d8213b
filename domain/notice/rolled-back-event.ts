import { z } from 'zod';
import type { RolledBackNotice } from './notice';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** `detail` of the EventBridge event `GoldenImageRolledBack`. Members may be added; `version` changes where one changes its meaning. */
export const rolledBackEventDetail = z.object({
  version: z.literal(1),
  image: z.string().describe('Name of the golden image.'),
  repository: z.string().describe('ECR repository, without registry.'),
  patch: z.number().int().positive().describe('Sequence of the patch that was taken back.'),
  patchId: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("SHA-256 of the patch's script."),
  digest: digest.describe('What the floating tag points at again.'),
  from: digest.describe('What was taken back.'),
  tags: z.array(z.string()).describe('Tags that point at the digest now.'),
  by: z.string().describe('Who took it back: a person, or `system`.'),
  reason: z.string().max(2000).describe('Why: a sentence for people.'),
  at: z.iso.datetime().describe('When it was taken back, UTC.'),
});

/** See {@link rolledBackEventDetail}. */
export type RolledBackEventDetail = z.infer<typeof rolledBackEventDetail>;

/** Most characters of a person's reason that an event carries. */
const REASON_LIMIT = 2000;

/** The event's detail for a rollback; a long reason is cut. */
export function rolledBackDetail({ kind: _kind, tags, reason, ...facts }: RolledBackNotice): RolledBackEventDetail {
  return { version: 1, ...facts, tags: [...tags], reason: reason.slice(0, REASON_LIMIT).toWellFormed() };
}

/** The JSON Schema (2020-12) of {@link rolledBackEventDetail}, as the text of a file. */
export function rolledBackEventJsonSchema(): string {
  const schema = {
    title: 'GoldenImageRolledBack',
    description:
      '`detail` of the EventBridge event of source `golden-images` that tells that a golden image is at the digest before again. It may come more than once: the same image and patch is the same rollback.',
    ...z.toJSONSchema(rolledBackEventDetail, { io: 'input' }),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
