import { setTimeout as sleep } from 'node:timers/promises';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { isHeadItem } from '../../domain/table/head-item';
import { imagePartition } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { isReplanItem } from '../../domain/table/replan-item';
import { findingEvent } from '../support/aws/chain-events';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import { endBuilds } from '../support/aws/emulated-builds';
import type { ChainResources } from '../support/aws/chain-resources';
import { createChainResources } from '../support/aws/chain-resources';
import type { StubAction } from '../support/aws/http-stub';
import type { LambdaChain } from '../support/aws/lambda-chain';
import { PARENT, pushGolden } from '../support/aws/push-golden';
import { createQueue } from '../support/aws/resources';
import { countMessages, settleSignals } from '../support/aws/waiting-messages';
import { wakeImages } from '../support/aws/wake-images';
import { digestOf } from '../unit/table/samples';

const NAMES = ['debian', 'centos'];
const config = {
  version: 1,
  author: 'rules',
  images: NAMES.map((name) => ({ name, repository: `golden/${name}`, parent: PARENT.reference })),
};
const fact = (image: string, name: string) =>
  findingEvent({ repository: `golden/${image}`, digest: digestOf(image.charAt(0)), package: name, day: 1 });
const refuse = (status: number, type: string): StubAction => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { message: `${type} it is` },
});

describeLambdaChain('rebuild signals', (start) => {
  const run = async (
    intercept?: LambdaChain['imageBuilder']['intercept'],
    resources?: ChainResources,
  ): Promise<LambdaChain> => {
    const chain = await start({ config, ...(resources !== undefined && { resources }) });
    const events = NAMES.map((name) => fact(name, 'glibc'));
    await pushGolden(chain, events);
    await chain.scanner.seed(events);
    chain.imageBuilder.intercept = intercept;
    await chain.send(events);
    await chain.settle();
    return chain;
  };
  const of = async (chain: LambdaChain, name: string) => {
    const items = await chain.table.query(imagePartition(name));
    return { head: items.find(isHeadItem), patches: items.filter(isPatchItem), request: items.find(isReplanItem) };
  };
  /** Lets messages come back, a second after they have failed, until a queue has so many; a slow machine takes a while. */
  const settleUntil = async (chain: LambdaChain, url: string, count: number): Promise<void> => {
    for (let tries = 0; tries < 20; tries++) {
      await sleep(1100);
      await chain.settle();
      if ((await countMessages(url)) === count) return;
    }
  };
  const isOf = (body: Buffer, name: string): boolean => body.toString().includes(`image-pipeline/test-${name}"`);

  test('a build that finds no room waits in the queue until there is some, and keeps its lease', async () => {
    let isFull = true;
    // On a slow machine a message comes back more than once before the chain has come to rest.
    const patient = await createQueue(new SQSClient(), { visibilityTimeout: 1, maxReceiveCount: 1000 });
    const chain = await run(
      ({ body }) => (isFull && isOf(body, 'debian') ? refuse(402, 'ServiceQuotaExceededException') : undefined),
      { ...(await createChainResources()), signals: patient },
    );
    expect((await of(chain, 'debian')).patches).toMatchObject([{ state: 'SIGNALED' }]);
    expect((await of(chain, 'debian')).head).toMatchObject({ state: 'BUSY', lease: { patch: 1 } });
    expect((await of(chain, 'centos')).patches).toMatchObject([{ state: 'BUILDING' }]);
    expect(await countMessages(chain.resources.signals.url)).toBe(1);
    isFull = false;
    await settleUntil(chain, chain.resources.signals.url, 0);
    expect((await of(chain, 'debian')).patches).toMatchObject([{ state: 'BUILDING', attempt: 1 }]);
    expect(await countMessages(chain.resources.signals.url)).toBe(0);
    expect(chain.imageBuilder.builds).toHaveLength(2);
  });

  test('one whose tries are spent is in the dead-letter queue with its event, and starts the build when it is redriven', async () => {
    let isFull = true;
    const chain = await run(({ body }) =>
      isFull && isOf(body, 'debian') ? refuse(402, 'ServiceQuotaExceededException') : undefined,
    );
    await settleUntil(chain, chain.resources.signals.deadLetterUrl, 1);
    const command = new ReceiveMessageCommand({
      QueueUrl: chain.resources.signals.deadLetterUrl,
      VisibilityTimeout: 0,
    });
    const { Messages = [] } = await new SQSClient().send(command);
    expect(Messages.map(({ Body = '' }) => (JSON.parse(Body) as { detail: unknown }).detail)).toStrictEqual([
      { operation: 'Update', name: `${chain.resources.signalPrefix}/debian`, type: 'String' },
    ]);
    isFull = false;
    await settleSignals(chain, NAMES);
    expect((await of(chain, 'debian')).patches).toMatchObject([{ state: 'BUILDING' }]);
  });

  test('a build that is refused for good ends its patch, frees the image, and is tried again later, not at once', async () => {
    let isDenied = true;
    const chain = await run(({ body }) =>
      isDenied && isOf(body, 'debian') ? refuse(403, 'ForbiddenException') : undefined,
    );
    const { head, patches, request } = await of(chain, 'debian');
    const detail: unknown = expect.stringMatching(/ForbiddenException it is; allow imagebuilder:StartImage/);
    expect(patches).toMatchObject([{ state: 'FAILED', reason: 'builder', detail }]);
    expect(head).toMatchObject({ state: 'IDLE', failures: 0, builds: { count: 0 } });
    expect(head).not.toHaveProperty('lease');
    expect(request).toMatchObject({
      state: 'REQUESTED',
      why: expect.stringMatching(/^the build of patch 1/) as unknown,
    });
    const minutes = (Date.parse(request?.notBefore ?? '') - Date.now()) / 60_000;
    expect([minutes > 50, minutes <= 60]).toStrictEqual([true, true]);
    expect(chain.imageBuilder.requests.filter(({ body }) => isOf(body, 'debian'))).toHaveLength(1);
    expect(await countMessages(chain.resources.signals.url)).toBe(0);
    const logged = chain.functions['start-build'].log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.find((line) => line['ImagesPostponed'] !== undefined)).toMatchObject({ reason: 'refused' });
    expect((await of(chain, 'centos')).patches).toMatchObject([{ state: 'BUILDING' }]);

    isDenied = false;
    expect(await wakeImages(chain, NAMES)).toBe(1);
    expect((await of(chain, 'debian')).patches).toMatchObject([
      { state: 'FAILED' },
      { state: 'BUILDING', attempt: 2, buildId: chain.imageBuilder.builds[1]?.arn },
    ]);
    expect(await endBuilds(chain, 'debian')).toStrictEqual(['PROMOTED']);
  });
});
