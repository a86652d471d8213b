import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeDynamoDbClient } from '../../adapters/aws/clients/dynamodb-client';
import { isFindingItem } from '../../domain/table/finding-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { findingEvent } from '../support/aws/chain-events';
import { createChainResources } from '../support/aws/chain-resources';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import { readFailures } from '../support/aws/failure-destination';
import { PARENT, pushGolden } from '../support/aws/push-golden';
import type { LambdaStreamRecord } from '../support/aws/stream-event';
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

describeLambdaChain('poison', (start) => {
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
