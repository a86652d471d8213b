import pc from 'picocolors';
import type { Logger } from '../../domain/ports';
import { printable, printableJson } from './printable';

/** Progress goes to standard error, so that standard output stays the result's. */
export function progress(message: string): void {
  process.stderr.write(`${pc.dim('·')} ${printable(message)}\n`);
}

/** The log of a CLI run: warnings and errors to standard error, everything with `--verbose`. */
export function consoleLogger(verbose: boolean): Logger {
  const write = (level: string, message: string, facts: Readonly<Record<string, unknown>> = {}): void => {
    const text = Object.entries(facts).map(([key, value]) => `${key}=${printable(format(value))}`);
    process.stderr.write(`${pc.dim(level)} ${message}${text.length > 0 ? `: ${text.join(' ')}` : ''}\n`);
  };
  const quiet = (): void => undefined;
  return {
    debug: verbose
      ? (message, facts) => {
          write('debug', message, facts);
        }
      : quiet,
    info: verbose
      ? (message, facts) => {
          write('info', message, facts);
        }
      : quiet,
    warn: (message, facts) => {
      write(pc.yellow('warn'), message, facts);
    },
    error: (message, facts) => {
      write(pc.red('error'), message, facts);
    },
  };
}

function format(value: unknown): string {
  if (value === undefined) return 'undefined';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Prints one JSON document to standard output, with what would steer a terminal escaped: the values are the same. */
export function printJson(value: unknown): void {
  process.stdout.write(`${printableJson(JSON.stringify(value, null, 2))}\n`);
}

/** Prints a line to standard output. */
export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`);
}
