import type { LambdaFunction } from '../../modules/lambda-function/lambda-function';
import { metricDimensions, METRICS_NAMESPACE } from './metrics';
import type { SharedResources } from './shared-resources';

/** Rings when a function has put an image off: a service refuses, a builder fails, or an item of the image cannot be read. */
export function alarmOnPostponed({ alarms, settings }: SharedResources, service: string, target: LambdaFunction): void {
  alarms.add(`${service}-postponed`, {
    description: `${target.name} cannot do its part for an image until somebody mends the cause. The log ${target.logGroupName} and the image's REPLAN item say why; it is tried again by itself.`,
    namespace: METRICS_NAMESPACE,
    metric: 'ImagesPostponed',
    dimensions: metricDimensions(settings.label, service),
    statistic: 'Sum',
    threshold: 0,
  });
}
