import type { Construct } from 'constructs';
import type { EventRuleProps } from '../../modules/event-rule/event-rule';
import { EventRule } from '../../modules/event-rule/event-rule';
import type { SharedResources } from './shared-resources';

/** What a rule is about; where it is, what it is called and where its failures go is the same of all. */
type WatchedRuleProps = DistributedOmit<EventRuleProps, 'name' | 'place' | 'undelivered'>;

/** Omits of each member of a union. */
type DistributedOmit<T, K extends keyof T> = T extends unknown ? Omit<T, K> : never;

/**
 * Makes a rule of the environment, whose failures are kept in the queue of failures, and the alarms on its deliveries.
 * @param id of the construct, and last part of the rule's name
 */
export function addWatchedRule(
  scope: Construct,
  id: string,
  { settings: { environment, label }, failures, alarms }: SharedResources,
  props: WatchedRuleProps,
): void {
  const rule = new EventRule(scope, id, {
    ...props,
    name: label.name('rule', id),
    place: environment,
    undelivered: failures,
  });
  alarms.addUndelivered(id, rule);
}
