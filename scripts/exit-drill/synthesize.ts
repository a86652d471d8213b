import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runCommand } from '../../adapters/local/run-command';
import { EngineError } from '../../domain/errors';

/** Milliseconds that one synthesis may take; about two seconds are usual. */
const LIMIT = 120_000;

/** A configuration and one of its environments. */
export interface Subject {
  /** Relative to the checkout. */
  readonly config: string;
  readonly environment: string;
}

/** Everything that can be synthesized in a checkout: its own estate and the examples', in every environment. */
export function findSubjects(checkout: string): readonly Subject[] {
  const configs = ['golden-images.yaml', ...examplesIn(checkout)];
  return configs.flatMap((config) => {
    const { environments } = parse(readFileSync(join(checkout, config), 'utf8')) as { environments?: object };
    return Object.keys(environments ?? {}).map((environment) => ({ config, environment }));
  });
}

/**
 * Runs `main.ts` of a checkout.
 * @param checkout one with its own `node_modules` and `dist/functions`
 * @returns the text of `cdk.tf.json` by stack; stacks of examples have the example's path before their name
 * @throws EngineError with what it says where it fails
 */
export async function synthesize(
  checkout: string,
  { config, environment }: Subject,
): Promise<ReadonlyMap<string, string>> {
  const output = mkdtempSync(join(tmpdir(), 'golden-images-synth-'));
  try {
    const env = { ENVIRONMENT: environment, GOLDEN_IMAGES_CONFIG: config, CDKTF_OUTDIR: output };
    const args = ['--disable-warning=ExperimentalWarning', '--import', 'tsx', 'main.ts'];
    const { code, stdout, stderr } = await runCommand(process.execPath, args, { cwd: checkout, env, timeout: LIMIT });
    if (code !== 0) throw new EngineError(`${config} (${environment}) cannot be synthesized:\n${stdout}${stderr}`);
    const stacks = readdirSync(join(output, 'stacks')).sort();
    const prefix = config === 'golden-images.yaml' ? '' : `${config}: `;
    return new Map(
      stacks.map((stack) => [`${prefix}${stack}`, readFileSync(join(output, 'stacks', stack, 'cdk.tf.json'), 'utf8')]),
    );
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

function examplesIn(checkout: string): string[] {
  try {
    return readdirSync(join(checkout, 'examples'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('golden-images.yaml'))
      .map((file) => join('examples', file))
      .sort();
  } catch {
    return []; // there are none
  }
}
