import { spawn } from 'node:child_process';
import { EngineError } from '../domain/errors';

/** How a command is run. */
export interface CommandOptions {
  /** Working directory; default: this process's. */
  readonly cwd?: string;
  /** Variables added to (or replacing) this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure; default: only 0. `any` accepts all. */
  readonly accept?: readonly number[] | 'any';
}

/** What a command left behind. */
export interface CommandResult {
  /** Exit code; 128 + signal number is not modelled: a killed command has -1. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs a program with an argument list (never through a shell) and collects its output.
 * @throws EngineError where the program is missing, or exits with a code that is not accepted; the message carries the
 *   last lines of its standard error
 */
export async function run(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await new Promise<CommandResult>((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (cause) => {
      reject(new EngineError(`cannot run ${command}: ${cause.message}`, { hint: `install ${command}`, cause }));
    });
    child.on('close', (code) => {
      resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') });
    });
  });
  const accept = options.accept ?? [0];
  if (accept !== 'any' && !accept.includes(result.code)) {
    const said = `${result.stderr.trim()}\n${result.stdout.toString('utf8').trim()}`
      .split('\n')
      .slice(0, 20)
      .join('\n');
    throw new EngineError(`${command} ${args.slice(0, 3).join(' ')} … exited ${result.code}: ${said.trim()}`);
  }
  return result;
}

/** {@link run}, for its standard output as UTF-8 text. */
export async function output(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return (await run(command, args, options)).stdout.toString('utf8');
}
