import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, median, milliseconds } from './timing';

const RUNS = 9;
const COMMANDS = 'apt-get update && apt-get install -y --only-upgrade openssl && rm -rf /var/lib/apt/lists/*\n';

/** Wall time of one `vet` of the command line, from start to exit. */
export async function benchVet(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-bench-'));
  try {
    const request = join(directory, 'request.json');
    const targets = [{ package: 'openssl', floor: '3.0.15-1~deb12u1' }];
    await writeFile(request, JSON.stringify({ ecosystem: 'apt', targets }));
    await vet(request); // bundles the sources where they have changed
    const times: number[] = [];
    for (let run = 0; run < RUNS; run++)
      times.push(
        await milliseconds(async () => {
          await vet(request);
        }),
      );
    figure('vet: one run of the CLI', `${(median(times) / 1000).toFixed(2)} s`, 'aim ≤ 0.50 s');
    figure('vet: the slowest run', `${(Math.max(...times) / 1000).toFixed(2)} s`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function vet(request: string): Promise<void> {
  const flags = ['--disable-warning=ExperimentalWarning', 'scripts/golden-images.mjs', 'vet', '--request', request];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(process.execPath, flags, { stdio: ['pipe', 'ignore', 'inherit'] });
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`vet ended with ${String(code)}`));
    });
    child.stdin.end(COMMANDS);
  });
}
