import type { Logger, Metrics } from '../../../domain/ports';

/** A line of the log. */
export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A logger that keeps its lines. */
export function recordingLogger(): Logger & { readonly lines: Line[] } {
  const lines: Line[] = [];
  const at =
    (level: Line['level']) =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}): void => {
      lines.push({ level, message, facts });
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A value that was noted. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly by: Readonly<Record<string, string>>;
}

/** Metrics that keep their sums, by `name` and `name reason`, and every measure. */
export function recordingMetrics(): Metrics & {
  readonly counts: Record<string, number>;
  readonly measures: Measured[];
} {
  const counts: Record<string, number> = {};
  const measures: Measured[] = [];
  return {
    counts,
    measures,
    measure: (name, value, unit, by = {}) => {
      measures.push({ name, value, unit, by });
    },
    count: (name, value, reason) => {
      if (value === 0) return;
      for (const key of [name, ...(reason === undefined ? [] : [`${name} ${reason}`])])
        counts[key] = (counts[key] ?? 0) + value;
    },
  };
}
