import { makePowertoolsMetrics } from '../../adapters/aws/powertools-metrics';
import { MemoryFindingTable } from '../../adapters/local/memory-finding-table';
import { tell } from '../../domain/notice/tell';
import type { Logger, Metrics } from '../../domain/ports';
import { EMPTY_TALLY } from '../../domain/reconcile/tally';
import { askForApproval } from '../../functions/generate-patch/ask-for-approval';
import { reconcileEstate } from '../../functions/reconcile-findings/reconcile-estate';
import type { StackResource } from '../../scripts/security/stack-json';
import { resourcesOf } from '../../scripts/security/stack-json';
import { recordingLogger } from '../unit/lambda/recorders';
import { makeImage, makePatch } from '../unit/table/samples';
import { estateYaml } from './support/estate';
import { only, stackOf, synthesize } from './support/synthesize';

const stack = stackOf(synthesize(estateYaml()), 'patching-test');
const alarms = resourcesOf(stack).filter(({ type }) => type === 'aws_cloudwatch_metric_alarm');

/** Alarms on metrics, as `namespace name dimensions`. */
function watched(these: readonly StackResource[]): string[] {
  return these.map(({ attributes: { namespace, metric_name: metric, dimensions } }) =>
    nameOf(String(namespace), String(metric), dimensions as Record<string, string>),
  );
}

function nameOf(namespace: string, metric: string, dimensions: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(dimensions).sort(([left], [right]) => (left < right ? -1 : 1));
  return [namespace, metric, ...sorted.map((pair) => pair.join('='))].join(' ');
}

/** A line of CloudWatch's embedded metric format. */
interface EmbeddedMetrics {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** Every metric that an action of a function writes, with its exact set of dimensions. */
async function emitted(service: string, action: (metrics: Metrics) => Promise<unknown>): Promise<ReadonlySet<string>> {
  const { variables } = only(stack, 'aws_lambda_function', service)['environment'] as {
    variables: Record<string, string>;
  };
  let text = '';
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    const metrics = makePowertoolsMetrics(service, variables['METRICS_ENVIRONMENT'] ?? '');
    await action(metrics);
    metrics.publish();
  } finally {
    spy.mockRestore();
  }
  const lines = text.split('\n').filter((line) => line !== '');
  return new Set(
    lines.flatMap((line) => {
      const values = JSON.parse(line) as EmbeddedMetrics & Readonly<Record<string, unknown>>;
      return values._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics: counted }) =>
        Dimensions.flatMap((names) =>
          counted.map(({ Name }) =>
            nameOf(Namespace, Name, Object.fromEntries(names.map((name) => [name, String(values[name])]))),
          ),
        ),
      );
    }),
  );
}

const logger: Logger = recordingLogger();
const notifier = {
  notify: async (): Promise<void> => {
    await Promise.reject(new Error('the topic is gone'));
  },
};

/** A round over one image, of which a step fails. */
async function troubledRound(metrics: Metrics): Promise<unknown> {
  return await reconcileEstate({
    images: [makeImage()],
    table: new MemoryFindingTable(),
    reconcile: async () =>
      await Promise.resolve({
        image: 'debian-12',
        actions: {},
        troubles: [{ step: 'move-on', error: new Error('denied') }],
        tally: EMPTY_TALLY,
      }),
    remainingMs: () => 900_000,
    reserveMs: 0,
    logger,
    metrics,
  });
}

const stopped = {
  kind: 'stopped',
  image: 'i',
  repository: 'r',
  patch: 1,
  patchId: 'p',
  failures: 5,
  since: '2024-06-01T00:00:00.000Z',
  reason: 'script',
  detail: '',
} as const;

it.each<[string, string, (metrics: Metrics) => Promise<unknown>]>([
  ['reconcile-troubles', 'reconcile-findings', troubledRound],
  ['reconcile-silent', 'reconcile-findings', troubledRound],
  ['reconcile-findings-faults', 'reconcile-findings', troubledRound],
  ['breaker-open', 'reconcile-findings', troubledRound],
  ['scan-eligibility', 'reconcile-findings', troubledRound],
  [
    'reconcile-findings-notices',
    'reconcile-findings',
    async (metrics) => {
      await tell({ notifier, logger, metrics }, stopped);
    },
  ],
  [
    'track-build-notices',
    'track-build',
    async (metrics) => {
      await tell({ notifier, logger, metrics }, stopped);
    },
  ],
  [
    'generate-patch-notices',
    'generate-patch',
    async (metrics) => {
      await askForApproval({ notifier, logger, metrics }, makeImage(), makePatch(), []);
    },
  ],
])('%s watches a metric that %s writes, with all its dimensions', async (alarm, service, action) => {
  const written = await emitted(service, action);
  const one = alarms.filter(({ attributes }) => attributes['alarm_name'] === `golden-images-test-${alarm}`);
  expect(watched(one).map((metric) => [metric, written.has(metric)])).toEqual([[expect.any(String), true]]);
});

it('every rule of events has an alarm on what it cannot deliver, and one on what is lost', () => {
  const rules = resourcesOf(stack).filter(({ type }) => type === 'aws_cloudwatch_event_rule');
  expect(rules).toHaveLength(5);
  const onDeliveries = alarms.filter(({ attributes }) => attributes['namespace'] === 'AWS/Events');
  // A rule of the default bus: the dimension is its name, and no bus.
  expect(rules.filter(({ attributes }) => attributes['event_bus_name'] !== undefined)).toEqual([]);
  expect(watched(onDeliveries).sort()).toEqual(
    rules
      .flatMap(({ attributes }) =>
        ['FailedInvocations', 'InvocationsFailedToBeSentToDlq'].map((metric) =>
          nameOf('AWS/Events', metric, { RuleName: String(attributes['name']) }),
        ),
      )
      .sort(),
  );
  for (const { attributes } of onDeliveries)
    expect(attributes).toMatchObject({
      statistic: 'Sum',
      threshold: 0,
      comparison_operator: 'GreaterThanThreshold',
      treat_missing_data: 'notBreaching',
    });
});
