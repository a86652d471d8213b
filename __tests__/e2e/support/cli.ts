import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Root of the checkout: the working directory of every run. */
const CHECKOUT = join(__dirname, '../../..');
const NODE = join(CHECKOUT, 'node_modules/.bin/node');
const MAIN = ['--disable-warning=ExperimentalWarning', '--import', 'tsx', 'cli/main.ts'];

/** How a run of the command line ended. */
export interface CliRun {
  /** Exit code; -1 where a signal ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the command line is run. */
export interface CliOptions {
  /** Directory that stands first on PATH: what is in it is found instead of the machine's tools. */
  readonly toolsFirst?: string;
  /** Ends the run, and everything that it started, with SIGKILL as soon as standard error holds this text. */
  readonly killAt?: string;
  /** Directory for the run's temporary files. @default the system's */
  readonly temporary?: string;
  /** Variables beside this process's own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `golden-images` as its users do: a process of its own, in the checkout, without colours. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const path = process.env['PATH'] ?? '';
  const { toolsFirst, killAt, temporary, environment } = options;
  return await new Promise((resolve, reject) => {
    const child = spawn(NODE, [...MAIN, ...args], {
      cwd: CHECKOUT,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: killAt !== undefined,
      env: {
        ...process.env,
        ...environment,
        NO_COLOR: '1',
        ...(toolsFirst !== undefined && { PATH: `${toolsFirst}:${path}` }),
        ...(temporary !== undefined && { TMPDIR: temporary }),
      },
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
      if (killAt !== undefined && said.stderr.includes(killAt) && child.pid !== undefined) killGroup(child.pid);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? -1, ...said });
    });
  });
}

/** Ends a process that was started detached, with all of its children. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
