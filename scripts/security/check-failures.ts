import type { StackResource } from './stack-json';
import { refersTo } from './stack-json';

/** Functions without a failure destination, queues without a dead-letter queue, logs without an end. */
export function failureProblems(resources: readonly StackResource[]): readonly string[] {
  const ofType = (type: string): readonly StackResource[] => resources.filter((resource) => resource.type === type);
  const queues = ofType('aws_sqs_queue');
  const mappings = ofType('aws_lambda_event_source_mapping');
  return [
    ...ofType('aws_lambda_function').flatMap((target) => [
      ...(ofType('aws_lambda_function_event_invoke_config').some(
        ({ attributes }) =>
          refersTo(attributes['function_name'], target) &&
          destinationOf(attributes)?.startsWith('${aws_sqs_queue.') === true,
      )
        ? []
        : [`${target.path}: has no failure destination`]),
      ...(ofType('aws_cloudwatch_log_group').some((group) => refersTo(target.attributes['logging_config'], group))
        ? []
        : [`${target.path}: has no log group of its own`]),
    ]),
    ...mappings
      .filter((mapping) => !isFromQueue(mapping, queues) && destinationOf(mapping.attributes) === undefined)
      .map(({ path }) => `${path}: has no failure destination`),
    ...queues
      .filter((queue) => queue.attributes['redrive_policy'] === undefined && !isDeadLetterQueue(queue, resources))
      .map(({ path }) => `${path}: has no dead-letter queue`),
    ...ofType('aws_cloudwatch_event_target')
      .filter(({ attributes }) => attributes['dead_letter_config'] === undefined)
      .map(({ path }) => `${path}: has no dead-letter queue`),
    ...ofType('aws_cloudwatch_log_group')
      .filter(({ attributes }) => !(Number(attributes['retention_in_days']) > 0))
      .map(({ path }) => `${path}: keeps its events for ever`),
  ];
}

function destinationOf(attributes: StackResource['attributes']): string | undefined {
  const { on_failure: onFailure } = (attributes['destination_config'] ?? {}) as {
    on_failure?: { destination?: string; destination_arn?: string };
  };
  return onFailure?.destination ?? onFailure?.destination_arn;
}

/** What a function cannot do with a queue's messages, the queue's own dead-letter queue gets. */
function isFromQueue({ attributes }: StackResource, queues: readonly StackResource[]): boolean {
  return queues.some((queue) => refersTo(attributes['event_source_arn'], queue));
}

function isDeadLetterQueue(queue: StackResource, resources: readonly StackResource[]): boolean {
  return resources.some(({ attributes }) =>
    ['redrive_policy', 'dead_letter_config', 'destination_config'].some((attribute) =>
      refersTo(attributes[attribute], queue),
    ),
  );
}
