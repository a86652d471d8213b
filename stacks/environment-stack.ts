import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { LocalBackend, S3Backend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { Environment } from '../domain/config/environment';
import { partitionOf } from '../domain/config/partition';
import { statePrefix } from '../domain/config/state-place';
import type { Settings } from './settings/settings';

/** A stack's part in its names: `<kind>-<environment>` is its id, and so its folder below `cdktf.out/stacks/`. */
export type StackKind = 'scanning' | 'patching' | 'images';

/**
 * Provider for the European Sovereign Cloud: up to 6.28.0, some of its resources refuse the region's name
 * (hashicorp/terraform-provider-aws, issue 45894).
 */
const SOVEREIGN_PROVIDER = '> 6.28.0, < 7.0.0';

/** From a stack's folder, where Terraform runs, to the checkout. */
const CHECKOUT = '../../..';

/**
 * A stack of one environment: its provider refuses any other account, its state is its own, and everything has the
 * environment's tags. Stacks do not refer to each other: they agree on names.
 */
export abstract class EnvironmentStack extends TerraformStack {
  constructor(scope: Construct, kind: StackKind, { environment, label }: Settings) {
    super(scope, `${kind}-${environment.name}`);
    new AwsProvider(this, 'aws', {
      region: environment.region,
      allowedAccountIds: [environment.account],
      defaultTags: [{ tags: { ...environment.tags, ...label.tags } }],
    });
    this.keepState(kind, environment);
    if (partitionOf(environment.region) === 'aws-eusc')
      this.addOverride('terraform.required_providers.aws.version', SOVEREIGN_PROVIDER);
  }

  private keepState(kind: StackKind, environment: Environment): void {
    const { backend, name, region } = environment;
    const file = `${statePrefix(name, environment)}/${kind}.tfstate`;
    if (backend.type === 'local') new LocalBackend(this, { path: `${CHECKOUT}/${file}` });
    else
      new S3Backend(this, {
        bucket: backend.bucket,
        key: file,
        region: backend.region ?? region,
        encrypt: true,
        ...(backend.kmsKeyId !== undefined && { kmsKeyId: backend.kmsKeyId }),
      });
    // S3's own lock. The binding was made before Terraform had it.
    if (backend.type === 's3') this.addOverride('terraform.backend.s3.use_lockfile', true);
  }
}
