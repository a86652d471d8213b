import { z } from 'zod';

/**
 * A batch of the table's stream as Lambda hands it over. Only what the batch is reported by is asked for: what is in a
 * record is that record's own trouble.
 */
export const streamEvent = z.object({
  Records: z.array(
    z.looseObject({
      eventID: z.string().optional(),
      dynamodb: z.looseObject({ SequenceNumber: z.string().min(1) }),
    }),
  ),
});

/** One record of the table's stream. */
export type StreamEventRecord = z.infer<typeof streamEvent>['Records'][number];
