import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port';

/** Longest time that moto may take to answer, in milliseconds; about half a second is usual. */
const START_LIMIT_MS = 60_000;

/** A running `moto_server`: AWS APIs over HTTP, kept in memory (reference: https://docs.getmoto.org). */
export interface MotoServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Ends the process. */
  stop(): Promise<void>;
}

/**
 * Starts `moto_server` on a free loopback port and waits until it answers.
 * @throws Error where it does not; with the code ENOENT where it is not installed
 */
export async function startMotoServer(): Promise<MotoServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  // A group of its own: `moto_server` may be a shim that starts Python.
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', detached: true });
  await once(server, 'spawn');
  const exited = once(server, 'exit');
  const kill = (): void => {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGKILL');
  };
  process.once('exit', kill);
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      kill();
      throw new Error(`moto_server does not answer on ${url} (exit code ${server.exitCode ?? 'none'})`);
    }
    await sleep(50);
  }
  return {
    url,
    stop: async () => {
      process.removeListener('exit', kill);
      kill();
      await exited;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/moto-api/`)).ok;
  } catch {
    return false;
  }
}
