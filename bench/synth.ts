import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { figure, median } from './timing';

const run = promisify(execFile);
const CHECKOUT = join(__dirname, '..');
/** Image Builder's quota is 75 pipelines; 300 is the most that a configuration may have. */
const SIZES = [1, 10, 75, 300];
const RUNS = 3;

/** Time and memory of `main.ts` by the number of golden images, each in a process of its own. */
export async function benchSynth(): Promise<void> {
  await run(process.execPath, ['--import', 'tsx', 'scripts/bundle.ts'], { cwd: CHECKOUT });
  const scratch = mkdtempSync(join(tmpdir(), 'golden-images-bench-synth-'));
  try {
    await synthesize(scratch, 1); // fills the caches of files and of compiled code
    const times: number[] = [];
    for (const size of SIZES) {
      const measured: Measured[] = [];
      for (let index = 0; index < RUNS; index++) measured.push(await synthesize(scratch, size));
      const milliseconds = median(measured.map((one) => one.milliseconds));
      const megabytes = median(measured.map((one) => one.megabytes));
      times.push(milliseconds);
      const aim = size <= 10 ? 'aim ≤ 5,000 ms, ≤ 200 MB' : '';
      figure(`synth: ${size} images`, `${Math.round(milliseconds).toLocaleString('en')} ms`, aim);
      figure(`synth: ${size} images, peak memory`, `${Math.round(megabytes)} MB`);
    }
    for (const [index, size] of SIZES.entries()) {
      const [before, time] = [times[index - 1], times[index]];
      if (before === undefined || time === undefined) continue;
      const added = size - (SIZES[index - 1] ?? 0);
      figure(
        `synth: each image from ${SIZES[index - 1] ?? 0} to ${size}`,
        `${((time - before) / added).toFixed(1)} ms`,
        'aim ≤ 20 ms',
      );
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

interface Measured {
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** Prints the peak of its own process when it ends (getrusage, ru_maxrss: KB on Linux). */
const REPORT = "process.on('exit', () => { process.stderr.write('peak ' + process.resourceUsage().maxRSS) })";

async function synthesize(scratch: string, size: number): Promise<Measured> {
  const config = join(scratch, `${size}.yaml`);
  writeFileSync(config, configOf(size));
  const report = join(scratch, 'report.cjs');
  writeFileSync(report, REPORT);
  const start = performance.now();
  const { stderr } = await run(process.execPath, ['--require', report, '--import', 'tsx', 'main.ts'], {
    cwd: CHECKOUT,
    env: { ...process.env, ENVIRONMENT: 'bench', GOLDEN_IMAGES_CONFIG: config, CDKTF_OUTDIR: join(scratch, 'out') },
  });
  const peak = /peak (?<kilobytes>\d+)/.exec(stderr)?.groups?.['kilobytes'];
  return { milliseconds: performance.now() - start, megabytes: Number(peak) / 1024 };
}

function configOf(size: number): string {
  const images = Array.from({ length: size }, (_, index) => {
    const name = `image-${String(index).padStart(3, '0')}`;
    return `  - { name: ${name}, repository: golden/${name}, parent: public.ecr.aws/docker/library/debian:12-slim }`;
  });
  return `version: 1
images:
${images.join('\n')}
environments:
  bench: { account: '123456789012', region: eu-west-1, backend: { type: local } }
`;
}
