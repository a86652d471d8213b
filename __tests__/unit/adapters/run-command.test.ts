import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endRunningCommands, runCommand } from '../../../adapters/local/run-command';
import { EngineError } from '../../../domain/errors';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'golden-images-run-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** A shell that has a child of its own; that one writes a file after 1.5 s, unless it was ended. */
const withGrandchild = (marker: string): string[] => ['-c', '(sleep 1.5; : > "$1") & sleep 30; :', 'sh', marker];
const exists = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined)) !== undefined;

/** How a command ended, and after how many milliseconds. */
async function ended(command: Promise<unknown>): Promise<{ error: unknown; after: number }> {
  const begin = performance.now();
  const error = await command.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, after: performance.now() - begin };
}

describe('a command that takes too long', () => {
  it('is ended with everything that it has started', async () => {
    const marker = join(directory, 'marker');
    const { error, after } = await ended(runCommand('sh', withGrandchild(marker), { timeout: 300 }));
    expect(error).toBeInstanceOf(EngineError);
    expect((error as Error).message).toBe('sh -c took longer than 0.3 s');
    expect(after).toBeLessThan(1400);
    await sleep(2000);
    expect(await exists(marker)).toBe(false);
  });

  it('is not waited for where a process that has left its group keeps the output open', async () => {
    const file = join(directory, 'pid');
    const script = 'setsid sh -c \'echo $$ > "$1"; exec sleep 30\' sh "$1" & sleep 30; :';
    const { error, after } = await ended(runCommand('sh', ['-c', script, 'sh', file], { timeout: 500 }));
    process.kill(Number(await readFile(file, 'utf8')), 'SIGKILL');
    expect(error).toBeInstanceOf(EngineError);
    expect(after).toBeGreaterThan(400);
    expect(after).toBeLessThan(3500);
  });
});

describe('an interruption', () => {
  it('ends all commands that run, with what they have started; each fails, and says how to go on', async () => {
    const markers = [join(directory, 'one'), join(directory, 'two')];
    const running = markers.map(async (marker) => await ended(runCommand('sh', withGrandchild(marker))));
    await sleep(300);
    expect(endRunningCommands()).toBe(2);
    for (const { error, after } of await Promise.all(running)) {
      expect(error).toBeInstanceOf(EngineError);
      expect(error).toMatchObject({ message: 'interrupted', hint: 'run the same command again to go on' });
      expect(after).toBeLessThan(1400);
    }
    expect(endRunningCommands()).toBe(0);
    await sleep(1800);
    expect(await Promise.all(markers.map(exists))).toEqual([false, false]);
  });

  it('ends nothing where nothing runs', async () => {
    await runCommand('true', []);
    expect(endRunningCommands()).toBe(0);
  });
});

describe('a command that ends by itself', () => {
  it('gives its code and both outputs, and nothing of it is interpreted', async () => {
    const script = 'printf "%s" "$1"; echo err >&2; exit 7';
    expect(await runCommand('sh', ['-c', script, 'sh', '$(id); `id` *'])).toEqual({
      ...{ code: 7, stdout: '$(id); `id` *', stderr: 'err\n' },
    });
  });

  it('gets its input; one that does not read it is no error', async () => {
    expect((await runCommand('cat', [], { input: 'text' })).stdout).toBe('text');
    expect((await runCommand('true', [], { input: 'x'.repeat(1 << 20) })).code).toBe(0);
  });

  it('that is not there is an EngineError at once', async () => {
    const { error } = await ended(runCommand('golden-images-no-such-command', []));
    expect(error).toBeInstanceOf(EngineError);
    expect((error as Error).message).toMatch(/^cannot run golden-images-no-such-command: /);
  });
});
