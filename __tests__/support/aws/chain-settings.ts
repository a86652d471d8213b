import type { StreamPattern } from '../../../domain/table/stream-filters';
import { GENERATE_PATCH_FILTERS, SIGNAL_REBUILD_FILTERS } from '../../../domain/table/stream-filters';
import { buildEnds, SCANS } from '../../../stacks/patching-stack/events';
import type { FilterCriteria } from './event-pattern';

/**
 * How the event sources of the chain are set: what the stack deploys, in the words of the AWS APIs. A test
 * that has the stack's own hands that in instead.
 */
export interface ChainSettings {
  /** Pattern of the rule that sends findings to the queue. */
  readonly findings: Readonly<Record<string, unknown>>;
  /** Pattern of the rule on the signal parameters below a prefix. */
  readonly signals: (prefix: string) => Readonly<Record<string, unknown>>;
  /** Pattern of the rule on builds that have ended, by what the ARNs of this environment's begin with. */
  readonly builds: (images: string) => Readonly<Record<string, unknown>>;
  /** Pattern of the rule on scans that are complete. */
  readonly scans: Readonly<Record<string, unknown>>;
  readonly queue: { readonly batchSize: number };
  readonly generatePatch: StreamSettings;
  readonly signalRebuild: StreamSettings;
}

/** An event source mapping of the table's stream. */
export interface StreamSettings {
  readonly filterCriteria: FilterCriteria;
  readonly batchSize: number;
  readonly maximumBatchingWindowInSeconds: number;
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: true;
  readonly reportBatchItemFailures: true;
}

/** A filter as Lambda takes it: patterns as JSON text. */
function criteria(patterns: readonly StreamPattern[]): FilterCriteria {
  return { Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) };
}

const STREAM = {
  batchSize: 1000,
  maximumRetryAttempts: 20,
  maximumRecordAgeInSeconds: 21_600,
  bisectBatchOnFunctionError: true,
  reportBatchItemFailures: true,
} as const;

/** The settings as they are deployed. */
export const CHAIN_SETTINGS: ChainSettings = {
  findings: {
    source: ['aws.inspector2'],
    'detail-type': ['Inspector2 Finding'],
    detail: { resources: { type: ['AWS_ECR_CONTAINER_IMAGE'] } },
  },
  signals: (prefix) => ({
    source: ['aws.ssm'],
    'detail-type': ['Parameter Store Change'],
    detail: { operation: ['Update'], name: [{ prefix: `${prefix}/` }] },
  }),
  builds: buildEnds,
  scans: SCANS,
  queue: { batchSize: 100 },
  generatePatch: {
    ...STREAM,
    filterCriteria: criteria(GENERATE_PATCH_FILTERS),
    maximumBatchingWindowInSeconds: 60,
  },
  signalRebuild: {
    ...STREAM,
    filterCriteria: criteria(SIGNAL_REBUILD_FILTERS),
    maximumBatchingWindowInSeconds: 0,
  },
};
