import { LambdaEventSourceMapping } from '@cdktf/provider-aws/lib/lambda-event-source-mapping';
import { Construct } from 'constructs';
import type { StreamPattern } from '../../domain/table/stream-filters';
import type { PrivateBucket } from '../bucket/bucket';
import type { FindingTable } from '../finding-table/finding-table';
import type { LambdaFunction } from '../lambda-function/lambda-function';
import type { PropProblem } from '../validation';
import { assertValid, problemIf } from '../validation';

/** What a mapping from the table's stream is made with. */
export interface StreamMappingProps {
  readonly table: FindingTable;
  readonly target: LambdaFunction;
  /** Records that get through: 1 to 5 patterns, any of them. */
  readonly filters: readonly StreamPattern[];
  /** Gets the batches that failed for good, with their records. */
  readonly failures: PrivateBucket;
  /**
   * Seconds that records are gathered: 0 to 300.
   *
   * @default 0
   */
  readonly windowSeconds?: number;
  /**
   * Most records of a batch: 1 to 10000.
   *
   * @default 1000
   */
  readonly batchSize?: number;
  /**
   * How often a batch is tried again: 0 to 10000. Halving it does not count.
   *
   * @default 20
   */
  readonly retries?: number;
  /**
   * Seconds after which a record is given up: 60 to 86400, the stream's own limit.
   *
   * @default 21600
   */
  readonly maximumAgeSeconds?: number;
}

/**
 * Feeds changes of the table to a function. One batch of a shard at a time; a failed one is halved, tried
 * a bounded number of times, and kept in S3 in the end: a queue would get its sequence numbers only.
 */
export class StreamMapping extends Construct {
  readonly mapping: LambdaEventSourceMapping;

  /** @throws BadInputError where a prop is out of Lambda's range */
  constructor(scope: Construct, id: string, props: StreamMappingProps) {
    super(scope, id);
    assertValid(scope, id, StreamMapping.validate(props));
    const { table, target, failures } = props;
    table.grantStreamRead(target);
    failures.grantStoreFailures(target);
    this.mapping = new LambdaEventSourceMapping(this, 'mapping', {
      eventSourceArn: table.streamArn,
      functionName: target.function.arn,
      // LATEST may miss changes while the mapping is made (Lambda guide, "Polling and batching streams").
      startingPosition: 'TRIM_HORIZON',
      parallelizationFactor: 1,
      batchSize: props.batchSize ?? 1000,
      maximumBatchingWindowInSeconds: props.windowSeconds ?? 0,
      bisectBatchOnFunctionError: true,
      maximumRetryAttempts: props.retries ?? 20,
      maximumRecordAgeInSeconds: props.maximumAgeSeconds ?? 21_600,
      functionResponseTypes: ['ReportBatchItemFailures'],
      filterCriteria: { filter: props.filters.map((filter) => ({ pattern: JSON.stringify(filter) })) },
      destinationConfig: { onFailure: { destinationArn: failures.bucket.arn } },
      dependsOn: [...target.role.ready],
    });
  }

  /** What Lambda would refuse. Source: Lambda API, CreateEventSourceMapping; "Lambda event filtering". */
  static validate(props: Omit<StreamMappingProps, 'table' | 'target' | 'failures'>): readonly PropProblem[] {
    const { filters, windowSeconds = 0, batchSize = 1000, retries = 20, maximumAgeSeconds = 21_600 } = props;
    return [
      ...problemIf(filters.length < 1 || filters.length > 5, 'filters', `are ${filters.length}: 1 to 5 are allowed`),
      ...problemIf(
        windowSeconds < 0 || windowSeconds > 300,
        'windowSeconds',
        `is ${windowSeconds}: 0 to 300 are allowed`,
      ),
      ...problemIf(batchSize < 1 || batchSize > 10_000, 'batchSize', `is ${batchSize}: 1 to 10000 are allowed`),
      ...problemIf(
        retries < 0 || retries > 10_000,
        'retries',
        `is ${retries}: 0 to 10000 are allowed, for ever is not`,
      ),
      ...problemIf(
        maximumAgeSeconds < 60 || maximumAgeSeconds > 86_400,
        'maximumAgeSeconds',
        `is ${maximumAgeSeconds}: 60 to 86400 are allowed, for ever is not`,
      ),
    ];
  }
}
