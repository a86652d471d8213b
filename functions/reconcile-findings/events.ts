import { z } from 'zod';
import { BadInputError } from '../../domain/errors';

/** The event of a rule with a schedule (EventBridge, "Scheduled events"); what else it says does not matter. */
const scheduledEvent = z.object({ source: z.literal('aws.events'), 'detail-type': z.literal('Scheduled Event') });

/** Refuses an event that is not the clock's. @throws BadInputError */
export function assertScheduled(event: unknown): void {
  const parsed = scheduledEvent.safeParse(event);
  if (!parsed.success)
    throw new BadInputError('the event is no Scheduled Event of EventBridge', {
      hint: 'a run by hand takes {"source":"aws.events","detail-type":"Scheduled Event"}',
      cause: parsed.error,
    });
}
