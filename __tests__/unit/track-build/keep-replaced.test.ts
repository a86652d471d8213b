import type { Engine } from '../../../adapters/local/engine/engine';
import { makeEngineRegistry } from '../../../adapters/local/engine-registry';
import type { PromotedDigest } from '../../../domain/table/head-item';
import { findReplaced, keepReplaced } from '../../../functions/track-build/keep-replaced';
import { digestOf, makeImage, NOW } from '../table/samples';
import { describeImage } from '../use-cases/pipeline-world';

const [OLD, CANDIDATE] = [digestOf('a'), digestOf('c')];
const never = async (): Promise<never> => await Promise.reject(new Error('must not be asked'));

/** An engine whose store knows images by their tags only, as docker's does that were built on this machine. */
function storeOf(tags: Map<string, string>): Engine {
  return {
    name: 'docker',
    inspect: async (reference) => {
      const digest = tags.get(reference);
      return await Promise.resolve(
        digest === undefined ? undefined : { ...describeImage(reference, digest), onBuild: [] },
      );
    },
    tag: async (source, target) => {
      const digest = tags.get(source);
      if (digest === undefined) throw new Error(`there is no ${source}`);
      tags.set(target, digest);
      await Promise.resolve();
    },
    ...{ pull: never, loadArchive: never, build: never, untag: never, extract: never },
  };
}

/** A golden image with its store, and the tag that promotion moves. */
function local(tags: readonly (readonly [string, string])[], tag?: string) {
  const store = new Map(tags);
  const registry = makeEngineRegistry({ engine: storeOf(store), ...(tag !== undefined && { tag }) });
  const image = makeImage();
  return {
    store,
    find: async (head: Parameters<typeof findReplaced>[2] = {}) =>
      await findReplaced(registry, image, head, { candidate: CANDIDATE, now: NOW }),
    keep: async (replaced: PromotedDigest) => {
      await keepReplaced(registry, image, replaced);
    },
  };
}

describe('the image that a first promotion replaces, in the store of an engine', () => {
  it.each([
    ['the repository of the image', undefined, 'localhost/golden/debian-12:stable'],
    ['another tag', 'web:latest', 'web:latest'],
    ['a name without a tag', 'team/web', 'team/web'],
  ])('is found by the floating tag in %s, and kept before and after that has moved', async (_what, tag, floating) => {
    const here = local([[floating, OLD]], tag);
    const replaced = await here.find();
    const reference = 'localhost/golden/debian-12:2024-06-01.1';
    expect(replaced).toEqual({ digest: OLD, reference, since: NOW.toISOString(), descendsFrom: [] });
    await here.keep(replaced!);
    expect(here.store.get(reference)).toBe(OLD);
    here.store.set(floating, CANDIDATE);
    await here.keep(replaced!);
    expect([...here.store]).toEqual([
      [floating, CANDIDATE],
      [reference, OLD],
    ]);
  });

  it('has the day of its push where that is known, and a tag that is free', async () => {
    const taken = ['localhost/golden/debian-12:2024-05-01.1', digestOf('b')] as const;
    const here = local([['localhost/golden/debian-12:stable', OLD], taken]);
    const pushedAt = '2024-05-01T08:00:00.000Z';
    expect(await here.find({ adopted: { digest: OLD, pushedAt, floating: false } })).toMatchObject({
      ...{ reference: 'localhost/golden/debian-12:2024-05-01.2', since: pushedAt },
    });
    // The push of another image is none of its own.
    expect(await here.find({ adopted: { digest: digestOf('d'), pushedAt, floating: true } })).toMatchObject({
      ...{ digest: OLD, since: NOW.toISOString() },
    });
  });

  it('is none where the tag is on nothing, or on the candidate, or where something was promoted before', async () => {
    expect(await local([]).find()).toBeUndefined();
    expect(await local([['localhost/golden/debian-12:stable', CANDIDATE]]).find()).toBeUndefined();
    const promoted = { digest: digestOf('e'), reference: 'r', since: '', descendsFrom: [] };
    expect(await local([['localhost/golden/debian-12:stable', OLD]]).find({ promoted })).toBeUndefined();
  });

  it('is not kept where it is gone, nor is another one in its place', async () => {
    const here = local([['localhost/golden/debian-12:stable', OLD]]);
    const replaced = await here.find();
    here.store.set('localhost/golden/debian-12:stable', digestOf('f'));
    await here.keep(replaced!);
    expect([...here.store.keys()]).toEqual(['localhost/golden/debian-12:stable']);
  });
});
