import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { GoldenImage } from '../../../domain/config/golden-image';
import { BadInputError } from '../../../domain/errors';
import type { Finding } from '../../../domain/finding/finding';
import { registerLayers } from '../../../domain/lineage/register-layers';
import { openFindings } from '../../../domain/plan/open-findings';
import type { ImageLayers } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import { updateHead } from '../../../domain/table/head-changes';
import { isLayerItem } from '../../../domain/table/layer-item';
import { isUnattributedItem } from '../../../domain/table/unattributed-item';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { makeRandom } from '../../support/random';
import { recordingLogger } from '../lambda/recorders';
import { digestOf, makeFinding, makeImage, NOW, without } from '../table/samples';

const layer = (name: string): string => digestOf(name);
const [PARENT, PATCH, CERTIFICATES, APP] = [layer('1'), layer('2'), layer('3'), layer('4')];

/** Layers by `repository@digest`. */
type Registry = Readonly<Record<string, readonly string[] | Error>>;

const DEBIAN = makeImage();
const HARDENED = makeImage({ name: 'hardened', repository: 'golden/hardened' });
const REGISTRY: Registry = {
  [`golden/debian-12@${digestOf('a')}`]: [PARENT, PATCH],
  [`golden/hardened@${digestOf('b')}`]: [PARENT, PATCH, CERTIFICATES],
  [`app/shop@${digestOf('d')}`]: [PARENT, PATCH, APP],
  [`app/bank@${digestOf('e')}`]: [PARENT, PATCH, CERTIFICATES, APP],
  [`app/alien@${digestOf('f')}`]: [PARENT, APP],
  [`app/odd@${digestOf('9')}`]: new BadInputError('a manifest of a type that is not known'),
};

function world(
  registry: Registry = REGISTRY,
  images: readonly GoldenImage[] = [DEBIAN, HARDENED],
  /** Digests by `repository:tag`. */
  tags: Readonly<Record<string, string>> = {},
  table = new MemoryFindingTable(),
) {
  const logger = recordingLogger();
  const asked: string[] = [];
  const layers: ImageLayers = {
    layersOf: async (repository, digest) => {
      asked.push(`${repository}@${digest}`);
      const found = registry[`${repository}@${digest}`];
      if (found instanceof Error) throw found;
      return await Promise.resolve(found);
    },
  };
  const estate = { byRepository: new Map(images.map((image) => [image.repository, image])), exceptions: [] };
  const askedTags: string[] = [];
  const ingest = makeIngestFinding({
    ...{ table, estate, layers, clock: () => NOW, logger },
    tags: {
      digestOf: async (repository, tag) => {
        askedTags.push(`${repository}:${tag}`);
        return await Promise.resolve(tags[`${repository}:${tag}`]);
      },
    },
  });
  const finding = async (image = 'debian-12') => (await table.query(`IMAGE#${image}`)).filter(isFindingItem);
  return {
    table,
    logger,
    asked,
    askedTags,
    ingest: async (...facts: Finding[]) => await ingest(facts),
    finding,
    states: async (image?: string) =>
      (await finding(image)).map((item) => [item.package, item.state, item.reason].filter(Boolean).join(' ')),
    unattributed: async (repository: string) =>
      (await table.query(`UNATTRIBUTED#${encodeURIComponent(repository)}`)).filter(isUnattributedItem),
    layerItems: async (last: string) => (await table.query(`LAYER#${encodeURIComponent(last)}`)).filter(isLayerItem),
  };
}

const golden = (overrides: Partial<Finding> = {}): Finding => makeFinding({ package: 'zlib', ...overrides });
const hardened = (overrides: Partial<Finding> = {}): Finding =>
  golden({ repository: 'golden/hardened', digest: digestOf('b'), ...overrides });
const inShop = (overrides: Partial<Finding> = {}): Finding =>
  makeFinding({
    repository: 'app/shop',
    digest: digestOf('d'),
    tags: [],
    sourceLayerHash: PATCH,
    pushedAt: '2024-05-30T00:00:00.000Z',
    ...overrides,
  });

