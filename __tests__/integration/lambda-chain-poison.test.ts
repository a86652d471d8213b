import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { isFindingItem } from '../../domain/table/finding-item';
import { imagePartition, replanKey } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { isReplanItem } from '../../domain/table/replan-item';
import { findingEvent } from '../support/aws/chain-events';
import { createChainResources } from '../support/aws/chain-resources';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import { readFailures } from '../support/aws/failure-destination';
import { startHttpStub, type StubRequest } from '../support/aws/http-stub';
import type { LambdaChain } from '../support/aws/lambda-chain';
import { PARENT, pushGolden } from '../support/aws/push-golden';
import { refusal } from '../support/aws/side-effects';
import type { LambdaStreamRecord } from '../support/aws/stream-event';
import { wakeImages } from '../support/aws/wake-images';
import { digestOf } from '../unit/table/samples';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', '0', '1', '2'];
/** Findings of each image: 99 in all. */
const PACKAGES = Array.from({ length: 11 }, (_, index) => `package-${index}`);

const config = {
  version: 1,
  author: 'rules',
  images: NAMES.map((name) => ({ name, repository: `golden/x${name}`, parent: PARENT.reference })),
};
const EVENTS = PACKAGES.flatMap((name) =>
  NAMES.map((image) =>
    findingEvent({ repository: `golden/x${image}`, digest: digestOf(image), package: name, day: 1 }),
  ),
);

type Json = Readonly<Record<string, unknown>>;

