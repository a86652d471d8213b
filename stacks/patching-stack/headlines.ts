import { SEVERITIES } from '../../domain/finding/severity';
import type { Graph, GraphMetric, GraphSum } from '../../modules/dashboard/dashboard';

/**
 * Makes metrics of a function, with further dimensions where they have any.
 * @param by name and value of each further dimension
 */
export type MetricOf = (service: string, metric: string, by?: Readonly<Record<string, string>>) => GraphMetric;

/** Functions that end builds: by an event, or by the clock where it was lost. */
const ENDING = ['track-build', 'reconcile-findings'];
/** Functions that signal rebuilds. */
const SIGNALING = ['signal-rebuild', 'reconcile-findings'];
/** Functions that start builds. */
const STARTING = ['start-build', 'reconcile-findings'];
const DAY_SECONDS = 86_400;

/** What the whole is for, in one row, by the day: what was fixed and how fast, what came to nothing, what it cost. */
export function headlineGraphs(metricOf: MetricOf): readonly Graph[] {
  const perDay = { periodSeconds: DAY_SECONDS, width: 6 };
  const time = (metric: string): GraphMetric[] =>
    ENDING.flatMap((service) => SEVERITIES.map((severity) => metricOf(service, metric, { severity })));
  return [
    {
      title: 'A day: promoted, fixed',
      statistic: 'Sum',
      ...perDay,
      sums: [
        sumOf('Images promoted', promotions(metricOf)),
        sumOf('Vulnerabilities fixed', of(metricOf, ENDING, 'VulnerabilitiesFixed')),
      ],
    },
    {
      title: 'A day: time to patch, time from fix (s, p90)',
      statistic: 'p90',
      ...perDay,
      metrics: [...time('TimeToPatch'), ...time('TimeFromFix')],
    },
    {
      title: 'A day: failed, held, rolled back',
      statistic: 'Sum',
      ...perDay,
      sums: [
        sumOf('Builds failed', of(metricOf, ENDING, 'BuildsFailed')),
        sumOf('Builds refused', refusals(metricOf)),
        sumOf('Candidates held', of(metricOf, ENDING, 'CandidatesHeld')),
        sumOf('Rolled back', of(metricOf, ['reconcile-findings'], 'RolledBack')),
      ],
    },
    {
      title: 'A day: what the model cost (left: money; right: tokens)',
      statistic: 'Sum',
      ...perDay,
      sums: [
        sumOf('Cost, in the currency of model.prices', [metricOf('generate-patch', 'ModelCost')]),
        { ...sumOf('Tokens', [metricOf('generate-patch', 'ModelTokens')]), axis: 'right' },
      ],
    },
  ];
}

/** From plans to builds. */
export function buildGraph(metricOf: MetricOf): Graph {
  return {
    title: 'Patches and builds',
    statistic: 'Sum',
    metrics: ['PatchesPlanned', 'PatchesNotPlanned'].map((metric) => metricOf('generate-patch', metric)),
    sums: [
      sumOf('RebuildsSignaled', of(metricOf, SIGNALING, 'RebuildsSignaled')),
      sumOf('RebuildsNotSignaled', of(metricOf, SIGNALING, 'RebuildsNotSignaled')),
      sumOf('BuildsStarted', of(metricOf, STARTING, 'BuildsStarted')),
      sumOf('BuildsNotStarted', of(metricOf, STARTING, 'BuildsNotStarted')),
    ],
  };
}

function sumOf(label: string, metrics: readonly GraphMetric[]): GraphSum {
  return { label, of: metrics };
}

function of(metricOf: MetricOf, services: readonly string[], metric: string): GraphMetric[] {
  return services.map((service) => metricOf(service, metric));
}

/** A promotion is measured with its author and who approved it, and in no other way. */
function promotions(metricOf: MetricOf): GraphMetric[] {
  return ENDING.flatMap((service) =>
    ['bedrock', 'rules'].flatMap((author) =>
      ['automatic', 'approved'].map((approval) => metricOf(service, 'Promotions', { author, approval })),
    ),
  );
}

function refusals(metricOf: MetricOf): GraphMetric[] {
  return STARTING.map((service) => metricOf(service, 'BuildsNotStarted', { reason: 'refused' }));
}
