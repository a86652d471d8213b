import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard';
import { Construct } from 'constructs';
import { literal } from '../terraform-text/terraform-text';

/** A graph: its title and its metrics. */
export interface Graph {
  readonly title: string;
  /** Each as CloudWatch has them: namespace, metric, then names and values of dimensions (CloudWatch, "Dashboard body"). */
  readonly metrics: readonly (readonly string[])[];
  readonly statistic: 'Sum' | 'Maximum' | 'p90';
}

/** What a dashboard is made with. */
export interface DashboardProps {
  readonly name: string;
  readonly region: string;
  readonly graphs: readonly Graph[];
}

/** Width of a graph: half of CloudWatch's 24 columns. */
const WIDTH = 12;
const HEIGHT = 6;

/** Graphs in two columns. */
export class Dashboard extends Construct {
  constructor(scope: Construct, id: string, { name, region, graphs }: DashboardProps) {
    super(scope, id);
    const widgets = graphs.map(({ title, metrics, statistic }, index) => ({
      type: 'metric',
      x: (index % 2) * WIDTH,
      y: Math.floor(index / 2) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      properties: { title, region, view: 'timeSeries', stat: statistic, period: 300, metrics },
    }));
    new CloudwatchDashboard(this, 'dashboard', {
      dashboardName: name,
      dashboardBody: literal(JSON.stringify({ widgets })),
    });
  }
}
