import { Metrics as PowertoolsMetrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MeasureUnit, Metrics } from '../../domain/ports';

/** Namespace of all metrics of this project in CloudWatch. */
export const METRICS_NAMESPACE = 'GoldenImages';

/** The metrics of a Lambda, written to its log in CloudWatch's embedded metric format. */
export interface LambdaMetrics extends Metrics {
  /** Writes what was counted; to be called at the end of every invocation. */
  publish(): void;
}

/** CloudWatch has no unit of money. */
const UNITS: Readonly<Record<MeasureUnit, (typeof MetricUnit)[keyof typeof MetricUnit]>> = {
  seconds: MetricUnit.Seconds,
  count: MetricUnit.Count,
  percent: MetricUnit.Percent,
  cost: MetricUnit.NoUnit,
};

/**
 * Makes a Lambda's metrics with Powertools. Every count has the dimensions `environment` and `service`; one with a reason
 * is also kept with `environment`, `service` and `reason`, so that an alarm may watch either.
 * @param service name of the function, e.g. `ingest-finding`
 * @param environment what tells the deployments of one account and region apart, e.g. `golden-images-prod`
 */
export function makePowertoolsMetrics(service: string, environment: string): LambdaMetrics {
  const metrics = new PowertoolsMetrics({
    namespace: METRICS_NAMESPACE,
    serviceName: service,
    defaultDimensions: { environment },
  });
  return {
    count: (name, value, reason) => {
      if (value === 0) return;
      metrics.addMetric(name, MetricUnit.Count, value);
      if (reason !== undefined)
        metrics.singleMetric().addDimension('reason', reason).addMetric(name, MetricUnit.Count, value);
    },
    measure: (name, value, unit, by = {}) => {
      const metric = metrics.singleMetric();
      for (const [dimension, text] of Object.entries(by)) metric.addDimension(dimension, text);
      metric.addMetric(name, UNITS[unit], value);
    },
    publish: () => {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
