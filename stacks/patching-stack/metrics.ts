/** Namespace of the functions' own metrics (adapters/aws/powertools-metrics.ts). */
export const METRICS_NAMESPACE = 'GoldenImages';