describe('a golden image', () => {
  it('is known by the last layer of its digest as soon as a finding of it comes in', async () => {
    const here = world();
    expect(await here.ingest(golden())).toMatchObject({
      lineage: { attributed: 0, unknownLayers: 0, unattributed: {} },
    });
    expect(await here.layerItems(PATCH)).toEqual([
      {
        pk: `LAYER#${encodeURIComponent(PATCH)}`,
        sk: 'IMAGE#debian-12',
        version: 1,
        type: 'LAYER',
        image: 'debian-12',
        digest: digestOf('a'),
        layers: [PARENT, PATCH],
      },
    ]);
  });

  it('is written down once and asked for once, however many findings come in', async () => {
    const here = world();
    await here.ingest(golden());
    const before = here.table.changes().length;
    await here.ingest(golden(), golden({ package: 'krb5' }));
    await here.ingest(golden());
    expect([here.table.changes().length - before, here.asked.length]).toEqual([1, 1]);
  });

  it('is known by every digest that findings are about, since applications are built on older ones too', async () => {
    const older = { ...REGISTRY, [`golden/debian-12@${digestOf('0')}`]: [PARENT] };
    const here = world(older);
    await here.ingest(golden(), golden({ digest: digestOf('0'), pushedAt: '2024-04-01T00:00:00.000Z' }));
    expect((await here.layerItems(PARENT)).map(({ digest }) => digest)).toEqual([digestOf('0')]);
    expect((await here.layerItems(PATCH)).map(({ digest }) => digest)).toEqual([digestOf('a')]);
  });

  it('with the same layers twice is known by its current digest', async () => {
    const here = world({ ...REGISTRY, [`golden/debian-12@${digestOf('0')}`]: [PARENT, PATCH] });
    await here.ingest(golden({ digest: digestOf('0'), pushedAt: '2024-04-01T00:00:00.000Z' }));
    await here.ingest(golden());
    await here.ingest(golden({ digest: digestOf('0'), pushedAt: '2024-04-01T00:00:00.000Z', package: 'krb5' }));
    expect((await here.layerItems(PATCH)).map(({ digest }) => digest)).toEqual([digestOf('a')]);
  });

  it.each([
    ['was deleted from the registry', {}],
    ['cannot be read', { [`golden/debian-12@${digestOf('a')}`]: new Error('AccessDenied') }],
  ])('that %s still has its findings taken, is counted, and is tried again', async (_what, registry: Registry) => {
    const here = world(registry);
    expect(await here.ingest(golden())).toMatchObject({ folded: 1, lineage: { unknownLayers: 1 } });
    expect(await here.ingest(golden())).toMatchObject({ folded: 0, lineage: { unknownLayers: 1 } });
    expect(await here.states()).toEqual(['zlib OPEN']);
    expect(here.logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
  });
});

describe('a finding of an application', () => {
  it("in a layer of the golden image is that image's, and is judged on that one's current digest", async () => {
    const here = world();
    await here.ingest(golden());
    const result = await here.ingest(inShop());
    expect(result).toMatchObject({
      folded: 1,
      unattributed: 0,
      images: new Set(['debian-12']),
      lineage: { attributed: 1 },
    });
    expect(await here.states()).toEqual(['glibc OPEN', 'zlib OPEN']);
    const [item] = await here.finding();
    expect(item).toMatchObject({
      judgedOn: digestOf('a'),
      observations: {},
      seenIn: { 'app/shop': { digest: digestOf('d'), base: digestOf('a'), observation: { status: 'ACTIVE' } } },
    });
    expect(item?.seenIn?.['app/shop']?.observation).not.toHaveProperty('pushedAt');
    expect(openFindings(await here.finding()).map((one) => [one.package, one.floor])).toEqual([
      ['glibc', '2.36-9+deb12u6'],
      ['zlib', '2.36-9+deb12u6'],
    ]);
    expect(await here.unattributed('app/shop')).toEqual([]);
  });

  it('is judged stale where the application is built on an older digest than the current one', async () => {
    const here = world({ ...REGISTRY, [`golden/debian-12@${digestOf('c')}`]: [PARENT, layer('7')] });
    await here.ingest(golden());
    await here.ingest(golden({ digest: digestOf('c'), pushedAt: '2024-06-01T00:00:00.000Z' }));
    await here.ingest(inShop());
    expect(await here.states()).toEqual(['glibc PARKED stale-digest', 'zlib OPEN']);
  });

  it("in a layer of its own is nobody's: kept for 30 days, and nothing is opened", async () => {
    const here = world();
    await here.ingest(golden());
    expect(await here.ingest(inShop({ sourceLayerHash: APP }))).toMatchObject({
      unattributed: 1,
      images: new Set(),
      lineage: { attributed: 0, unattributed: { 'own-layer': 1 } },
    });
    expect(await here.states()).toEqual(['zlib OPEN']);
    expect(await here.unattributed('app/shop')).toEqual([
      expect.objectContaining({
        pk: 'UNATTRIBUTED#app%2Fshop',
        sk: 'FINDING#CVE-2024-0001#OS#glibc',
        reason: 'own-layer',
        digest: digestOf('d'),
        expiresAt: NOW.getTime() / 1000 + 30 * 86_400,
      }),
    ]);
  });

  it('belongs to the right one of two golden images that share their first layers: the longest prefix', async () => {
    const here = world();
    await here.ingest(golden(), hardened());
    const inBank = inShop({ repository: 'app/bank', digest: digestOf('e'), sourceLayerHash: PARENT });
    await here.ingest(inBank, inShop({ package: 'krb5' }));
    expect([await here.states('debian-12'), await here.states('hardened')]).toEqual([
      ['krb5 OPEN', 'zlib OPEN'],
      ['glibc OPEN', 'zlib OPEN'],
    ]);
  });

  it('belongs to both golden images where they are the same so far', async () => {
    const here = world({ ...REGISTRY, [`golden/hardened@${digestOf('b')}`]: [PARENT, PATCH] });
    await here.ingest(golden(), hardened());
    await here.ingest(inShop());
    expect([await here.states('debian-12'), await here.states('hardened')]).toEqual([
      ['glibc OPEN', 'zlib OPEN'],
      ['glibc OPEN', 'zlib OPEN'],
    ]);
  });

  it('belongs to the next golden image where the nearest is not declared any more', async () => {
    const before = world();
    await before.ingest(golden(), hardened());
    const here = world(REGISTRY, [DEBIAN]);
    for (const item of [...(await before.layerItems(PATCH)), ...(await before.layerItems(CERTIFICATES))])
      await here.table.put(item, 0);
    const facts = inShop({ repository: 'app/bank', digest: digestOf('e') });
    expect(await here.ingest(facts)).toMatchObject({ images: new Set(['debian-12']) });
  });

  it.each([
    ['no-source-layer', without(inShop(), 'sourceLayerHash')],
    ['image-not-found', inShop({ digest: digestOf('8') })],
    ['manifest-not-supported', inShop({ repository: 'app/odd', digest: digestOf('9') })],
    ['no-golden-base', inShop({ repository: 'app/alien', digest: digestOf('f'), sourceLayerHash: PARENT })],
    ['own-layer', inShop({ sourceLayerHash: layer('5') })],
  ])('is kept as %s', async (reason, fact) => {
    const here = world();
    await here.ingest(golden());
    expect(await here.ingest(fact)).toMatchObject({ lineage: { unattributed: { [reason]: 1 } } });
    expect((await here.unattributed(fact.repository)).map((item) => item.reason)).toEqual([reason]);
  });

  it('is not lost where the registry is out of reach: the failure is told', async () => {
    const here = world({ [`app/shop@${digestOf('d')}`]: new Error('throttled') });
    await expect(here.ingest(inShop())).rejects.toThrow('throttled');
  });

  it('writes once for what is newer, and never for what is known or older', async () => {
    const here = world();
    await here.ingest(golden());
    const writes = async (...facts: Finding[]): Promise<number> => {
      const before = here.table.changes().length;
      await here.ingest(...facts);
      return here.table.changes().length - before;
    };
    const older = { observedAt: '2024-05-21T00:00:00.000Z' };
    const own = { sourceLayerHash: APP };
    expect([
      await writes(inShop(), inShop()),
      await writes(without(inShop(older), 'floor')),
      await writes(inShop(own)),
      await writes(inShop({ ...own, ...older }), inShop(own)),
    ]).toEqual([1, 0, 1, 0]);
  });

  it("asks for an application's layers once per batch", async () => {
    const here = world();
    await here.ingest(...['glibc', 'krb5', 'zlib'].map((name) => inShop({ package: name })));
    expect(here.asked).toEqual([`app/shop@${digestOf('d')}`]);
  });
});

describe('a finding of an application that comes before its golden image is known', () => {
  const STABLE = { 'golden/debian-12:stable': digestOf('a') };

  it('is attributed by what the floating tag points at, of an image that the scanner has never spoken of', async () => {
    const here = world(REGISTRY, undefined, STABLE);
    expect(await here.ingest(inShop())).toMatchObject({ images: new Set(['debian-12']), lineage: { attributed: 1 } });
    expect(await here.states()).toEqual(['glibc OPEN']);
    expect(await here.unattributed('app/shop')).toEqual([]);
    expect(await here.finding()).toMatchObject([{ judgedOn: digestOf('a') }]);
    // The scanner's own word comes later, about the same digest.
    await here.ingest(golden());
    expect(await here.states()).toEqual(['glibc OPEN', 'zlib OPEN']);
  });

  it('is attributed by the promoted digest, which no finding was ever about, and not by the tag', async () => {
    const here = world(REGISTRY, undefined, { 'golden/debian-12:stable': digestOf('7') });
    await updateHead(here.table, 'debian-12', (head) => ({
      ...head,
      promoted: { digest: digestOf('a'), reference: 'r', since: NOW.toISOString(), descendsFrom: [] },
    }));
    expect(await here.ingest(inShop())).toMatchObject({ images: new Set(['debian-12']) });
    expect(here.askedTags).toEqual(['golden/hardened:stable']);
  });

  it('is attributed where the digest was registered as it was promoted, also when the registry tells no more of it', async () => {
    const here = world({ [`app/shop@${digestOf('d')}`]: [PARENT, PATCH, APP] });
    const layers: ImageLayers = { layersOf: async () => await Promise.resolve([PARENT, PATCH]) };
    for (let time = 0; time < 2; time++)
      await registerLayers({ table: here.table, layers }, DEBIAN, { digest: digestOf('a'), isCurrent: true });
    expect(await here.layerItems(PATCH)).toMatchObject([{ digest: digestOf('a'), version: 1 }]);
    expect(await here.ingest(inShop())).toMatchObject({ images: new Set(['debian-12']) });
    const none: ImageLayers = { layersOf: () => Promise.resolve(undefined) };
    await expect(
      registerLayers({ table: here.table, layers: none }, DEBIAN, { digest: digestOf('a'), isCurrent: true }),
    ).rejects.toThrow(`the registry has no image golden/debian-12@${digestOf('a')}`);
  });

  it('is nobody’s while nothing is known, and leaves that list when it is sent again', async () => {
    const here = world();
    await here.ingest(inShop());
    expect((await here.unattributed('app/shop')).map(({ reason }) => reason)).toEqual(['no-golden-base']);
    await here.ingest(golden());
    expect(await here.ingest(inShop())).toMatchObject({ folded: 1, lineage: { attributed: 1 } });
    expect(await here.unattributed('app/shop')).toEqual([]);
    expect(await here.states()).toEqual(['glibc OPEN', 'zlib OPEN']);
  });

  it('does not take a newer note away that is about another digest of the application', async () => {
    const here = world({ ...REGISTRY, [`app/shop@${digestOf('7')}`]: [layer('8'), APP] });
    await here.ingest(golden());
    await here.ingest(inShop({ digest: digestOf('7'), observedAt: '2024-05-30T00:00:00.000Z' }));
    await here.ingest(inShop());
    expect((await here.unattributed('app/shop')).map(({ digest }) => digest)).toEqual([digestOf('7')]);
    await here.ingest(inShop({ observedAt: '2024-05-31T00:00:00.000Z' }));
    expect(await here.unattributed('app/shop')).toEqual([]);
  });

  it('is the nearest golden image’s, though only the one below is known: its layer would seem the application’s own', async () => {
    const here = world(REGISTRY, undefined, { 'golden/hardened:stable': digestOf('b') });
    await here.ingest(golden());
    await here.ingest(inShop({ repository: 'app/bank', digest: digestOf('e'), sourceLayerHash: CERTIFICATES }));
    expect([await here.states('debian-12'), await here.states('hardened')]).toEqual([['zlib OPEN'], ['glibc OPEN']]);
  });

  it('asks for each golden image once, however many findings stay nobody’s', async () => {
    const here = world(REGISTRY, undefined, STABLE);
    const alien = inShop({ repository: 'app/alien', digest: digestOf('f'), sourceLayerHash: PARENT });
    await here.ingest(alien, { ...alien, package: 'krb5' });
    await here.ingest({ ...alien, package: 'zlib' });
    expect(here.asked.filter((one) => one.startsWith('golden/'))).toEqual([`golden/debian-12@${digestOf('a')}`]);
    // One tag is not there yet, and is asked for once a batch.
    expect(here.askedTags).toEqual(['golden/debian-12:stable', 'golden/hardened:stable', 'golden/hardened:stable']);
  });

  it('is kept where the registry does not tell of the golden image, which is counted', async () => {
    const here = world({ [`app/shop@${digestOf('d')}`]: [PARENT, PATCH, APP] }, undefined, STABLE);
    expect(await here.ingest(inShop())).toMatchObject({
      lineage: { unknownLayers: 1, unattributed: { 'no-golden-base': 1 } },
    });
  });
});

describe('the word of an application against that of the golden image', () => {
  const later = '2024-05-25T00:00:00.000Z';
  const own = (status: Finding['status']): Finding => makeFinding({ status });
  const cases: [string, Finding[], string][] = [
    ['keeps open what closed on the golden image by expiry', [own('CLOSED'), inShop()], 'glibc OPEN'],
    ['does not undo a suppression', [own('SUPPRESSED'), inShop({ observedAt: later })], 'glibc PARKED suppressed'],
    [
      'that it is closed closes nothing',
      [own('ACTIVE'), inShop({ status: 'CLOSED', observedAt: later })],
      'glibc OPEN',
    ],
    [
      'is no longer heard when the application has no such finding any more',
      [own('CLOSED'), inShop(), inShop({ status: 'CLOSED', observedAt: later })],
      'glibc CLOSED',
    ],
  ];

  it.each(cases)('%s', async (_what, facts, expected) => {
    const here = world();
    await here.ingest(golden());
    for (const fact of facts) await here.ingest(fact);
    expect(await here.states()).toEqual([expected, 'zlib OPEN']);
  });

  it.each(cases)('in any order: %s', async (_what, facts) => {
    const ends = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const random = makeRandom(seed);
      const here = world();
      await here.ingest(golden());
      const rest = [...facts, ...facts];
      while (rest.length > 0) await here.ingest(...rest.splice(random.below(rest.length), 1));
      const [item] = await here.finding();
      ends.add(JSON.stringify([item?.state, item?.observations, item?.seenIn, item?.firstObservedAt]));
    }
    expect(ends.size).toBe(1);
  });

  it('stays within twenty applications, those seen last, in any order', async () => {
    const apps = Array.from({ length: 30 }, (_, index) => `app/number-${String(index).padStart(2, '0')}`);
    const registry = Object.fromEntries(apps.map((app) => [`${app}@${digestOf('d')}`, [PARENT, PATCH, APP]]));
    const facts = apps.map((repository, index) =>
      inShop({ repository, observedAt: `2024-05-${String(index + 1).padStart(2, '0')}T00:00:00.000Z` }),
    );
    for (const order of [facts, facts.toReversed()]) {
      const here = world({ ...REGISTRY, ...registry });
      await here.ingest(golden(), ...order);
      const [item] = await here.finding();
      expect(Object.keys(item?.seenIn ?? {})).toEqual(apps.slice(10));
    }
  });
});

it('a finding of an application survives the promotion of its golden image as what it is: about an older digest', async () => {
  const here = world();
  await here.ingest(golden(), inShop());
  await updateHead(here.table, 'debian-12', (head) => ({
    ...head,
    promoted: { digest: digestOf('c'), reference: 'r', since: '2024-06-01T00:00:00.000Z', descendsFrom: [] },
  }));
  await here.ingest(inShop({ observedAt: '2024-05-31T00:00:00.000Z' }));
  expect(await here.states()).toEqual(['glibc PARKED stale-digest', 'zlib OPEN']);
});
