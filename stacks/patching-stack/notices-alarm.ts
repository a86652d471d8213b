import type { LambdaFunction } from '../../modules/lambda-function/lambda-function';
import { metricDimensions, METRICS_NAMESPACE } from './metrics';
import type { SharedResources } from './shared-resources';

/**
 * Rings when a function could not tell of something. That goes to the same topic; but CloudWatch publishes there by itself,
 * and the alarm's state is in the console whatever becomes of its message.
 */
export function alarmOnNotices(
  { alarms, settings, topic }: SharedResources,
  service: string,
  target: LambdaFunction,
): void {
  alarms.add(`${service}-notices`, {
    description: `${target.name} could not tell people or systems of something, and does not tell it again. Its log ${target.logGroupName} has it ("nobody could be told"); see that it may publish to ${topic.arn} and put events, and that their key is enabled.`,
    namespace: METRICS_NAMESPACE,
    metric: 'NoticesFailed',
    dimensions: metricDimensions(settings.label, service),
    statistic: 'Sum',
    threshold: 0,
  });
}
