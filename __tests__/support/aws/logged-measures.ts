import { z } from 'zod';

/** A line of CloudWatch's embedded metric format (CloudWatch, "Specification: Embedded metric format"). */
const emfLine = z.looseObject({
  _aws: z.object({
    CloudWatchMetrics: z.array(z.object({ Metrics: z.array(z.object({ Name: z.string() })) })),
  }),
});
const values = z.union([z.number(), z.array(z.number())]);

/** What CloudWatch makes of a log: every value of a metric, whatever its dimensions, in the order of the lines. */
export function loggedMeasures(lines: readonly string[], metric: string): number[] {
  return lines.flatMap((line) => {
    const parsed = emfLine.safeParse(parseJson(line));
    if (!parsed.success) return [];
    const names = parsed.data._aws.CloudWatchMetrics.flatMap(({ Metrics }) => Metrics.map(({ Name }) => Name));
    return names.includes(metric) ? [values.parse(parsed.data[metric])].flat() : [];
  });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
