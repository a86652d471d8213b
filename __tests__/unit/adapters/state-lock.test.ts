import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockState } from '../../../adapters/local/state-lock';
import { BadInputError } from '../../../domain/errors';

const CHECKOUT = join(__dirname, '../../..');
const HOLD = `
  const { lockState } = await import('./adapters/local/state-lock.ts');
  lockState(process.argv[1]);
  console.log('locked');
  setInterval(() => {}, 60_000);
`;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'golden-images-lock-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** What a second run is told. */
function refusal(): unknown {
  try {
    lockState(directory)();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** A process of its own that has locked the directory. */
async function holder(): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', 'tsx', '--input-type=module', '--eval', HOLD, directory],
    { cwd: CHECKOUT, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the holder ended with ${String(code)}`);
    }),
  ]);
  return child;
}

it('a second lock is refused, names the process that has the first, and is given after its release', () => {
  const unlock = lockState(directory);
  const error = refusal();
  expect(error).toBeInstanceOf(BadInputError);
  expect(error).toMatchObject({
    message: `another golden-images run (process ${process.pid}) uses the state directory ${directory}`,
    hint: expect.stringContaining('--state') as unknown,
  });
  expect(refusal()).toBeInstanceOf(BadInputError);
  unlock();
  expect([refusal(), refusal()]).toEqual([undefined, undefined]);
});

it('the locks of two directories have nothing to do with each other', () => {
  const other = mkdtempSync(join(tmpdir(), 'golden-images-lock-'));
  const unlock = lockState(other);
  expect(refusal()).toBeUndefined();
  unlock();
  rmSync(other, { recursive: true });
});

it('a lock goes with its process, also where that is killed', async () => {
  const child = await holder();
  try {
    const error = refusal();
    expect(error).toBeInstanceOf(BadInputError);
    expect((error as Error).message).toContain(`process ${child.pid ?? 0})`);
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  expect(refusal()).toBeUndefined();
});

it('a directory that is not there is told by its path', () => {
  expect(() => lockState(join(directory, 'nowhere'))).toThrow(join(directory, 'nowhere', 'run.lock'));
});
