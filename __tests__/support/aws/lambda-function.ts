import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { unzipSync } from 'fflate';
import { TEST_ACCOUNT, TEST_REGION } from './aws-environment';

/** A function as it is deployed. */
export interface LambdaFunctionOptions {
  readonly name: string;
  /** The zip of its code; its handler is `index.handler`. */
  readonly zip: Uint8Array;
  /** Zip of its layer, which is laid out below {@link LambdaFunction.layerRoot}. */
  readonly layer?: Uint8Array;
  /** Its environment, told where the layer lies: `/opt` on Lambda. */
  readonly environment: (layerRoot: string) => Readonly<Record<string, string>>;
  /** Seconds that an invocation may take. @default 60 */
  readonly timeout?: number;
  /** Milliseconds by which its clock is ahead of the machine's, asked at each invocation. @default 0 */
  readonly ahead?: () => number;
}

/** A function error: the handler threw, its process died, or its time was up. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError';
}

const RUNTIME = join(__dirname, 'lambda-runtime.cjs');
/** What ends the log of an invocation; its id follows. */
const END = 'END RequestId: ';

interface Answer {
  readonly ready?: true;
  readonly id?: string;
  readonly response?: string;
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
}

interface Running {
  readonly process: ChildProcess;
  /** Resolves when the handler is loaded; rejects where that fails. */
  readonly ready: Promise<void>;
}

/**
 * A Lambda function: its zip, unpacked, in a process of its own that has its environment and nothing else of this one's.
 * The process is started by the first invocation and kept for the next ones; it works on one event at a time.
 */
export class LambdaFunction {
  /** What it has written to its log, line by line. */
  readonly log: string[] = [];
  /** Cold starts so far. */
  coldStarts = 0;
  private readonly options: LambdaFunctionOptions;
  private root: Promise<string> | undefined;
  private running: Running | undefined;
  private busy: Promise<unknown> = Promise.resolve();
  private lastEnd = '';
  private settle: ((answer: Answer | FunctionError) => void) | undefined;

  constructor(options: LambdaFunctionOptions) {
    this.options = options;
  }

  /** True while it works on an event. */
  get isBusy(): boolean {
    return this.settle !== undefined;
  }

  /** Hands it an event, as JSON. @returns what its handler gave, as JSON gives it back @throws FunctionError */
  async invoke(event: unknown): Promise<unknown> {
    const turn = this.busy.then(async () => await this.run(event));
    this.busy = turn.catch(() => undefined);
    return await turn;
  }

  /** Ends its process at once, in whatever it is doing: the next invocation is a cold start. */
  kill(): void {
    this.running?.process.kill('SIGKILL');
    this.running = undefined;
    this.settle?.(new FunctionError(`${this.options.name}: the process was killed`));
  }

  /** Ends its process and removes its files. */
  async remove(): Promise<void> {
    this.kill();
    if (this.root !== undefined) await rm(await this.root, { recursive: true, force: true });
    this.root = undefined;
  }

  private async run(event: unknown): Promise<unknown> {
    this.root ??= this.unpack();
    this.running ??= this.start(await this.root);
    const { process: child, ready } = this.running;
    await ready;
    const [id, limit] = [randomUUID(), (this.options.timeout ?? 60) * 1000];
    const arn = `arn:aws:lambda:${TEST_REGION}:${TEST_ACCOUNT}:function:${this.options.name}`;
    let timer: NodeJS.Timeout | undefined;
    const answer = await new Promise<Answer | FunctionError>((resolve) => {
      this.settle = resolve;
      timer = setTimeout(() => {
        this.kill();
      }, limit);
      child.send({ id, event, arn, limit, ahead: this.options.ahead?.() ?? 0 });
    });
    clearTimeout(timer);
    this.settle = undefined;
    if (!(answer instanceof FunctionError)) await this.untilLogged(`${END}${id}`);
    if (answer instanceof FunctionError) throw answer;
    const { error, response } = answer;
    if (error !== undefined) throw new FunctionError(`${error.errorType}: ${error.errorMessage}`);
    return response === undefined ? null : (JSON.parse(response) as unknown);
  }

  /** The answer may come before the last of what was said. */
  private async untilLogged(line: string): Promise<void> {
    while (this.lastEnd !== line && this.running !== undefined) await sleep(1);
  }

  private async unpack(): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), `golden-images-${this.options.name}-`));
    const { zip, layer } = this.options;
    for (const [folder, files] of [
      ['task', unzipSync(zip)],
      ['opt', layer === undefined ? {} : unzipSync(layer)],
    ] as const)
      for (const [name, bytes] of Object.entries(files)) {
        const file = join(root, folder, name);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, bytes);
      }
    return root;
  }

  private start(root: string): Running {
    this.coldStarts++;
    const task = join(root, 'task');
    const child = fork(RUNTIME, {
      cwd: task,
      execArgv: [],
      env: {
        LAMBDA_TASK_ROOT: task,
        AWS_LAMBDA_FUNCTION_NAME: this.options.name,
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
        ...this.options.environment(join(root, 'opt')),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null)
        createInterface({ input: stream }).on('line', (line) => {
          if (line.startsWith(END)) this.lastEnd = line;
          else if (line !== '') {
            said.push(line);
            this.log.push(line);
          }
        });
    // A test that fails before it removes the function must not keep its process alive.
    child.unref();
    child.channel?.unref();
    const ready = new Promise<void>((resolve, reject) => {
      child.on('message', (message: Answer) => {
        if (message.ready === true) resolve();
        else this.settle?.(message);
      });
      child.on('close', (code, signal) => {
        const error = new FunctionError(
          `${this.options.name} ended (${code ?? signal ?? ''}): ${said.join('\n').slice(-2000)}`,
        );
        if (this.running?.process === child) {
          this.running = undefined;
          this.settle?.(error);
        }
        reject(error);
      });
    });
    ready.catch(() => undefined);
    return { process: child, ready };
  }
}
