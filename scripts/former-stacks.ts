import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stackManifest } from './stack-manifest';

/** What names of this project's stacks look like: `<kind>-<environment>`. No other folder is ever deleted. */
const STACK_NAME = /^(?:scanning|patching|images)-[a-z0-9]+(?:-[a-z0-9]+)*$/;
const STACKS = 'stacks';

/**
 * Names of the stacks that the last synthesis wrote, by the manifest that it left: those of this project alone.
 * @param output where CDKTF writes, usually `cdktf.out`
 * @returns nothing where there is no manifest, or none that can be read
 */
export function synthesizedStacks(output: string): readonly string[] {
  const parsed = stackManifest.safeParse(readManifest(join(output, 'manifest.json')));
  return Object.entries(parsed.success ? parsed.data.stacks : {})
    .filter(([name, { workingDirectory }]) => STACK_NAME.test(name) && workingDirectory === join(STACKS, name))
    .map(([name]) => name);
}

/**
 * Deletes the folders of stacks that a former synthesis wrote and the last one did not, with the plans in them: an old plan
 * of another environment would be applied along with the new ones. The `cdktf` CLI does the same after it has synthesized.
 * @param former what {@link synthesizedStacks} told before the last synthesis
 * @returns the names of the stacks whose folders were deleted
 */
export function removeFormerStacks(output: string, former: readonly string[]): readonly string[] {
  const current = synthesizedStacks(output);
  const gone = former.filter(
    (name) => !current.includes(name) && existsSync(join(output, STACKS, name, 'cdk.tf.json')),
  );
  for (const name of gone) rmSync(join(output, STACKS, name), { recursive: true });
  return gone;
}

function readManifest(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // the first synthesis, or one that was interrupted
  }
}
