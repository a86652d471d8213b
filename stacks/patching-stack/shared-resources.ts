import type { Construct } from 'constructs';
import { AlarmSet } from '../../modules/alarms/alarms';
import { PrivateBucket } from '../../modules/bucket/bucket';
import { EstateLayer } from '../../modules/estate-layer/estate-layer';
import { FindingTable } from '../../modules/finding-table/finding-table';
import { Guardrail } from '../../modules/guardrail/guardrail';
import { EncryptionKey } from '../../modules/key/key';
import { NotificationTopic } from '../../modules/notification-topic/notification-topic';
import { DeadLetterQueue } from '../../modules/queue/queue';
import type { Settings } from '../settings/settings';

/** What the functions share. */
export interface SharedResources {
  readonly settings: Settings;
  readonly key: EncryptionKey;
  readonly table: FindingTable;
  /** Scripts and papers. */
  readonly scripts: PrivateBucket;
  /** Stream batches that failed for good. */
  readonly failedBatches: PrivateBucket;
  /** Asynchronous events that failed for good, and events that could not be delivered. */
  readonly failures: DeadLetterQueue;
  readonly estate: EstateLayer;
  /** What the model is asked under where `model.guardrail` names no other, if the environment has one made. */
  readonly guardrail?: Guardrail;
  readonly topic: NotificationTopic;
  readonly alarms: AlarmSet;
}

/** Makes what the functions share. @param estateZip absolute path of the zip with `golden-images.json` */
export function makeSharedResources(scope: Construct, settings: Settings, estateZip: string): SharedResources {
  const { environment, label } = settings;
  const { removalProtection, retention } = environment;
  const namePrefix = `${label.prefix}-`;
  const key = new EncryptionKey(scope, 'key', {
    alias: label.name('key-alias'),
    description: `Findings, scripts, queues and logs of ${label.prefix}`,
    place: environment,
    services: ['logs', 'events', 'cloudwatch'],
    namePrefix,
    removalProtection,
  });
  const bucket = { place: environment, key, removalProtection };
  const topic = new NotificationTopic(scope, 'topic', {
    name: label.name('topic', 'notifications'),
    place: environment,
    key,
    alarmPrefix: namePrefix,
    subscriptions: environment.subscriptions,
  });
  return {
    settings,
    key,
    table: new FindingTable(scope, 'table', {
      name: label.name('table', 'findings'),
      place: environment,
      key,
      removalProtection,
    }),
    scripts: new PrivateBucket(scope, 'scripts', {
      ...bucket,
      name: label.bucket('scripts'),
      expiry: { 'scripts/': retention.scriptsDays, 'audit/': retention.auditDays },
      versionsDays: retention.scriptsDays,
    }),
    failedBatches: new PrivateBucket(scope, 'failed-batches', {
      ...bucket,
      name: label.bucket('failures'),
      expiry: { '': retention.scriptsDays },
      versionsDays: 30,
    }),
    failures: new DeadLetterQueue(scope, 'failures', {
      name: label.name('queue', 'failures'),
      place: environment,
      key,
    }),
    estate: new EstateLayer(scope, 'estate', { name: label.name('layer', 'estate'), zip: estateZip }),
    topic,
    ...(environment.guardrail && {
      guardrail: new Guardrail(scope, 'guardrail', { name: label.name('guardrail', 'prompt-attacks'), key }),
    }),
    alarms: new AlarmSet(scope, 'alarms', { prefix: label.prefix, topic }),
  };
}
