import { createHash } from 'node:crypto';
import { Construct } from 'constructs';
import { buildLogPrefix } from '../../domain/config/build-log-place';
import { CANDIDATE_TAG } from '../../domain/config/image-tag';
import type { PrivateBucket } from '../../modules/bucket/bucket';
import { BuildRole } from '../../modules/build-role/build-role';
import { GoldenRepository } from '../../modules/golden-repository/golden-repository';
import { ImagePipeline } from '../../modules/image-pipeline/image-pipeline';
import type { EncryptionKey } from '../../modules/key/key';
import { RebuildSignal } from '../../modules/rebuild-signal/rebuild-signal';
import type { ImageSettings } from '../settings/image-settings';
import type { Settings } from '../settings/settings';

/** What all images share. */
export interface SharedByImages {
  readonly settings: Settings;
  readonly key: EncryptionKey;
  readonly logs: PrivateBucket;
  /** Reference to the ARN of the role that old builds are deleted with. */
  readonly lifecycleRoleArn: string;
}

/** All resources of one golden image. Nothing outside of it depends on which images there are. */
export class GoldenImageResources extends Construct {
  constructor(scope: Construct, image: ImageSettings, shared: SharedByImages) {
    super(scope, `image-${image.image.name}`);
    const { environment, label } = shared.settings;
    const { names } = image;
    const { removalProtection, retention } = environment;
    const scriptBucket = label.bucket('scripts');
    const repository = new GoldenRepository(this, 'repository', {
      name: image.image.repository,
      place: environment,
      key: shared.key,
      floatingTag: image.image.floatingTag,
      candidateTag: CANDIDATE_TAG,
      releases: retention.releases,
      candidatesDays: retention.candidatesDays,
      removalProtection,
    });
    new RebuildSignal(this, 'signal', { name: names.signal, image: image.image.name });
    const logs = { bucket: shared.logs.name, prefix: buildLogPrefix(image.image), groupName: names.logGroup };
    const role = new BuildRole(this, 'build-role', {
      name: names.role,
      place: environment,
      repositoryArn: repository.arn,
      pullArns: image.pullArns,
      builderPrefix: names.builder,
      signalName: names.signal,
      scripts: { bucket: scriptBucket, prefix: names.scriptPrefix, keyAlias: `alias/${label.prefix}` },
      logs,
      policy: environment.instancePolicy,
      ...(environment.permissionsBoundary !== undefined && { permissionsBoundary: environment.permissionsBoundary }),
    });
    shared.key.grantUse(role, 's3', ['Decrypt', 'GenerateDataKey']);
    const network = networkOf(shared.settings, image.image.name);
    new ImagePipeline(this, 'pipeline', {
      name: names.builder,
      parent: image.parent,
      architecture: image.image.architecture,
      dockerfile: image.dockerfile,
      tests: image.tests,
      repository,
      candidateTag: CANDIDATE_TAG,
      region: environment.region,
      signal: { name: names.signal, scriptUriPrefix: `s3://${scriptBucket}/${names.scriptPrefix}` },
      role,
      logs: { ...logs, retentionDays: retention.logsDays },
      key: shared.key,
      lifecycleRoleArn: shared.lifecycleRoleArn,
      instanceTags: { ...environment.tags, ...label.tags },
      ...(network !== undefined && { network }),
    });
  }
}

/** Images are spread over the subnets by their names, so that a new one moves no other. */
function networkOf(
  { environment: { vpc } }: Settings,
  name: string,
): { subnetId: string; securityGroupIds: readonly string[] } | undefined {
  if (vpc === undefined) return undefined;
  const hash = createHash('sha256').update(name).digest().readUInt32BE(0);
  const subnetId = vpc.subnetIds[hash % vpc.subnetIds.length];
  return subnetId === undefined ? undefined : { subnetId, securityGroupIds: vpc.securityGroupIds };
}
