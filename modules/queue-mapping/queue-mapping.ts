import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping';
import { Construct } from 'constructs';
import type { LambdaFunction } from '../lambda-function/lambda-function';
import type { WorkQueue } from '../queue/queue';
import type { PropProblem } from '../validation';
import { assertValid, problemIf } from '../validation';

/** What a mapping from a queue is made with. */
export interface QueueMappingProps {
  readonly queue: WorkQueue;
  readonly target: LambdaFunction;
  /**
   * Most messages of a batch: 1 to 10000, over 10 only with a window.
   *
   * @default 10
   */
  readonly batchSize?: number;
  /**
   * Seconds that a batch is gathered: 0 to 300.
   *
   * @default 0
   */
  readonly windowSeconds?: number;
  /**
   * Most batches at the same time: 2 to 1000.
   *
   * @default 5
   */
  readonly maximumConcurrency?: number;
}

/** Feeds a queue's messages to a function; messages that it reports as failed stay, and end in the dead-letter queue. */
export class QueueMapping extends Construct {
  readonly mapping: LambdaEventSourceMapping;

  /** @throws BadInputError where a prop is out of Lambda's range */
  constructor(scope: Construct, id: string, props: QueueMappingProps) {
    super(scope, id);
    assertValid(scope, id, QueueMapping.validate(props));
    const { queue, target, batchSize = 10, windowSeconds = 0, maximumConcurrency = 5 } = props;
    queue.grantConsume(target);
    this.mapping = new LambdaEventSourceMapping(this, 'mapping', {
      eventSourceArn: queue.queue.arn,
      functionName: target.function.arn,
      batchSize,
      maximumBatchingWindowInSeconds: windowSeconds,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency },
      dependsOn: [...target.role.ready],
    });
  }

  /** What Lambda would refuse. Source: Lambda API, CreateEventSourceMapping. */
  static validate(props: Pick<QueueMappingProps, 'batchSize' | 'windowSeconds'>): readonly PropProblem[] {
    const { batchSize = 10, windowSeconds = 0 } = props;
    return [
      ...problemIf(batchSize < 1 || batchSize > 10_000, 'batchSize', `is ${batchSize}: 1 to 10000 are allowed`),
      ...problemIf(
        windowSeconds < 0 || windowSeconds > 300,
        'windowSeconds',
        `is ${windowSeconds}: 0 to 300 are allowed`,
      ),
      ...problemIf(batchSize > 10 && windowSeconds < 1, 'batchSize', `is ${batchSize}: over 10 takes a window`),
    ];
  }
}
