import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { Construct } from 'constructs';
import { literal } from '../terraform-text/terraform-text';

/** A metric as CloudWatch has it: namespace, metric, then names and values of dimensions (CloudWatch, "Dashboard body"). */
export type GraphMetric = readonly string[];

/** Several metrics as one line: their sum. */
export interface GraphSum {
  readonly label: string;
  /** One or more. A period in which one of them has no value counts it as 0. */
  readonly of: readonly GraphMetric[];
  /** Side of the graph whose scale it has. @default left */
  readonly axis?: 'left' | 'right';
}

/** A graph: its title and its lines. */
export interface Graph {
  readonly title: string;
  /** A line each. */
  readonly metrics?: readonly GraphMetric[];
  /** A line each. */
  readonly sums?: readonly GraphSum[];
  readonly statistic: 'Sum' | 'Maximum' | 'p90';
  /**
   * Seconds that are a point of the line.
   *
   * @default 300
   */
  readonly periodSeconds?: number;
  /**
   * Columns of CloudWatch's 24 that it takes.
   *
   * @default 12
   */
  readonly width?: number;
}

/** What a dashboard is made with. */
export interface DashboardProps {
  readonly name: string;
  readonly region: string;
  readonly graphs: readonly Graph[];
}

/** Columns of a dashboard (CloudWatch, "Dashboard body"). */
const COLUMNS = 24;
const HEIGHT = 6;

/** Graphs from left to right, and the next row where one does not fit. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, region, graphs }: DashboardProps) {
    super(scope, id);
    let [x, y] = [0, 0];
    const widgets = graphs.map((graph) => {
      const { title, statistic, periodSeconds = 300, width = COLUMNS / 2 } = graph;
      if (x + width > COLUMNS) [x, y] = [0, y + HEIGHT];
      const place = { x, y, width, height: HEIGHT };
      x += width;
      const properties = { title, region, view: 'timeSeries', stat: statistic, period: periodSeconds };
      return { type: 'metric', ...place, properties: { ...properties, metrics: linesOf(graph) } };
    });
    new CloudwatchDashboard(this, 'dashboard', {
      dashboardName: name,
      dashboardBody: literal(JSON.stringify({ widgets })),
    });
  }
}

/** The lines as CloudWatch has them: the parts of a sum are there by id, and not shown (CloudWatch, "Metric math"). */
function linesOf({ metrics = [], sums = [] }: Graph): unknown[] {
  return [
    ...metrics,
    ...sums.flatMap(({ label, of, axis = 'left' }, index) => {
      const ids = of.map((_, part) => `s${index}p${part}`);
      return [
        ...of.map((metric, part) => [...metric, { id: ids[part], visible: false }]),
        [
          {
            expression: `SUM([${ids.map((id) => `FILL(${id},0)`).join(',')}])`,
            ...{ id: `s${index}`, label, yAxis: axis },
          },
        ],
      ];
    }),
  ];
}
