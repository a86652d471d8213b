import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { EngineError } from '../../domain/errors';

/** How a command ended. */
export interface CommandResult {
  /** Exit code; 128 + n where signal n ended it. */
  readonly code: number;
  readonly stdout: string;
  /** The last 64 KiB. */
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandOptions {
  /** Working directory; default the process's. */
  readonly cwd?: string;
  /** Variables added to, or replacing those of, the process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** File that standard output and standard error are written to as they come. */
  readonly logFile?: string;
  /** Called for each line of output, for progress. */
  readonly onLine?: (line: string) => void;
  /** Text for standard input; default none. */
  readonly input?: string;
  /** Milliseconds after which the command is ended. Default 30 minutes. */
  readonly timeout?: number;
}

const DEFAULT_TIMEOUT = 30 * 60_000;
const STDERR_KEPT = 64 * 1024;
const STDOUT_LIMIT = 256 * 1024 * 1024;

/** Milliseconds that a command's output is waited for after its processes were ended. */
const GRACE = 2000;

const running = new Set<(reason: Error) => void>();

/**
 * Ends every command that runs, with all its processes; each fails with an EngineError, so that its caller cleans up.
 * @returns how many there were
 */
export function endRunningCommands(): number {
  const count = running.size;
  for (const stop of running) stop(new EngineError('interrupted', { hint: 'run the same command again to go on' }));
  return count;
}

/**
 * Runs a command with an argument list: no shell, so nothing is ever interpreted. It gets a process group of its own, so
 * that ending it ends what it has started too.
 * @throws EngineError where it cannot be started, takes too long, is interrupted, or prints over 256 MiB
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const log = options.logFile === undefined ? undefined : createWriteStream(options.logFile, { flags: 'a' });
    const stdout: Buffer[] = [];
    let stdoutBytes = 0;
    let stderr = '';
    let pending = '';
    let failure: Error | undefined;
    const stop = (error: Error): void => {
      if (failure !== undefined || finished) return;
      failure = error;
      endGroup(child.pid);
      // A process that has left the group may hold the pipes open; it is not waited for.
      setTimeout(() => {
        finish(null, 'SIGKILL');
      }, GRACE).unref();
    };
    running.add(stop);
    let finished = false;
    const timer = setTimeout(() => {
      stop(
        new EngineError(
          `${command} ${args[0] ?? ''} took longer than ${(options.timeout ?? DEFAULT_TIMEOUT) / 1000} s`,
        ),
      );
    }, options.timeout ?? DEFAULT_TIMEOUT);
    const observe = (chunk: Buffer): void => {
      log?.write(chunk);
      if (options.onLine === undefined) return;
      const lines = (pending + chunk.toString('utf8')).split('\n');
      pending = (lines.pop() ?? '').slice(-4096);
      lines.forEach(options.onLine);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      observe(chunk);
      stdoutBytes += chunk.length;
      if (stdoutBytes > STDOUT_LIMIT) stop(new EngineError(`${command} printed more than ${STDOUT_LIMIT} bytes`));
      else if (log === undefined) stdout.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      observe(chunk);
      stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_KEPT);
    });
    // A command that ends without reading its input is no error of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    log?.on('error', (error) => {
      stop(new EngineError(`cannot write ${options.logFile ?? ''}: ${error.message}`, { cause: error }));
    });
    child.on('error', (error) => {
      failure ??= new EngineError(`cannot run ${command}: ${error.message}`, { cause: error });
      if (child.pid === undefined) finish(127, null);
    });
    child.on('close', finish);
    function finish(code: number | null, signal: NodeJS.Signals | null): void {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      running.delete(stop);
      const settle = (): void => {
        if (failure !== undefined) reject(failure);
        else
          resolve({
            code: code ?? (signal === null ? 1 : 137),
            stdout: Buffer.concat(stdout).toString('utf8'),
            stderr,
          });
      };
      if (log === undefined || log.destroyed) settle();
      else log.end(settle);
    }
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

/**
 * Runs a command that is expected to succeed.
 * @returns its standard output
 * @throws EngineError with the last lines of its standard error where it exits with another code than 0
 */
export async function runChecked(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await runCommand(command, args, options);
  if (result.code === 0) return result.stdout;
  throw new EngineError(
    `${command} ${args[0] ?? ''} failed with exit code ${result.code}: ${lastLines(result.stderr)}`,
  );
}

/** The last few lines of a command's output, in one line. */
export function lastLines(text: string, count = 3): string {
  return text.trim().split('\n').slice(-count).join(' | ').slice(-1000);
}
