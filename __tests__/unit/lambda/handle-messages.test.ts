import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { Finding } from '../../../domain/finding/finding';
import { isFindingItem } from '../../../domain/table/finding-item';
import { makeHandleMessages } from '../../../functions/ingest-finding/handle-messages';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import type { IngestResult } from '../../../functions/ingest-finding/ingest-finding';
import type { Json } from '../finding/inspector-sample';
import { ecrResource, inspectorEvent, inspectorFinding, inspectorPackage, omit } from '../finding/inspector-sample';
import { makeImage, NOW } from '../table/samples';
import { recordingLogger, recordingMetrics } from './recorders';

const EVENTS = join(__dirname, '../../fixtures/inspector-events/golang_latest.jsonl');
const GOLANG = makeImage({ name: 'golang', repository: 'golden/golang' });
const DEBIAN = makeImage();

function world(spoil: (findings: readonly Finding[]) => void = () => undefined) {
  const table = new MemoryFindingTable();
  const [logger, metrics] = [recordingLogger(), recordingMetrics()];
  const estate = { byRepository: new Map([GOLANG, DEBIAN].map((image) => [image.repository, image])), exceptions: [] };
  const ingest = makeIngestFinding({ table, estate, clock: () => NOW, logger });
  const handle = makeHandleMessages({
    ingest: async (findings): Promise<IngestResult> => {
      spoil(findings);
      return await ingest(findings);
    },
    home: { account: '123456789012', region: 'us-east-1' },
    logger,
    metrics,
  });
  return {
    table,
    logger,
    metrics,
    handle,
    /** Ids of the messages that failed. */
    failed: async (bodies: readonly string[]) =>
      (await handle(batchOf(bodies))).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier),
    packages: async (image = 'debian-12') =>
      (await table.query(`IMAGE#${image}`)).filter(isFindingItem).map((item) => item.package),
  };
}

/** A batch as the event source mapping of a queue hands it over. */
function batchOf(bodies: readonly string[]): unknown {
  return {
    Records: bodies.map((body, index) => ({
      messageId: `m${index}`,
      receiptHandle: 'AQEB',
      body,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1716392454000' },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:findings',
      awsRegion: 'us-east-1',
    })),
  };
}

const named = (name: string, envelope: Json = {}): string =>
  JSON.stringify(inspectorEvent(inspectorFinding([inspectorPackage({ name })]), { id: `event-${name}`, ...envelope }));

