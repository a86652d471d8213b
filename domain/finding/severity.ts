/** Inspector's severities, in rising order; `UNTRIAGED` (not scored yet) ranks lowest. */
export const SEVERITIES = ['UNTRIAGED', 'INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;

/** One of Inspector's severities. */
export type Severity = (typeof SEVERITIES)[number];

/**
 * Reads a severity; a value outside Inspector's enum counts as `UNTRIAGED`, because nothing is known about it.
 * @param text as the scanner wrote it, any case
 */
export function parseSeverity(text: string): Severity {
  const upper = text.toUpperCase();
  return SEVERITIES.find((severity) => severity === upper) ?? 'UNTRIAGED';
}

/** True where `severity` is `minimum` or worse. */
export function isAtLeast(severity: Severity, minimum: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(minimum);
}
