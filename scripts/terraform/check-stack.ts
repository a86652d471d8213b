import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { StackJson } from './older-provider';
import { forOlderProvider, withoutAccount } from './older-provider';
import { findProviderMirror, writeCliConfig } from './provider-mirror';

/** What Terraform made of a stack. */
export type StackCheck =
  | { readonly ok: true; readonly toAdd: number; readonly provider: string }
  | { readonly ok: false; readonly step: 'init' | 'validate' | 'plan'; readonly said: string };

const run = promisify(execFile);
/** Bytes of a plan that are read. */
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/**
 * Has the real provider look at a synthesized stack: `init`, `validate` and `plan`, with dummy credentials, in a copy. The
 * provider is taken from the registry, or from a mirror on this machine; an older one gets the stack without the few
 * fields that are newer.
 * @param directory the stack's folder below `cdktf.out/stacks/`
 */
export async function checkStack(directory: string): Promise<StackCheck> {
  const scratch = mkdtempSync(join(tmpdir(), 'golden-images-terraform-'));
  try {
    const mirror = findProviderMirror();
    const stack = JSON.parse(readFileSync(join(directory, 'cdk.tf.json'), 'utf8')) as StackJson;
    const wanted = stack.terraform.required_providers['aws']?.version ?? '';
    const provider = mirror?.version ?? wanted;
    writeFileSync(
      join(scratch, 'cdk.tf.json'),
      JSON.stringify(forOlderProvider(withoutAccount(stack), provider), null, 2),
    );
    if (existsSync(join(directory, 'assets')))
      cpSync(join(directory, 'assets'), join(scratch, 'assets'), { recursive: true });
    const env = {
      ...process.env,
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...(mirror !== undefined && { TF_CLI_CONFIG_FILE: writeCliConfig(mirror, join(scratch, 'cli')) }),
    };
    const terraform = async (...args: string[]): Promise<string> =>
      (await run('terraform', [`-chdir=${scratch}`, ...args], { env, maxBuffer: OUTPUT_LIMIT })).stdout;
    for (const [step, args] of STEPS) {
      try {
        await terraform(...args);
      } catch (error) {
        return { ok: false, step, said: saidBy(error) };
      }
    }
    const plan = JSON.parse(await terraform('show', '-json', 'plan')) as {
      resource_changes?: { change: { actions: string[] } }[];
    };
    const toAdd = (plan.resource_changes ?? []).filter(({ change }) => change.actions.includes('create')).length;
    return { ok: true, toAdd, provider };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const STEPS = [
  ['init', ['init', '-input=false', '-no-color']],
  ['validate', ['validate', '-no-color']],
  ['plan', ['plan', '-input=false', '-no-color', '-refresh=false', '-lock=false', '-out=plan']],
] as const;

function saidBy(error: unknown): string {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
  const said = `${stdout}${stderr}`.trim();
  return said === '' ? String(error) : said;
}
