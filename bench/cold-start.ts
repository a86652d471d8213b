import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecked } from '../adapters/local/run-command';
import type { LambdaBundle } from '../scripts/bundle/bundle-function';
import { bundleFunction, bundleLambda, functionNames, zipBundle } from '../scripts/bundle/bundle-function';
import { figure, median } from './timing';

const RUNS = 15;
const ROOT = join(__dirname, '..');
/** What a process says of loading `index.js`: milliseconds. */
const LOAD = `const start = performance.now(); require('./index.js'); process.stdout.write(String(performance.now() - start));`;
/** A class of the SDK, by the module that it is in: a client, or a command of one. */
const SDK_CLASS =
  /(?<module>@aws-sdk\/client-[a-z0-9-]+)\/dist-es\/(?:commands\/)?(?<name>[A-Za-z0-9]+(?:Client|Command))\.js$/;

/**
 * Time to load each function's bundle in a fresh process, environment checked and clients made, against two bundles that
 * are made the same way of the SDK alone: the packages of the same clients, whole; and only the very clients and commands
 * that the function uses, which is the least that loading can take. And the size of each zip.
 */
export async function benchColdStart(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-cold-start-'));
  try {
    const env = await environment(directory);
    for (const name of functionNames()) {
      const bundle = await bundleFunction(name);
      const own = await install(join(directory, name), bundle);
      const classes = sdkClasses(bundle);
      const packages = [...new Set(classes.map(({ module }) => module))].map((module) => `export * from '${module}';`);
      const used = classes.map(({ module, name: one }) => `export { ${one} } from '${module}';`);
      const whole = await install(join(directory, `${name}-packages`), await bundleLines(packages));
      const least = await install(join(directory, `${name}-classes`), await bundleLines(used));
      const times = await alternate([own, whole, least], env);
      const [ownTime = Number.NaN, wholeTime = Number.NaN, leastTime = Number.NaN] = times;
      figure(`cold-start: ${name}, zip`, `${Math.ceil(zipBundle(bundle).length / 1000)} kB`, 'aim ≤ 400 kB');
      figure(`cold-start: ${name}, load`, `${ownTime.toFixed(1)} ms`);
      figure(`cold-start: ${name}, against its SDK packages`, `× ${(ownTime / wholeTime).toFixed(2)}`, 'aim ≤ 1.3');
      figure(`cold-start: ${name}, against the SDK classes it uses`, `× ${(ownTime / leastTime).toFixed(2)}`);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The clients and commands of the SDK that a bundle holds. */
function sdkClasses({ metafile }: LambdaBundle): { module: string; name: string }[] {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.flatMap(([path, { bytesInOutput }]) => {
    const { module, name } = SDK_CLASS.exec(path)?.groups ?? {};
    return module === undefined || name === undefined || bytesInOutput === 0 ? [] : [{ module, name }];
  });
}

async function bundleLines(lines: readonly string[]): Promise<LambdaBundle> {
  return await bundleLambda({ stdin: { contents: lines.join('\n'), resolveDir: ROOT, loader: 'ts' } });
}

/** Median load times of bundles that are loaded in turn, so that what else the machine does is shared. */
async function alternate(directories: readonly string[], env: Readonly<Record<string, string>>): Promise<number[]> {
  const times = directories.map((): number[] => []);
  for (let run = 0; run < RUNS; run++)
    for (const [index, directory] of directories.entries()) times[index]?.push(await load(directory, env));
  return times.map(median);
}

async function install(directory: string, { code }: LambdaBundle): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'index.js'), code);
  return directory;
}

async function load(directory: string, env: Readonly<Record<string, string>>): Promise<number> {
  return Number(await runChecked(process.execPath, ['--eval', LOAD], { cwd: directory, env }));
}

/** What every function finds in its environment. */
async function environment(directory: string): Promise<Record<string, string>> {
  const estate = join(directory, 'golden-images.json');
  const images = [{ name: 'debian-12', repository: 'golden/debian-12', parent: 'debian:12-slim' }];
  await writeFile(estate, JSON.stringify({ version: 1, images }));
  return {
    TABLE_NAME: 'golden-images',
    ESTATE_FILE: estate,
    METRICS_ENVIRONMENT: 'golden-images-bench',
    SCRIPT_BUCKET: 'scripts',
    BUILD_LOG_BUCKET: 'build-logs',
    SIGNAL_PREFIX: '/golden-images/bench/signals',
    PIPELINE_ARN_PREFIX: 'arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/bench-',
    REGISTRY_ACCOUNT: '123456789012',
    REGISTRY_HOST: '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
    TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:golden-images-test-notifications',
    EVENT_BUS_NAME: 'default',
    GATHER_SECONDS: '60',
    AWS_REGION: 'eu-west-1',
  };
}
