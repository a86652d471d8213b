import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';

/**
 * Takes the targets from the rules of the clock in the emulator. moto takes a rule without a pattern for one that matches
 * every event, and answers 500 where its target is a function.
 * @returns a function that puts them back
 */
export async function quietSchedules(): Promise<() => Promise<void>> {
  const client = new EventBridgeClient();
  const { Rules = [] } = await client.send(new ListRulesCommand({}));
  const taken: { readonly Rule: string; readonly Targets: Target[] }[] = [];
  for (const { Name: Rule = '' } of Rules.filter(({ ScheduleExpression }) => ScheduleExpression !== undefined)) {
    const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule }));
    await client.send(new RemoveTargetsCommand({ Rule, Ids: Targets.map(({ Id = '' }) => Id) }));
    taken.push({ Rule, Targets });
  }
  return async () => {
    for (const one of taken) await client.send(new PutTargetsCommand(one));
  };
}
