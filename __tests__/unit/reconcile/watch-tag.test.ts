import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { AwsServiceError } from '../../../adapters/aws/aws-error';
import { BadInputError } from '../../../domain/errors';
import type { Notice } from '../../../domain/notice/notice';
import { updateHead } from '../../../domain/table/head-changes';
import { movedTag } from '../../../domain/table/moved-tag';
import type { TagMove } from '../../../domain/table/tag-move';
import { watchTag } from '../../../functions/reconcile-findings/watch-tag';
import { recordingMetrics } from '../lambda/recorders';
import { digestOf, makeImage, NOW, silent } from '../table/samples';
import { reconcileWorld } from './reconcile-world';

const [PROVEN, FOREIGN] = [digestOf('a'), digestOf('f')];
const NAME = 'debian-12';

/** An image that was promoted, and whose floating tag is found on `at`. */
async function makeWatch(at: string | undefined = FOREIGN) {
  const table = new MemoryFindingTable();
  const promote = async (digest: string): Promise<void> => {
    await updateHead(table, NAME, (head) => ({
      ...head,
      promoted: { digest, reference: 'r:2024-06-01.1', patch: 1, since: NOW.toISOString(), descendsFrom: [] },
    }));
  };
  await promote(PROVEN);
  const notices: Notice[] = [];
  const metrics = recordingMetrics();
  const state = {
    at,
    fails: undefined as Error | undefined,
    meanwhile: async () => {
      await Promise.resolve();
    },
  };
  const items = async () => await table.query(`IMAGE#${NAME}`);
  return {
    ...{ table, notices, metrics, state, promote },
    seen: async () => movedTag(await items()),
    watch: async () =>
      await watchTag(
        {
          ...{ table, metrics, clock: () => NOW, logger: silent },
          registry: {
            floatingDigest: async () => {
              await state.meanwhile();
              return state.at;
            },
          },
          notifier: {
            notify: async (notice) => {
              if (state.fails !== undefined) throw state.fails;
              notices.push(notice);
              await Promise.resolve();
            },
          },
        },
        makeImage(),
      ),
  };
}

describe('the watch of the floating tag', () => {
  it.each<[string, TagMove]>([
    ['promotion', { by: 'promotion', patch: 2, reference: 'r:2024-06-02.1' }],
    ['rollback', { by: 'rollback', order: { by: 'alice', reason: 'r', code: 'by-hand' }, from: PROVEN }],
  ])('says nothing while a %s moves it, nor where that was cut off', async (_by, moving) => {
    const here = await makeWatch();
    await updateHead(here.table, NAME, (head) => ({ ...head, moving }));
    expect(await here.watch()).toEqual({ actions: {} });
    expect([here.notices, await here.seen()]).toEqual([[], undefined]);
  });

  it('says nothing where HEAD has changed since it was read: the tag was being moved', async () => {
    const here = await makeWatch();
    here.state.meanwhile = async () => {
      await here.promote(FOREIGN);
    };
    expect(await here.watch()).toEqual({ at: FOREIGN, actions: {} });
    expect([here.notices, await here.seen()]).toEqual([[], undefined]);
    here.state.meanwhile = async () => {
      await Promise.resolve();
    };
    expect(await here.watch()).toEqual({ at: FOREIGN, actions: {} });
    expect(here.notices).toEqual([]);
  });

  it('of an image that was never promoted asks nobody', async () => {
    const here = await makeWatch();
    await updateHead(here.table, NAME, ({ promoted: _promoted, ...head }) => head);
    here.state.meanwhile = async () => {
      await Promise.reject(new Error('must not be asked'));
    };
    expect(await here.watch()).toEqual({ actions: {} });
  });

  it('is over when another image is promoted, and begins anew where the tag is moved again', async () => {
    const here = await makeWatch();
    await here.watch();
    expect(await here.seen()).toEqual({ at: FOREIGN, proven: PROVEN, since: NOW.toISOString(), told: [FOREIGN] });
    await here.promote(digestOf('c'));
    expect(await here.seen()).toBeUndefined();
    expect((await here.watch()).actions).toEqual({ 'tag-moved-noticed': 1 });
    expect(here.notices).toMatchObject([{ proven: PROVEN }, { proven: digestOf('c') }]);
  });

  it('is shown where nobody can be told, which is counted and not tried for ever', async () => {
    const here = await makeWatch();
    here.state.fails = new BadInputError('the topic refuses it');
    await here.watch();
    expect(here.metrics.counts).toMatchObject({ 'NoticesFailed tag-moved': 1 });
    expect(await here.seen()).toMatchObject({ at: FOREIGN, told: [FOREIGN] });
    await here.watch();
    expect(here.metrics.counts).toMatchObject({ 'NoticesFailed tag-moved': 1 });
  });

  it('is shown at once and told by a later run where telling fails for a while', async () => {
    const here = await makeWatch();
    const cause = Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    here.state.fails = new AwsServiceError({ service: 'sns', operation: 'Publish', resource: 'the topic' }, cause);
    await expect(here.watch()).rejects.toThrow(/sns/i);
    expect(await here.seen()).toMatchObject({ at: FOREIGN, told: [] });
    here.state.fails = undefined;
    expect((await here.watch()).actions).toEqual({ 'tag-moved-noticed': 1 });
    expect(here.notices).toHaveLength(1);
  });

  it('remembers a bounded number of digests', async () => {
    const here = await makeWatch();
    for (let n = 0; n < 30; n++) {
      here.state.at = `sha256:${String(n).padStart(64, '0')}`;
      await here.watch();
    }
    expect([here.notices.length, (await here.seen())?.told.length]).toEqual([30, 20]);
  });

  it('that fails is a trouble of its step, and the others are taken', async () => {
    const world = reconcileWorld({
      ports: {
        registry: {
          floatingDigest: async () => await Promise.reject(new Error('no')),
          parentDigest: async () => await Promise.resolve({ trouble: 'no-access', detail: 'elsewhere' }),
          unusable: async () => {
            await Promise.resolve(undefined);
          },
          hasImages: async () => await Promise.resolve(true),
        },
      },
    });
    await updateHead(world.table, NAME, (head) => ({
      ...head,
      promoted: { digest: PROVEN, reference: 'r', since: NOW.toISOString(), descendsFrom: [] },
    }));
    const { troubles, tally } = await world.run();
    expect(troubles.map(({ step }) => step)).toEqual(['watch-tag']);
    expect(tally?.movedTags).toEqual({});
  });

  it('spares the look at the promoted image where the tag is on it', async () => {
    const unusable = jest.fn().mockResolvedValue(undefined);
    const at = { now: PROVEN as string | undefined };
    const world = reconcileWorld({
      ports: {
        registry: {
          floatingDigest: async () => await Promise.resolve(at.now),
          parentDigest: async () => await Promise.resolve({ trouble: 'no-access', detail: 'elsewhere' }),
          unusable,
          hasImages: async () => await Promise.resolve(true),
        },
      },
    });
    await updateHead(world.table, NAME, (head) => ({
      ...head,
      promoted: { digest: PROVEN, reference: 'r', since: NOW.toISOString(), descendsFrom: [] },
    }));
    await world.run();
    expect(unusable).not.toHaveBeenCalled();
    at.now = undefined;
    await world.run();
    expect(unusable).toHaveBeenCalledTimes(1);
  });
});
