import type { Construct } from 'constructs';
import { SEVERITIES } from '../../domain/finding/severity';
import { Dashboard } from '../../modules/dashboard/dashboard';
import type { Graph, GraphMetric } from '../../modules/dashboard/dashboard';
import type { LambdaFunction } from '../../modules/lambda-function/lambda-function';
import { buildGraph, headlineGraphs, type MetricOf } from './headlines';
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
  const metricOf: MetricOf = (service, metric, by = {}) => [
    METRICS_NAMESPACE,
    metric,
    ...Object.entries({ ...metricDimensions(label, service), ...by }).flat(),
  ];
  const counts = (service: string, metrics: readonly string[]): GraphMetric[] =>
    metrics.map((metric) => metricOf(service, metric));
  const queues = [
    ...['findings', 'findings-dead-letters', 'signals', 'signals-dead-letters'].map((name) =>
      label.name('queue', name),
    ),
    failures.name,
  ];
  return [
    ...headlineGraphs(metricOf),
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
    buildGraph(metricOf),
    {
      title: 'Open findings',
      statistic: 'Maximum',
      metrics: SEVERITIES.map((severity) => metricOf('reconcile-findings', 'OpenFindings', { severity })),
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
