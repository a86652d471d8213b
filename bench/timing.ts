/** Milliseconds that an action takes. */
export async function milliseconds(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints one figure: its name, its value, and what was aimed at. */
export function figure(name: string, value: string, aim = ''): void {
  process.stdout.write(`${name.padEnd(58)} ${value.padStart(12)}  ${aim}\n`);
}
