import type { Label } from '../../domain/config/label';

/** Namespace of the functions' own metrics (adapters/aws/powertools-metrics.ts). */
export const METRICS_NAMESPACE = 'GoldenImages';

/**
 * Dimensions of a function's own metrics. Those of several environments in one account and region are apart by the first.
 * @param reason of counts that have one
 */
export function metricDimensions(
  label: Pick<Label, 'prefix'>,
  service: string,
  reason?: string,
): Readonly<Record<string, string>> {
  return { environment: label.prefix, service, ...(reason !== undefined && { reason }) };
}
