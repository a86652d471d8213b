import type { Construct } from 'constructs';
import { SEVERITIES } from '../../domain/finding/severity';
import { Dashboard } from '../../modules/dashboard/dashboard';
import type { Graph } from '../../modules/dashboard/dashboard';
import type { LambdaFunction } from '../../modules/lambda-function/lambda-function';
import { metricDimensions, METRICS_NAMESPACE } from './metrics';
import type { SharedResources } from './shared-resources';

/** Alarms that every function has, and the dashboard. */
export function addHealth(
  scope: Construct,
  shared: SharedResources,
  functions: ReadonlyMap<string, LambdaFunction>,
): void {
  const { alarms, failures, settings } = shared;
  alarms.addDeadLetters('failures', failures, 'Events');
  for (const [service, target] of functions) {
    alarms.addErrors(`${service}-errors`, target);
    alarms.add(`${service}-faults`, {
      description: `${target.name} cannot be done with a record by a fault of its own. Its log ${target.logGroupName} has it; the record ends in a failure destination.`,
      namespace: METRICS_NAMESPACE,
      metric: 'RecordsFailed',
      dimensions: metricDimensions(settings.label, service, 'fault'),
      statistic: 'Sum',
      threshold: 0,
    });
  }
  new Dashboard(scope, 'dashboard', {
    name: settings.label.name('dashboard', 'health'),
    region: settings.environment.region,
    graphs: graphs(shared, functions),
  });
}

function graphs(
  { failures, settings }: SharedResources,
  functions: ReadonlyMap<string, LambdaFunction>,
): readonly Graph[] {
  const { label } = settings;
  const lambda = (metric: string): string[][] =>
    [...functions.values()].map(({ name }) => ['AWS/Lambda', metric, 'FunctionName', name]);
  const counts = (service: string, metrics: readonly string[]): string[][] =>
    metrics.map((metric) => [METRICS_NAMESPACE, metric, ...Object.entries(metricDimensions(label, service)).flat()]);
  const queues = [
    ...['findings', 'findings-dead-letters', 'signals', 'signals-dead-letters'].map((name) =>
      label.name('queue', name),
    ),
    failures.name,
  ];
  return [
    {
      title: 'Findings',
      statistic: 'Sum',
      metrics: counts('ingest-finding', [
        'FindingsFolded',
        'FindingsKnown',
        'FindingsInherited',
        'FindingsUnattributed',
      ]),
    },
    {
      title: 'Patches and builds',
      statistic: 'Sum',
      metrics: [
        ...counts('generate-patch', ['PatchesPlanned', 'PatchesNotPlanned']),
        ...counts('signal-rebuild', ['RebuildsSignaled', 'RebuildsNotSignaled']),
        ...counts('start-build', ['BuildsStarted', 'BuildsNotStarted']),
        ...counts('track-build', ['CandidatesHeld']),
        ...counts('reconcile-findings', ['CandidatesHeld']),
      ],
    },
    {
      title: 'Open findings',
      statistic: 'Maximum',
      metrics: counts('reconcile-findings', ['OpenFindings']).flatMap((metric) =>
        SEVERITIES.map((severity) => [...metric, 'severity', severity]),
      ),
    },
    {
      title: 'Findings that stay',
      statistic: 'Maximum',
      metrics: counts('reconcile-findings', ['ParkedFindings', 'ResidualFindings']),
    },
    {
      title: 'Oldest open finding (s)',
      statistic: 'Maximum',
      metrics: counts('reconcile-findings', ['OldestOpenFinding']),
    },
    {
      title: 'Waiting and stopped',
      statistic: 'Maximum',
      metrics: counts('reconcile-findings', ['PatchesWaiting', 'ImagesStopped']),
    },
    {
      title: 'Reconciliation',
      statistic: 'Sum',
      metrics: counts('reconcile-findings', ['ReconcileRuns', 'Reconciled', 'ReconcileTroubles']),
    },
    {
      title: 'Messages waiting',
      statistic: 'Maximum',
      metrics: queues.map((queue) => ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', queue]),
    },
    { title: 'Behind the stream (ms)', statistic: 'Maximum', metrics: lambda('IteratorAge') },
    { title: 'Errors', statistic: 'Sum', metrics: [...lambda('Errors'), ...lambda('Throttles')] },
    { title: 'Duration (ms, p90)', statistic: 'p90', metrics: lambda('Duration') },
  ];
}
