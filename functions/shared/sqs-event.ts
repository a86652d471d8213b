import { z } from 'zod';

/** A batch of SQS messages as Lambda hands it over. */
export const sqsEvent = z.object({
  Records: z.array(z.looseObject({ messageId: z.string().min(1), body: z.string() })),
});

/** One SQS message. */
export type SqsMessage = z.infer<typeof sqsEvent>['Records'][number];
