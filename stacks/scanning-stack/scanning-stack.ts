import type { Construct } from 'constructs';
import type { Environment } from '../../domain/config/environment';
import { RegistryScanning } from '../../modules/registry-scanning/registry-scanning';
import { EnvironmentStack } from '../environment-stack';
import type { Settings } from '../settings/settings';

/**
 * Scanning of the account's registry in the region: opt-in, and a stack of its own, because its resources are the account's
 * and not an environment's. Destroying it would switch scanning off for everybody, so Terraform refuses.
 */
export class ScanningStack extends EnvironmentStack {
  constructor(scope: Construct, settings: Settings, scanning: NonNullable<Environment['scanning']>) {
    super(scope, 'scanning', settings);
    new RegistryScanning(this, 'scanning', { account: settings.environment.account, ...scanning });
  }
}
