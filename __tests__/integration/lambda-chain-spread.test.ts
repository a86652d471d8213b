import type { InspectorEvent } from '../support/aws/chain-events';
import { describeLambdaChain } from '../support/aws/describe-lambda-chain';
import { endBuild, endBuilds, runningBuilds } from '../support/aws/emulated-builds';
import type { LambdaChain } from '../support/aws/lambda-chain';
import { pushGolden } from '../support/aws/push-golden';
import { estateOf, GOLANG_TARGETS, RECORDED, tableOf, targetsOf } from '../support/aws/recorded-images';

/** The event as EventBridge puts it into the queue. */
const asMessage = (event: InspectorEvent): string => JSON.stringify(event);

describeLambdaChain('findings that come one after the other', (start) => {
  /** Has events come over ten minutes, and lets time pass as it does. */
  const spread = async (chain: LambdaChain, events: readonly InspectorEvent[]): Promise<void> => {
    const slice = Math.ceil(events.length / 10);
    for (let minute = 0; minute < 10; minute++) {
      await chain.enqueue(events.slice(minute * slice, (minute + 1) * slice).map(asMessage));
      await chain.step();
      chain.wait(60);
    }
    await chain.settle();
  };

  test('712 findings that come over ten minutes lead to two builds at most', async () => {
    const chain = await start({ config: estateOf('golang') });
    await pushGolden(chain, RECORDED.golang.slice(0, 1));
    await spread(chain, RECORDED.golang);
    const { patches } = await tableOf(chain, 'golang');
    // One plan, and one question at most, per gather window; what is planned while a build runs waits for its end.
    expect(patches.length).toBeLessThanOrEqual(10);
    expect(chain.bedrock.paidAnswers()).toBe(patches.length);
    expect(patches.map(({ state }) => state)).toStrictEqual([
      'BUILDING',
      ...patches.slice(2).map(() => 'SUPERSEDED'),
      'READY',
    ]);
    expect(targetsOf(patches.at(-1))).toStrictEqual(GOLANG_TARGETS);
    expect(chain.imageBuilder.builds).toHaveLength(1);

    // Not promoted, which takes moto half a minute for 713 findings: the next test has promotions.
    for (let build = 1; build <= 2; build++) {
      await endBuild(chain, 'golang', { status: 'CANCELLED' });
      await chain.settle();
      expect(chain.imageBuilder.builds).toHaveLength(2);
    }
    expect(runningBuilds(chain, 'golang')).toStrictEqual([]);
    expect(chain.imageBuilder.builds.at(-1)?.clientToken).toBe(patches.at(-1)?.patchId);
  });

  test('findings that come over ten minutes are fixed by two builds at most', async () => {
    const chain = await start({ config: estateOf('amazonlinux') });
    await pushGolden(chain, RECORDED.amazonlinux.slice(0, 1));
    await chain.scanner.seed(RECORDED.amazonlinux);
    await spread(chain, RECORDED.amazonlinux);
    expect(await endBuilds(chain, 'amazonlinux')).toStrictEqual(['PROMOTED', 'PROMOTED']);
    expect(chain.imageBuilder.builds).toHaveLength(2);
    const { states, head, patches } = await tableOf(chain, 'amazonlinux');
    expect(head).toMatchObject({ state: 'IDLE', failures: 0, promoted: { patch: patches.at(-1)?.sequence } });
    expect(states['FIXED']).toBeGreaterThanOrEqual(14);
    expect(states).not.toHaveProperty('OPEN');
  });
});
