/** A value as JSON; undefined where it is none, or nested deeper than can be written. */
export function jsonText(value: unknown): string | undefined {
  try {
    const text: string | undefined = JSON.stringify(value);
    return text;
  } catch {
    return undefined;
  }
}
