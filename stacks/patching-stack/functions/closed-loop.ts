import { buildLogBucket } from '../../../domain/config/build-log-place';
import { ecrHost } from '../../../domain/config/partition';
import type { LambdaFunction } from '../../../modules/lambda-function/lambda-function';
import { arnOf, s3Arn, viaService } from '../../../modules/place/place';
import type { Settings } from '../../settings/settings';
import { metricDimensions, METRICS_NAMESPACE } from '../metrics';
import type { SharedResources } from '../shared-resources';

/** Variables of a function that ends builds. */
export function closedLoopVariables({
  settings,
  scripts,
  key,
  topic,
}: SharedResources): Readonly<Record<string, string>> {
  const { environment, label } = settings;
  const { account, region } = environment;
  return {
    SCRIPT_BUCKET: scripts.name,
    SCRIPT_KMS_KEY_ID: key.arn,
    BUILD_LOG_BUCKET: buildLogBucket(label),
    PIPELINE_ARN_PREFIX: arnOf(environment, 'imagebuilder', `image-pipeline/${label.prefix}-`),
    REGISTRY_ACCOUNT: account,
    REGISTRY_HOST: ecrHost(account, region),
    TOPIC_ARN: topic.arn,
    EVENT_BUS_NAME: BUS,
  };
}

/** Where other systems hear of promotions: rules on it take them further. */
const BUS = 'default';

/**
 * What ending a build takes: to ask Image Builder and Inspector, to read the build's log, to look at images, to move tags of golden repositories, to
 * keep papers, and to tell people and systems. The golden repositories are those with this environment's tag, so that one
 * more image changes nothing here.
 */
export function grantClosedLoop(target: LambdaFunction, { settings, table, scripts, topic }: SharedResources): void {
  const { environment, label } = settings;
  const isOurs = { StringEquals: { 'aws:ResourceTag/GoldenImages': label.prefix } };
  table.grantReadWrite(target);
  scripts.grantReadWrite(target, ['scripts/', 'audit/']);
  topic.grantPublish(target);
  target.allow({
    sid: 'TellOtherSystems',
    actions: ['events:PutEvents'],
    resources: [arnOf(environment, 'events', `event-bus/${BUS}`)],
    conditions: { StringEquals: { 'events:source': 'golden-images' } },
  });
  target.allow({
    sid: 'AskForBuilds',
    actions: ['imagebuilder:GetImage'],
    resources: [arnOf(environment, 'imagebuilder', `image/${label.prefix}-*`)],
  });
  // The bucket and its key are the stack of the images'; without the right to list, a log that is not there were denied.
  const buildLogs = s3Arn(environment, buildLogBucket(label));
  target.allow({ sid: 'ListBuildLogs', actions: ['s3:ListBucket'], resources: [buildLogs] });
  target.allow({ sid: 'ReadBuildLogs', actions: ['s3:GetObject'], resources: [`${buildLogs}/*`] });
  target.allow({
    sid: 'DecryptBuildLogs',
    actions: ['kms:Decrypt'],
    resources: [arnOf(environment, 'kms', 'key/*')],
    conditions: {
      StringEquals: { 'kms:ViaService': viaService(environment, 's3') },
      'ForAnyValue:StringEquals': { 'kms:ResourceAliases': `alias/${label.name('key-alias', 'images')}` },
    },
  });
  target.allow({
    sid: 'AskScanner',
    actions: ['inspector2:ListCoverage', 'inspector2:ListFindings'],
    resources: ['*'],
  });
  // Parents are in any repository of the registry.
  target.allow({
    sid: 'LookAtImages',
    actions: ['ecr:DescribeImages', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    resources: [arnOf(environment, 'ecr', 'repository/*')],
  });
  const parents = cachedParents(settings);
  if (parents.length > 0)
    // Where a parent is behind a pull through cache rule, BatchGetImage has the cache look for a newer one (ECR API,
    // UnableToGetUpstreamImageException); what that takes: ECR User Guide, "IAM permissions required to sync an upstream registry".
    target.allow({ sid: 'RefreshCachedParents', actions: ['ecr:BatchImportUpstreamImage'], resources: parents });
  target.allow({
    sid: 'MoveTagsOfGoldenImages',
    actions: ['ecr:PutImage', 'ecr:BatchDeleteImage'],
    resources: [arnOf(environment, 'ecr', 'repository/*')],
    conditions: isOurs,
  });
}

/**
 * ARNs of where parents are in the environment's own registry, which is the only one that functions look into: the first part
 * of their names, which is the prefix of a pull through cache rule. Each by itself would be too much for one policy.
 */
function cachedParents({ environment, images }: Settings): readonly string[] {
  const own = arnOf(environment, 'ecr', 'repository/');
  const names = images
    .flatMap(({ pullArns }) => pullArns)
    .filter((arn) => arn.startsWith(own))
    .map((arn) => arn.slice(own.length));
  const places = names.map((name) => (name.includes('/') ? `${name.slice(0, name.indexOf('/'))}/*` : name));
  return [...new Set(places)].sort().map((place) => `${own}${place}`);
}

/** Rings when a function has held a candidate that nothing proved in time. */
export function addNotScannedAlarm(service: string, { alarms, settings }: SharedResources): void {
  alarms.add(`${service}-not-scanned`, {
    description:
      'A candidate was held, because no completed scan proved it in time. See that Inspector scans its repository continuously ("golden-images doctor"), then have the image built again ("golden-images rebuild"). The notice names it.',
    namespace: METRICS_NAMESPACE,
    metric: 'CandidatesHeld',
    dimensions: metricDimensions(settings.label, service, 'not-scanned'),
    statistic: 'Sum',
    threshold: 0,
  });
}