describeLambdaChain('poison', (start, moto) => {
  test('one stream record of a hundred is left in the failure destination, and blocks nobody', async () => {
    const chain = await start({ config });
    await pushGolden(chain, EVENTS);
    await chain.send(EVENTS.slice(0, 50));
    // What no handler of ours writes: an open finding of an image with an attribute that is no JSON value.
    const poison = { pk: { S: 'IMAGE#somebody' }, sk: { S: 'FINDING#poison' }, image: { S: 'a' } };
    const Item = { ...poison, type: { S: 'FINDING' }, state: { S: 'OPEN' }, bytes: { NS: ['1', '2'] } };
    await makeDynamoDbClient().send(new PutItemCommand({ TableName: chain.resources.table.name, Item }));
    await chain.send(EVENTS.slice(50));
    await chain.settle();

    expect(await chain.generatePatch.poll()).toMatchObject({ passed: 100, discarded: 1 });
    const [failure, ...more] = await readFailures(chain.failures);
    expect(more).toStrictEqual([]);
    expect(failure).toMatchObject({
      requestContext: {
        condition: 'RetryAttemptsExhausted',
        functionArn: expect.stringMatching(/:function:generate-patch$/) as unknown,
      },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
    const { Records } = JSON.parse(failure?.payload ?? '') as { Records: LambdaStreamRecord[] };
    expect(Records.map(({ dynamodb }) => dynamodb.NewImage)).toStrictEqual([Item]);
    for (const name of NAMES) {
      const items = await chain.table.query(imagePartition(name));
      expect(items.filter(isFindingItem).map(({ state }) => state)).toStrictEqual(PACKAGES.map(() => 'OPEN'));
      const [patch, ...others] = items.filter(isPatchItem);
      expect({
        name,
        others,
        state: patch?.state,
        targets: patch?.targets.map((target) => target.package),
      }).toStrictEqual({ name, others: [], state: 'BUILDING', targets: [...PACKAGES].sort() });
    }
    expect(chain.imageBuilder.builds).toHaveLength(NAMES.length);
    const told = chain.functions['generate-patch'].log.filter((line) => line.includes('record failed'));
    expect(told.map((line) => (JSON.parse(line) as { reason: string }).reason)).toContain('malformed');
  });

  /** Images and what became of them: state of the newest patch, and the note that they are looked at later. */
  const ends = async (chain: LambdaChain): Promise<unknown[]> =>
    await Promise.all(
      NAMES.map(async (name) => {
        const items = await chain.table.query(imagePartition(name));
        const request = items.find(isReplanItem);
        return [name, items.filter(isPatchItem).at(-1)?.state, request?.state, request?.why];
      }),
    );
  const all = (state: string, but: Readonly<Record<string, unknown[]>> = {}): unknown[] =>
    NAMES.map((name) => [name, ...(but[name] ?? [state, undefined, undefined])]);

  test('an item in one image’s partition that cannot be read: the others are patched, it is when the item is mended', async () => {
    const chain = await start({ config });
    await pushGolden(chain, EVENTS);
    const Key = { pk: { S: 'IMAGE#c' }, sk: { S: 'FINDING#bad' } };
    const bad = { ...Key, image: { S: 'c' }, type: { S: 'FINDING' }, state: { S: 'PARKED' }, bytes: { NS: ['1'] } };
    const client = makeDynamoDbClient();
    await client.send(new PutItemCommand({ TableName: chain.resources.table.name, Item: bad }));
    await chain.send(EVENTS.slice(0, 40));
    await chain.settle();

    const note = await chain.table.get(replanKey('c'));
    expect(note).toMatchObject({ type: 'REPLAN', state: 'REQUESTED', version: 1 });
    expect(note?.['why']).toMatch(
      /^(?:generate-patch|signal-rebuild) failed \(malformed\): item "IMAGE#c" \/ "FINDING#bad" cannot be read: an attribute of type NS /,
    );
    const minutes = (Date.parse(String(note?.['notBefore'])) - Date.now()) / 60_000;
    expect([minutes > 10, minutes <= 15]).toStrictEqual([true, true]);
    expect(chain.imageBuilder.builds).toHaveLength(NAMES.length - 1);
    // Nothing was tried in vain.
    expect(await chain.generatePatch.poll()).toMatchObject({ invocations: 1, discarded: 0 });
    expect(await readFailures(chain.failures)).toStrictEqual([]);

    await client.send(new DeleteItemCommand({ TableName: chain.resources.table.name, Key }));
    expect(await wakeImages(chain, NAMES)).toBe(1);
    expect(await ends(chain)).toStrictEqual(all('BUILDING', { c: ['BUILDING', 'DONE', note?.['why']] }));
    expect(chain.imageBuilder.builds).toHaveLength(NAMES.length);
    expect(await readFailures(chain.failures)).toStrictEqual([]);
  });

  test.each([
    ['generate-patch', 'the script', 's3 PutObject', '/scripts/c/', undefined],
    ['signal-rebuild', 'the parameter', 'ssm PutParameter', 'PutParameter', 'READY'],
  ])(
    'AccessDenied in %s for %s of one image: the others are built, it is when the policy is mended',
    async (service, _what, call, mark, state) => {
      let isDenied = true;
      const isMeant = ({ method, path, headers, body }: StubRequest): boolean =>
        mark.startsWith('/')
          ? method === 'PUT' && path.includes(mark)
          : (headers['x-amz-target'] ?? '').endsWith(mark) && body.toString().includes('signals/c"');
      const proxy = await startHttpStub(
        (request) => (isDenied && isMeant(request) ? refusal(request) : 'forward'),
        moto(),
      );
      const chain = await start({ config, endpoint: proxy.url });
      await pushGolden(chain, EVENTS);
      await chain.send(EVENTS.slice(0, 40));
      await chain.settle();

      const why = expect.stringMatching(
        new RegExp(`^${service} failed \\(refused\\): ${call} .* AccessDenied`),
      ) as unknown;
      expect(await ends(chain)).toEqual(all('BUILDING', { c: [state, 'REQUESTED', why] }));
      expect(chain.imageBuilder.builds).toHaveLength(NAMES.length - 1);
      const logged = chain.functions[service as 'generate-patch'].log.map((line) => JSON.parse(line) as Json);
      expect(logged.filter((line) => 'ImagesPostponed' in line)).toMatchObject([
        { service, reason: 'refused' },
        { service },
      ]);
      expect(logged.find(({ message }) => message === 'image is looked at again later')).toMatchObject({
        ...{ image: 'c', reason: 'refused', hint: expect.stringMatching(/^allow .* in the role's policy/) as unknown },
      });

      isDenied = false;
      expect(await wakeImages(chain, NAMES)).toBe(1);
      expect(await ends(chain)).toEqual(all('BUILDING', { c: ['BUILDING', 'DONE', why] }));
      expect(chain.imageBuilder.builds).toHaveLength(NAMES.length);
      expect(await readFailures(chain.failures)).toStrictEqual([]);
      await proxy.stop();
    },
  );

  test('a message that cannot be read goes to the dead-letter queue with its body, and blocks nobody', async () => {
    const resources = await createChainResources({ visibilityTimeout: 1, maxReceiveCount: 2 });
    const chain = await start({ config, resources });
    await pushGolden(chain, EVENTS);
    const good = EVENTS.slice(0, 9);
    const poison = '{"source": "aws.inspector2", "detail-type": "Inspector2 Finding", "detail": ';
    const broken = JSON.stringify({ ...good[0], detail: { ...good[0]?.detail, severity: 7 } });
    await chain.enqueue([...good.slice(0, 4), poison, ...good.slice(4), broken].map(asMessage));
    for (const name of NAMES)
      expect((await chain.table.query(imagePartition(name))).filter(isFindingItem)).toHaveLength(1);
    for (let reception = 0; reception < 2; reception++) {
      await sleep(1100);
      await chain.findings.poll();
    }
    const command = new ReceiveMessageCommand({ QueueUrl: resources.queue.deadLetterUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await new SQSClient().send(command);
    expect(Messages.map(({ Body }) => Body).sort()).toStrictEqual([poison, broken].sort());
    await chain.settle();
    expect(chain.imageBuilder.builds).toHaveLength(NAMES.length);
  });
});

const asMessage = (event: unknown): string => (typeof event === 'string' ? event : JSON.stringify(event));
