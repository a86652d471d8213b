import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../adapters/local/run-command';
import { EngineError } from '../../../domain/errors';
import type { StackJson } from '../../../scripts/terraform/older-provider';
import { forOlderProvider, withoutAccount } from '../../../scripts/terraform/older-provider';
import { findProviderMirror, writeCliConfig } from '../../../scripts/terraform/provider-mirror';
import type { PlanDocument } from '../../../scripts/plan/plan-document';
import { parsePlanDocument } from '../../../scripts/plan/plan-document';
import { EMULATOR_REGION } from './estate';

/** Milliseconds that one Terraform command may take; an apply of everything takes about two minutes on two cores. */
const LIMIT = 600_000;

/** A managed resource as Terraform's state has it. */
export interface AppliedResource {
  /** e.g. `aws_sqs_queue.findings_queue_7BF8F395`. */
  readonly address: string;
  readonly type: string;
  /** Its attributes, as the provider's documentation names them. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Resource types that moto 5.2.1 cannot make. The whole list: all else is applied. */
export const NOT_EMULATED: Readonly<Record<string, string>> = {
  aws_iam_role_policy_attachment: "AWS's own policies are not there",
  aws_imagebuilder_component: 'no Image Builder',
  aws_imagebuilder_container_recipe: 'no Image Builder',
  aws_imagebuilder_distribution_configuration: 'no Image Builder',
  aws_imagebuilder_image_pipeline: 'no Image Builder',
  aws_imagebuilder_infrastructure_configuration: 'no Image Builder',
  aws_imagebuilder_lifecycle_policy: 'no Image Builder',
};

/** A stack in a scratch directory, with which the real Terraform and the real provider work against an emulator. */
export class TerraformStack {
  /** Version of hashicorp/aws that is used. */
  readonly provider: string;
  private readonly directory: string;
  private readonly env: Readonly<Record<string, string>>;

  private constructor(directory: string, provider: string, env: Readonly<Record<string, string>>) {
    this.directory = directory;
    this.provider = provider;
    this.env = env;
  }

  /**
   * Makes a copy of a synthesized stack, without what is {@link NOT_EMULATED}, and initializes it.
   * @param source the stack's folder below `cdktf.out/stacks/`
   * @param endpoint endpoint of every AWS service, e.g. moto's
   * @param more variables of Terraform's environment, e.g. another endpoint of one service
   * @throws EngineError where Terraform refuses it
   */
  static async init(
    source: string,
    endpoint: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<TerraformStack> {
    const directory = mkdtempSync(join(tmpdir(), 'golden-images-apply-'));
    const synthesized = JSON.parse(readFileSync(join(source, 'cdk.tf.json'), 'utf8')) as StackJson;
    const mirror = findProviderMirror();
    const provider = mirror?.version ?? synthesized.terraform.required_providers['aws']?.version ?? '';
    const stack = forEmulator(forOlderProvider(withoutAccount(emulated(synthesized)), provider));
    writeFileSync(join(directory, 'cdk.tf.json'), JSON.stringify(stack, null, 2));
    if (existsSync(join(source, 'assets')))
      cpSync(join(source, 'assets'), join(directory, 'assets'), { recursive: true });
    const made = new TerraformStack(directory, provider, {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: EMULATOR_REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      CHECKPOINT_DISABLE: '1',
      TF_IN_AUTOMATION: '1',
      ...more,
      ...(mirror !== undefined && { TF_CLI_CONFIG_FILE: writeCliConfig(mirror, join(directory, 'cli')) }),
    });
    await made.terraform('init', '-input=false', '-no-color');
    return made;
  }

  /** Creates what the stack describes. @throws EngineError with what the provider said */
  async apply(): Promise<void> {
    await this.terraform('apply', '-auto-approve', '-input=false', '-no-color', '-parallelism=20');
  }

  /** Plans, after looking at everything that is there. */
  async plan(): Promise<PlanDocument> {
    await this.terraform('plan', '-input=false', '-no-color', '-out=plan');
    return parsePlanDocument(await this.terraform('show', '-json', 'plan'), 'plan');
  }

  /** Destroys what the stack describes. @throws EngineError with what the provider said */
  async destroy(): Promise<void> {
    await this.terraform('destroy', '-auto-approve', '-input=false', '-no-color', '-parallelism=20');
  }

  /** Every managed resource in the state, by address. */
  async resources(): Promise<readonly AppliedResource[]> {
    const state = JSON.parse(await this.terraform('show', '-json')) as {
      values?: { root_module?: { resources?: (AppliedResource & { mode: string })[] } };
    };
    return (state.values?.root_module?.resources ?? []).filter(({ mode }) => mode === 'managed');
  }

  /** The stack's outputs. */
  async outputs(): Promise<Readonly<Record<string, string>>> {
    const outputs = JSON.parse(await this.terraform('output', '-json')) as Record<string, { value: string }>;
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }

  /** Deletes the scratch directory. What was created stays where it is. */
  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async terraform(...args: string[]): Promise<string> {
    const arguments_ = [`-chdir=${this.directory}`, ...args];
    const { code, stdout, stderr } = await runCommand('terraform', arguments_, { env: this.env, timeout: LIMIT });
    if (code !== 0) throw new EngineError(`terraform ${args[0] ?? ''} failed with exit code ${code}:\n${stderr}`);
    return stdout;
  }
}

/** moto answers on one host for all buckets, and knows who asks, so that ARNs have its account. */
function forEmulator(stack: StackJson): StackJson {
  const copy = structuredClone(stack);
  for (const provider of copy.provider['aws'] ?? [])
    Object.assign(provider, { s3_use_path_style: true, skip_requesting_account_id: false });
  return copy;
}

function emulated(stack: StackJson): StackJson {
  const isThere = (address: string): boolean => !Object.hasOwn(NOT_EMULATED, address.split('.')[0] ?? '');
  const types = Object.entries(structuredClone(stack.resource) ?? {}).filter(([type]) => isThere(type));
  for (const resource of types.flatMap(([, named]) => Object.values(named)))
    if (Array.isArray(resource['depends_on']))
      resource['depends_on'] = resource['depends_on'].filter((address: string) => isThere(address));
  return { ...stack, resource: Object.fromEntries(types) };
}
