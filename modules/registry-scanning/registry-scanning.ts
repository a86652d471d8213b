import { EcrRegistryScanningConfiguration } from '@cdktf/provider-aws/lib/ecr-registry-scanning-configuration';
import { Inspector2Enabler } from '@cdktf/provider-aws/lib/inspector2-enabler';
import { Construct } from 'constructs';

/** What scanning is set up with. */
export interface RegistryScanningProps {
  /** 12 digits. */
  readonly account: string;
  /** Repositories that are scanned continuously, with `*` as wildcard: 1 to 100. */
  readonly repositories: readonly string[];
  /** All that Inspector scans in the account and region, `ECR` among it: the provider switches off what is not named. */
  readonly resourceTypes: readonly string[];
}

/**
 * Amazon Inspector for the account's ECR registry in the region. Both resources are the only ones of their kind there, and
 * without them scanning stops for everybody: Terraform never destroys them.
 */
export class RegistryScanning extends Construct {
  constructor(scope: Construct, id: string, { account, repositories, resourceTypes }: RegistryScanningProps) {
    super(scope, id);
    const enabler = new Inspector2Enabler(this, 'inspector', {
      accountIds: [account],
      resourceTypes: [...resourceTypes],
      lifecycle: { preventDestroy: true },
    });
    new EcrRegistryScanningConfiguration(this, 'registry', {
      scanType: 'ENHANCED',
      rule: [
        {
          scanFrequency: 'CONTINUOUS_SCAN',
          repositoryFilter: repositories.map((filter) => ({ filter, filterType: 'WILDCARD' })),
        },
      ],
      lifecycle: { preventDestroy: true },
      dependsOn: [enabler],
    });
  }
}
