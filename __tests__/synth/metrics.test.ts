import { METRICS_NAMESPACE as EMITTED_NAMESPACE } from '../../adapters/aws/powertools-metrics';
import { resourcesOf } from '../../scripts/security/stack-json';
import { FUNCTIONS } from '../../stacks/patching-stack/functions';
import { METRICS_NAMESPACE } from '../../stacks/patching-stack/metrics';
import { emittedMetrics } from './support/emitted-metrics';
import { estateYaml } from './support/estate';
import { stackOf, synthesize } from './support/synthesize';

/** A metric of ours that an alarm or a graph is about. */
interface Watched {
  readonly by: string;
  readonly name: string;
  readonly service: string;
  /** Beside `environment` and `service`, sorted. */
  readonly dimensions: readonly string[];
}

const resources = resourcesOf(stackOf(synthesize(estateYaml()), 'patching-test'));
const emitted = new Map<string, Set<string>>();

const shape = (name: string, dimensions: readonly string[]): string => `${name} by ${dimensions.join()}`;

function watched(by: string, name: string, { environment, service, ...more }: Record<string, string>): Watched {
  expect(environment).toBe('golden-images-test');
  return { by, name, service: service ?? '', dimensions: Object.keys(more).sort() };
}

function alarms(): Watched[] {
  return resources
    .filter(
      ({ type, attributes }) => type === 'aws_cloudwatch_metric_alarm' && attributes['namespace'] === 'GoldenImages',
    )
    .map(({ attributes: { alarm_name, metric_name, dimensions } }) =>
      watched(String(alarm_name), String(metric_name), dimensions as Record<string, string>),
    );
}

/** Of every graph, the metrics of ours, shown or summed up. */
function graphs(): Watched[] {
  const dashboard = resources.find(({ type }) => type === 'aws_cloudwatch_dashboard');
  const { widgets } = JSON.parse(String(dashboard?.attributes['dashboard_body'])) as {
    widgets: { properties: { title: string; metrics: (string | object)[][] } }[];
  };
  return widgets.flatMap(({ properties: { title, metrics } }) =>
    metrics.flatMap((line) => {
      const [namespace, name, ...dimensions] = line.filter((part) => typeof part === 'string');
      if (namespace !== 'GoldenImages' || name === undefined) return [];
      const pairs = dimensions.flatMap((part, index) => (index % 2 === 0 ? [[part, dimensions[index + 1] ?? '']] : []));
      return [watched(title, name, Object.fromEntries(pairs) as Record<string, string>)];
    }),
  );
}

beforeAll(async () => {
  for (const { name } of FUNCTIONS)
    emitted.set(name, new Set((await emittedMetrics(name)).map((one) => shape(one.name, one.dimensions))));
});

it('the namespace is the same where metrics are emitted and where they are watched', () => {
  expect(METRICS_NAMESPACE).toBe(EMITTED_NAMESPACE);
});

it('what is emitted is read out of the code', () => {
  expect(emitted.get('start-build')).toEqual(
    new Set(
      [
        ...['BuildsStarted by ', 'BuildsNotStarted by ', 'BuildsNotStarted by reason'],
        ...['ImagesPostponed by ', 'ImagesPostponed by reason', 'EventsIgnored by ', 'EventsIgnored by reason'],
        ...['RecordsFailed by ', 'RecordsFailed by reason'],
      ].sort(),
    ),
  );
  expect([...(emitted.get('track-build') ?? [])]).toEqual(
    expect.arrayContaining(['TimeToPatch by severity', 'Promotions by approval,author', 'ModelCostPerFix by ']),
  );
  expect(emitted.get('reconcile-findings')).toContain('ResidualFindings by reason');
});

it.each([
  ['alarm', alarms, 10],
  ['graph', graphs, 40],
] as const)('every %s is about metrics that the function emits, by those very dimensions', (_kind, list, atLeast) => {
  const all = list();
  expect(all.length).toBeGreaterThan(atLeast);
  const silent = all.filter((one) => emitted.get(one.service)?.has(shape(one.name, one.dimensions)) !== true);
  expect(silent).toEqual([]);
});

it('a graph of a metric has every function that emits it', () => {
  const all = graphs();
  for (const { by, name, dimensions } of all) {
    const shown = new Set(all.filter((one) => one.by === by && one.name === name).map(({ service }) => service));
    const emitting = [...emitted]
      .filter(([, shapes]) => shapes.has(shape(name, dimensions)))
      .map(([service]) => service);
    expect([by, name, [...shown].sort()]).toEqual([by, name, emitting.sort()]);
  }
});

it('what keeps images from being patched rings wherever it is counted', () => {
  const rung = (name: string): string[] =>
    alarms()
      .filter((one) => one.name === name)
      .map(({ service }) => service)
      .sort();
  for (const name of ['ImagesPostponed', 'RecordsFailed']) {
    const emitting = [...emitted].filter(([, shapes]) => shapes.has(shape(name, []))).map(([service]) => service);
    expect([name, rung(name)]).toEqual([name, emitting.sort()]);
  }
});

it.each([
  'TimeToPatch',
  'TimeFromFix',
  'Promotions',
  'VulnerabilitiesFixed',
  'BuildsFailed',
  'CandidatesHeld',
  'RolledBack',
  'ModelCost',
  'ModelTokens',
])('the headline figure %s is in the first row of the dashboard', (name) => {
  expect(graphs().find((one) => one.name === name)?.by).toMatch(/^A day: /);
});
