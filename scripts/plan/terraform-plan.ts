import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { CommandResult } from '../../adapters/local/run-command';
import { runCommand } from '../../adapters/local/run-command';
import { BadInputError, EngineError } from '../../domain/errors';
import { stackManifest } from '../stack-manifest';
import type { PlanDocument } from './plan-document';
import { parsePlanDocument } from './plan-document';

/** Where a stack's plan is kept, in the stack's folder: what `terraform apply` is given. It holds values in the clear. */
export const PLAN_FILE = 'tfplan';

/** How stacks are planned. */
export interface PlanOptions {
  /** Where `npm run synth` wrote the stacks. */
  readonly output: string;
  /** Names of the stacks; default all. */
  readonly stacks?: readonly string[];
  /** Plans what removing everything would do. */
  readonly destroy: boolean;
  /** Called for each line that Terraform says. */
  readonly onLine?: (line: string) => void;
}

/** A plan and whose it is. */
export interface StackPlan {
  readonly stack: string;
  readonly plan: PlanDocument;
}

/**
 * Has Terraform plan the synthesized stacks, one after the other, by name.
 * @throws BadInputError where there is no such stack, EngineError with what Terraform says where it fails
 */
export async function planStacks(options: PlanOptions): Promise<readonly StackPlan[]> {
  const plans: StackPlan[] = [];
  for (const [stack, directory] of chosenStacks(options)) {
    await terraform(stack, directory, options, ['init', '-input=false', '-no-color']);
    const destroy = options.destroy ? ['-destroy'] : [];
    await terraform(stack, directory, options, [
      ...['plan', '-input=false', '-no-color', '-lock-timeout=120s', `-out=${PLAN_FILE}`],
      ...destroy,
    ]);
    const { stdout } = await terraform(stack, directory, {}, ['show', '-json', PLAN_FILE]);
    plans.push({ stack, plan: parsePlanDocument(stdout, stack) });
  }
  return plans;
}

function chosenStacks({ output, stacks }: PlanOptions): (readonly [string, string])[] {
  const all = Object.entries(readManifest(output)).sort(([left], [right]) => (left < right ? -1 : 1));
  const names = all.map(([name]) => name);
  const missing = (stacks ?? []).filter((stack) => !names.includes(stack));
  if (missing.length > 0)
    throw new BadInputError(
      `--stack: there is no stack ${missing.join(', ')} in ${output}: it has ${names.join(', ')}`,
      {
        hint: 'a stack is called <kind>-<environment>; ENVIRONMENT of the last npm run synth decides which there are',
      },
    );
  return all
    .filter(([name]) => stacks === undefined || stacks.includes(name))
    .map(([name, { workingDirectory }]) => [name, join(output, workingDirectory)] as const);
}

function readManifest(output: string): z.infer<typeof stackManifest>['stacks'] {
  const file = join(output, 'manifest.json');
  const hint = 'run first: ENVIRONMENT=<name> npm run synth';
  if (!existsSync(file)) throw new BadInputError(`there are no synthesized stacks in ${output}`, { hint });
  try {
    return stackManifest.parse(JSON.parse(readFileSync(file, 'utf8'))).stacks;
  } catch (error) {
    throw new BadInputError(`${file} is not what CDKTF writes`, { hint, cause: error });
  }
}

async function terraform(
  stack: string,
  directory: string,
  { onLine }: Pick<PlanOptions, 'onLine'>,
  args: readonly string[],
): Promise<CommandResult> {
  const result = await runTerraform([`-chdir=${directory}`, ...args], onLine);
  if (result.code === 0) return result;
  throw new EngineError(`${stack}: terraform ${args[0] ?? ''} failed:\n${result.stderr.trim()}`, {
    hint: hintFor(result.stderr, directory, args[0] ?? ''),
  });
}

async function runTerraform(args: readonly string[], onLine: PlanOptions['onLine']): Promise<CommandResult> {
  const env = { TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
  try {
    return await runCommand('terraform', args, { env, ...(onLine !== undefined && { onLine }) });
  } catch (error) {
    if (!(error instanceof EngineError) || !error.message.includes('ENOENT')) throw error;
    throw new EngineError('terraform is not on the PATH', {
      hint: 'install Terraform 1.10 or newer: https://developer.hashicorp.com/terraform/install',
      cause: error,
    });
  }
}

function hintFor(stderr: string, directory: string, command: string): string {
  if (stderr.includes('Instance cannot be destroyed'))
    return 'it is protected: removalProtection: false in golden-images.yaml lifts that; docs/deploying.md, "Removal"';
  if (stderr.includes('Error acquiring the state lock'))
    return `another run holds the state; if none does: terraform -chdir=${directory} force-unlock <id>`;
  if (/No valid credential sources|ExpiredToken|InvalidClientTokenId/.test(stderr))
    return 'sign in to the account of the environment, e.g. with aws sso login';
  return `the same by hand: terraform -chdir=${directory} ${command}`;
}
