import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import { buildLogBucket } from '../../domain/config/build-log-place';
import { PrivateBucket } from '../../modules/bucket/bucket';
import { ServiceRole } from '../../modules/iam-role/iam-role';
import { EncryptionKey } from '../../modules/key/key';
import { iamArn } from '../../modules/place/place';
import { EnvironmentStack } from '../environment-stack';
import type { Settings } from '../settings/settings';
import { GoldenImageResources } from './golden-image-resources';

/** The golden images: what all share, and below `image/<name>` what is one image's alone. */
export class ImagesStack extends EnvironmentStack {
  constructor(scope: Construct, settings: Settings) {
    super(scope, 'images', settings);
    const { environment, label, images } = settings;
    const { removalProtection, retention, permissionsBoundary } = environment;
    const key = new EncryptionKey(this, 'key', {
      alias: label.name('key-alias', 'images'),
      description: `Golden images and build logs of ${label.prefix}`,
      place: environment,
      services: ['logs'],
      namePrefix: `${label.prefix}-`,
      removalProtection,
    });
    const logs = new PrivateBucket(this, 'build-logs', {
      name: buildLogBucket(label),
      place: environment,
      key,
      expiry: { '': retention.logsDays },
      versionsDays: 30,
      removalProtection,
    });
    const lifecycleRole = new ServiceRole(this, 'lifecycle-role', {
      name: label.name('role', 'lifecycle'),
      description: 'What EC2 Image Builder may do to delete old builds',
      service: 'imagebuilder.amazonaws.com',
      place: environment,
      // What exactly it does for a lifecycle policy is not documented in narrower terms.
      managedPolicies: [
        iamArn({ ...environment, account: 'aws' }, 'policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy'),
      ],
      ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    });
    for (const image of images)
      new GoldenImageResources(this, image, { settings, key, logs, lifecycleRoleArn: lifecycleRole.role.arn });
    new TerraformOutput(this, 'build-logs-bucket', { value: logs.name, description: 'Where build logs are' });
  }
}
