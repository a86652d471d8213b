import type { Generation, RegistryImage, StandingFacts } from '../../../domain/lineage/blast-radius';
import { baseOf, outdatedImages, standingOf } from '../../../domain/lineage/blast-radius';
import { digestOf } from '../table/samples';

const [OLD, BACK, CURRENT, CANDIDATE] = ['a', 'b', 'c', 'd'].map(digestOf) as [string, string, string, string];
const facts: StandingFacts = {
  head: { promoted: { digest: CURRENT, reference: 'r', since: '2026-01-03T00:00:00.000Z', descendsFrom: [] } },
  patches: [{ state: 'ROLLED_BACK', candidate: { reference: 'r', digest: BACK } }],
  pushedAt: new Map([
    [OLD, '2026-01-01T00:00:00.000Z'],
    [CURRENT, '2026-01-03T00:00:00.000Z'],
    [BACK, '2026-01-04T00:00:00.000Z'],
    [CANDIDATE, '2026-01-05T00:00:00.000Z'],
  ]),
};
const generations: readonly Generation[] = [
  { digest: OLD, layers: ['parent', 'p1'] },
  { digest: BACK, layers: ['parent', 'p2'] },
  { digest: CURRENT, layers: ['parent', 'p3'] },
  { digest: CANDIDATE, layers: ['parent', 'p4'] },
];

function image(repository: string, layers: readonly string[], overrides: Partial<RegistryImage> = {}): RegistryImage {
  return {
    repository,
    digest: digestOf('1'),
    tags: ['1'],
    pushedAt: '2026-01-10T00:00:00.000Z',
    layers: [layers],
    ...overrides,
  };
}

describe('the standing of a golden digest', () => {
  test.each([
    [CURRENT, 'current'],
    [OLD, 'older'],
    [BACK, 'taken-back'],
    [CANDIDATE, 'not-promoted'],
    [digestOf('e'), 'older'],
  ])('%s is %s', (digest, standing) => {
    expect(standingOf(digest, facts)).toBe(standing);
  });

  test('is by the adopted digest where nothing was promoted', () => {
    expect(standingOf(OLD, { ...facts, head: { adopted: { digest: OLD, floating: true } } })).toBe('current');
  });
});

describe('the golden digest that layers are built on', () => {
  test('is the longest prefix', () => {
    const deeper = [...generations, { digest: digestOf('f'), layers: ['parent', 'p1', 'p1b'] }];
    expect(baseOf(['parent', 'p1', 'p1b', 'app'], deeper, CURRENT)).toBe(digestOf('f'));
    expect(baseOf(['parent', 'p1', 'app'], deeper, CURRENT)).toBe(OLD);
  });

  test('is none where a layer only stands somewhere else, or only a part of them is there', () => {
    expect(baseOf(['app', 'parent', 'p1'], generations, CURRENT)).toBeUndefined();
    expect(baseOf(['parent'], generations, CURRENT)).toBeUndefined();
    expect(baseOf(['parent', 'x'], [{ digest: OLD, layers: [] }], CURRENT)).toBeUndefined();
  });

  test('is the current one where another has the same layers', () => {
    const same = [...generations, { digest: digestOf('0'), layers: ['parent', 'p3'] }];
    expect(baseOf(['parent', 'p3', 'app'], same, CURRENT)).toBe(CURRENT);
  });
});

describe('outdated images', () => {
  test('are those on older digests, and on one that was taken back', () => {
    const images = [
      image('app/current', ['parent', 'p3', 'app']),
      image('app/old', ['parent', 'p1', 'app']),
      image('app/back', ['parent', 'p2', 'app']),
      image('app/candidate', ['parent', 'p4', 'app']),
      image('app/other', ['busybox']),
    ];
    expect(
      outdatedImages(images, generations, facts).map(({ repository, base, standing }) => [repository, base, standing]),
    ).toEqual([
      ['app/back', BACK, 'taken-back'],
      ['app/old', OLD, 'older'],
    ]);
  });

  test('of a list count where one of its images does', () => {
    const list = image('app/list', [], { layers: [['arm'], ['parent', 'p1', 'app']] });
    expect(outdatedImages([list], generations, facts)).toHaveLength(1);
  });

  test('are sorted by repository, newest first', () => {
    const images = [
      image('b', ['parent', 'p1']),
      image('a', ['parent', 'p1'], { digest: digestOf('2'), pushedAt: '2026-01-01T00:00:00.000Z' }),
      image('a', ['parent', 'p1'], { digest: digestOf('3'), pushedAt: '2026-02-01T00:00:00.000Z' }),
    ];
    expect(outdatedImages(images, generations, facts).map((one) => [one.repository, one.digest])).toEqual([
      ['a', digestOf('3')],
      ['a', digestOf('2')],
      ['b', digestOf('1')],
    ]);
  });
});