describe('a batch of messages', () => {
  it('of 712 real events becomes an item per fact, and nothing when it comes again', async () => {
    const here = world();
    const lines = readFileSync(EVENTS, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(712);
    expect(await here.failed(lines)).toEqual([]);
    const items = (await here.table.query('IMAGE#golang', 'FINDING#')).length;
    const writes = here.table.changes().length;
    expect(here.metrics.counts['FindingsFolded']).toBe(items);
    // One item per finding, and HEAD: its digest, and that all was judged on it.
    expect(writes).toBe(items + 2);
    expect(await here.failed(lines)).toEqual([]);
    expect(here.table.changes()).toHaveLength(writes);
  });

  it('tells every line with the ids of its event', async () => {
    const here = world();
    await here.failed([named('glibc')]);
    expect(here.logger.lines.find(({ message }) => message === 'event done')?.facts).toEqual({
      eventId: 'event-glibc',
      messageId: 'm0',
      arn: `arn:aws:inspector2:us-east-1:123456789012:finding/${'1'.repeat(32)}`,
      repository: 'golden/debian-12',
      findings: ['FINDING#CVE-2024-0001#OS#glibc'],
    });
    expect(here.logger.lines.find(({ message }) => message === 'finding ingested')?.facts).toMatchObject({
      image: 'debian-12',
      finding: 'FINDING#CVE-2024-0001#OS#glibc',
      arn: `arn:aws:inspector2:us-east-1:123456789012:finding/${'1'.repeat(32)}`,
    });
  });

  it('that is no batch is refused as a whole', async () => {
    const here = world();
    await expect(here.handle({})).rejects.toThrow('no batch of SQS messages');
    await expect(here.handle({ Records: [{ body: '{}' }] })).rejects.toThrow('no batch of SQS messages');
  });

  it('may be empty', async () => {
    expect(await world().failed([])).toEqual([]);
  });
});

describe('a poison message', () => {
  it('among 100: the 99 others are done, it alone fails, with one line and one count to alarm on', async () => {
    const here = world();
    const bodies = Array.from({ length: 100 }, (_, index) => (index === 41 ? '{"poison":' : named(`lib${index}`)));
    expect(await here.failed(bodies)).toEqual(['m41']);
    expect(await here.packages()).toHaveLength(99);
    expect(here.metrics.counts).toMatchObject({ FindingsFolded: 99, RecordsFailed: 1, 'RecordsFailed malformed': 1 });
    expect(here.logger.lines.filter(({ level }) => level === 'error').map(({ facts }) => facts['messageId'])).toEqual([
      'm41',
    ]);
  });

  it('that the use case cannot bear fails alone, although findings are folded together', async () => {
    const here = world((findings) => {
      if (findings.some((finding) => finding.package === 'lib7')) throw new TypeError('a fault of ours');
    });
    expect(await here.failed(Array.from({ length: 20 }, (_, index) => named(`lib${index}`)))).toEqual(['m7']);
    expect(await here.packages()).toHaveLength(19);
    expect(here.metrics.counts).toMatchObject({ FindingsFolded: 19, 'RecordsFailed fault': 1 });
  });

  it('does not keep the usable part of its own findings back', async () => {
    const here = world();
    const detail = inspectorFinding([inspectorPackage({ name: 'krb5' }), inspectorPackage({ name: 'a b' })]);
    expect(await here.failed([JSON.stringify(inspectorEvent(detail))])).toEqual(['m0']);
    expect(await here.packages()).toEqual(['krb5']);
  });

  it('fails every message while the table is out of reach', async () => {
    const here = world(() => {
      throw new Error('no table');
    });
    expect(await here.failed([named('a'), named('b')])).toEqual(['m0', 'm1']);
  });
});

describe('a message that cannot be used', () => {
  it.each<[string, string]>([
    ['no JSON', 'is no JSON'],
    ['"text"', 'the event is malformed'],
    ['[]', 'the event is malformed'],
    ['{}', 'the event is malformed'],
    ['null', 'the event is malformed'],
    [JSON.stringify(omit(inspectorEvent(), 'source')), 'source'],
    [JSON.stringify(inspectorEvent({})), 'detail.findingArn'],
    [JSON.stringify(inspectorEvent(null)), 'detail'],
    [JSON.stringify(inspectorEvent(inspectorFinding([], { status: 'GONE' }))), 'detail.status'],
    [JSON.stringify(inspectorEvent(inspectorFinding([], { resources: [] }))), 'detail.resources is empty'],
    [`"${'x'.repeat(1_048_576)}"`, 'has 1048578 bytes; at most 1048576 are taken'],
    ['['.repeat(200_000), 'is no JSON'],
  ])('%# fails, and says why', async (body, why) => {
    const here = world();
    expect(await here.failed([body, named('krb5')])).toEqual(['m0']);
    const [line] = here.logger.lines.filter(({ level }) => level === 'error');
    expect(String(line?.facts['error'])).toContain(why);
    expect(line?.facts['reason']).toBe('malformed');
    expect(await here.packages()).toEqual(['krb5']);
  });

  it('tells of five problems at most', async () => {
    const here = world();
    const packages = Array.from({ length: 9 }, () => inspectorPackage({ name: '' }));
    await here.failed([JSON.stringify(inspectorEvent(inspectorFinding(packages)))]);
    const [line] = here.logger.lines.filter(({ level }) => level === 'error');
    expect(String(line?.facts['error'])).toMatch(/\(and 4 more\)$/);
  });
});

describe('an event that is none of our business', () => {
  const member = inspectorFinding([inspectorPackage()], { resources: [ecrResource({ registry: '210987654321' })] });
  it.each<[string, Json]>([
    ['other-event', inspectorEvent({}, { 'detail-type': 'Inspector2 Scan' })],
    ['other-event', inspectorEvent({}, { source: 'aws.ec2', 'detail-type': 'Some New Thing' })],
    ['other-account', inspectorEvent(undefined, { account: '210987654321' })],
    ['other-account', inspectorEvent(inspectorFinding(undefined, { awsAccountId: '210987654321' }))],
    ['other-account', inspectorEvent(member)],
    ['other-region', inspectorEvent(undefined, { region: 'eu-west-1' })],
    ['not-a-package-vulnerability', inspectorEvent(inspectorFinding([], { type: 'NETWORK_REACHABILITY' }))],
    [
      'not-a-container-image',
      inspectorEvent(inspectorFinding([], { resources: [{ type: 'AWS_EC2_INSTANCE', id: 'i-1' }] })),
    ],
  ])('is counted as %s and done with', async (reason, event) => {
    const here = world();
    expect(await here.failed([JSON.stringify(event)])).toEqual([]);
    expect(here.metrics.counts).toEqual({ EventsIgnored: 1, [`EventsIgnored ${reason}`]: 1 });
    expect(here.table.changes()).toEqual([]);
  });

  it('because its repository is no golden image, is counted', async () => {
    const here = world();
    const other = inspectorFinding(undefined, { resources: [ecrResource({ repositoryName: 'app/shop' })] });
    expect(await here.failed([JSON.stringify(inspectorEvent(other))])).toEqual([]);
    expect(here.metrics.counts['FindingsUnattributed']).toBe(1);
  });
});
