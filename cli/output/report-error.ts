import { CommanderError } from 'commander';
import pc from 'picocolors';
import type { ErrorKind } from '../../domain/errors';
import { GoldenImagesError } from '../../domain/errors';
import { EXIT } from '../exit-codes';
import { printable } from './printable';

const EXIT_BY_KIND: Readonly<Record<ErrorKind, number>> = {
  'bad-input': EXIT.badInput,
  refused: EXIT.refused,
  build: EXIT.buildFailed,
  proof: EXIT.proofFailed,
  internal: EXIT.internal,
};

/**
 * Prints an error for a person: what, where, what to do. The stack and the causes only with `--verbose`.
 * @returns the exit code that goes with it
 */
export function reportError(error: unknown, verbose: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  if (error instanceof GoldenImagesError) {
    printError(error.message, error.hint);
    if (verbose) printStack(error);
    return EXIT_BY_KIND[error.kind];
  }
  const message = error instanceof Error ? error.message : String(error);
  printError(
    message,
    isFullDisk(error)
      ? 'free some space, then run the same command again'
      : 'run again with --verbose and report it, if it stays',
  );
  if (verbose) printStack(error);
  return EXIT.internal;
}

/** Prints what is wrong and what to do, to standard error. */
export function printError(message: string, hint: string | undefined): void {
  process.stderr.write(`${pc.red('error:')} ${printable(message, { multiline: true })}\n`);
  if (hint !== undefined) process.stderr.write(`${pc.dim('hint:')} ${printable(hint, { multiline: true })}\n`);
}

/** Prints what a person should know although the run goes on, to standard error. */
export function printWarning(message: string): void {
  process.stderr.write(`${pc.yellow('warning:')} ${printable(message)}\n`);
}

function printStack(error: unknown): void {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
    process.stderr.write(`${printable(cause.stack ?? cause.message, { multiline: true })}\n`);
}

function isFullDisk(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOSPC';
}
