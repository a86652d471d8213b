import { CloudwatchEventArchive } from '@cdktf/provider-aws/lib/cloudwatch-event-archive';
import { Construct } from 'constructs';
import type { EventPattern } from '../event-rule/event-rule';
import type { Place } from '../place/place';
import { arnOf } from '../place/place';

/** What an archive is made with. */
export interface EventArchiveProps {
  /** At most 48 characters. */
  readonly name: string;
  readonly place: Place;
  /** Events that are kept. */
  readonly pattern: EventPattern;
  readonly retentionDays: number;
}

/** Keeps events of the default bus, so that they can be replayed (EventBridge, "Archiving and replaying events"). */
export class EventArchive extends Construct {
  constructor(scope: Construct, id: string, { name, place, pattern, retentionDays }: EventArchiveProps) {
    super(scope, id);
    new CloudwatchEventArchive(this, 'archive', {
      name,
      description: 'Events for replay',
      eventSourceArn: arnOf(place, 'events', 'event-bus/default'),
      eventPattern: JSON.stringify(pattern),
      retentionDays,
    });
  }
}
