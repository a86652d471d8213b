import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CHECKOUT = join(__dirname, '../..');
/** The Node that `npm run` uses. */
export const NODE = join(CHECKOUT, 'node_modules/.bin/node');

/** The command line as one file, made from the sources of this checkout as they are now. */
export interface CliBundle {
  /** Absolute path of the script. */
  readonly file: string;
  /** Removes it. */
  remove(): Promise<void>;
}

/**
 * Bundles the command line as `npm run golden-images` does, but into a directory of its own: tests start it hundreds of
 * times, and must not run what another checkout has left in a shared cache.
 */
export async function bundleCli(): Promise<CliBundle> {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-cli-'));
  const file = join(directory, 'cli.cjs');
  const flags = ['--bundle', '--platform=node', '--target=node22', '--log-level=error', `--outfile=${file}`];
  await promisify(execFile)(join(CHECKOUT, 'node_modules/.bin/esbuild'), ['cli/main.ts', ...flags], { cwd: CHECKOUT });
  return {
    file,
    remove: async () => {
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** How a run of the bundled command line ended. */
export interface BundleRun {
  /** Exit code; -1 where a signal ended it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from start to end. */
  readonly milliseconds: number;
}

/** How the bundled command line is run. */
export interface BundleOptions {
  readonly nodeFlags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Text for standard input; default none. */
  readonly input?: string;
  /** Is given the process id once it runs. */
  readonly onStart?: (pid: number) => void;
}

/** Runs the bundled command line in a process of its own. */
export async function runBundle(
  bundle: CliBundle,
  args: readonly string[],
  { nodeFlags = [], env = {}, cwd = CHECKOUT, input = '', onStart }: BundleOptions = {},
): Promise<BundleRun> {
  const started = performance.now();
  return await new Promise((resolve, reject) => {
    const child = spawn(NODE, ['--disable-warning=ExperimentalWarning', ...nodeFlags, bundle.file, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
    });
    if (child.pid !== undefined) onStart?.(child.pid);
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', reject);
    // Not `close`: what a killed run leaves behind may hold its pipes open.
    child.on('exit', (code, signal) => {
      setImmediate(() => {
        resolve({ code: code ?? -1, signal, ...said, milliseconds: performance.now() - started });
      });
    });
  });
}
