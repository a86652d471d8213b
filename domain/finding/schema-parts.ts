import { z } from 'zod';
import { parseTimestamp } from './timestamp';

/** Longest name that is taken; longer ones are malformed. */
export const MAX_NAME = 256;

/** Text of at most `max` characters, well-formed Unicode. */
export const text = (max: number) =>
  z
    .string()
    .max(max, `is longer than ${max} characters`)
    .refine((value) => value.isWellFormed(), 'is not well-formed Unicode');

/** Text of 1 to `max` characters. */
export const filledText = (max: number) => text(max).refine((value) => value !== '', 'is empty');

/** A name of 1 to {@link MAX_NAME} characters. */
export const name = filledText(MAX_NAME);

/** A member that may be absent or null; some clients write null for what the service leaves out. */
export const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

/** A date in any form that {@link parseTimestamp} reads, as ISO 8601. */
export const timestamp = z.union([z.string(), z.number(), z.date()]).transform((value, context) => {
  const iso = parseTimestamp(value);
  if (iso !== undefined) return iso;
  context.addIssue({ code: 'custom', message: 'is not a date in any form that Inspector writes' });
  return z.NEVER;
});
