import fc from 'fast-check';
import type { Finding } from '../../../domain/finding/finding';
import type { ObservedPart } from '../../../domain/table/fold-observation';
import { foldObservation, semanticHash, supersedes, toObservation } from '../../../domain/table/fold-observation';
import { digestOf, makeFinding, makeObservation, without } from './samples';

const NONE = new Set<string>();
const fold = (known: ObservedPart | undefined, finding: Finding, keep: ReadonlySet<string> = NONE): ObservedPart =>
  foldObservation(known, finding.digest, toObservation(finding), finding.firstObservedAt, keep);
const foldAll = (findings: readonly Finding[]): ObservedPart | undefined =>
  findings.reduce<ObservedPart | undefined>((known, finding) => fold(known, finding), undefined);

const instant = fc.integer({ min: 1, max: 4 }).map((day) => `2024-05-0${day}T00:00:00.000Z`);
/** Few values of everything, so that ties are common; a digest was pushed once. */
const anyFinding = fc
  .record({
    push: fc.integer({ min: 1, max: 3 }),
    status: fc.constantFrom('ACTIVE' as const, 'CLOSED' as const, 'SUPPRESSED' as const),
    severity: fc.constantFrom('HIGH' as const, 'LOW' as const),
    floor: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
    epss: fc.option(fc.constantFrom(0, 0.5), { nil: undefined }),
    observedAt: instant,
    firstObservedAt: instant,
  })
  .map(({ push, floor, epss, ...rest }): Finding => ({
    ...(without(makeFinding(), 'floor', 'epss') as Finding),
    ...rest,
    ...(floor !== undefined && { floor }),
    ...(epss !== undefined && { epss }),
    digest: digestOf(String(push)),
    pushedAt: `2024-04-0${push}T00:00:00.000Z`,
  }));

describe('laws of folding', () => {
  it('commutative and associative: any order ends the same', () => {
    fc.assert(
      fc.property(
        fc
          .array(anyFinding, { minLength: 1, maxLength: 8 })
          .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        ([all, shuffled]) => {
          expect(foldAll(shuffled)).toEqual(foldAll(all));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('idempotent: what is known is given back as the very object, so that nothing is written', () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { minLength: 1, maxLength: 8 }), (all) => {
        const known = foldAll(all);
        for (const finding of all) expect(fold(known, finding)).toBe(known);
      }),
    );
  });

  it('the newest observation of a digest wins, and at equal times the greater hash', () => {
    fc.assert(
      fc.property(anyFinding, anyFinding, (left, right) => {
        const [a, b] = [toObservation(left), toObservation(right)];
        if (a.observedAt !== b.observedAt) expect(supersedes(a, b)).toBe(a.observedAt > b.observedAt);
        else if (a.semanticHash !== b.semanticHash) expect(supersedes(a, b)).toBe(a.semanticHash > b.semanticHash);
        const isSame = JSON.stringify(a) === JSON.stringify(b);
        expect([supersedes(a, b), supersedes(b, a)].filter(Boolean)).toHaveLength(isSame ? 0 : 1);
        expect(supersedes(a, undefined)).toBe(true);
      }),
    );
  });
});

describe('dates', () => {
  it('first observed is the earliest ever said, also by an observation that does not win', () => {
    const known = fold(undefined, makeFinding());
    const older = fold(
      known,
      makeFinding({ observedAt: '2024-01-02T00:00:00.000Z', firstObservedAt: '2024-01-01T00:00:00.000Z' }),
    );
    expect(older.firstObservedAt).toBe('2024-01-01T00:00:00.000Z');
    expect(older.observations).toEqual(known.observations);
  });

  it('the fix was first seen with the earliest observation that had a floor', () => {
    const noFix = without(makeFinding({ observedAt: '2024-01-01T00:00:00.000Z' }), 'floor') as Finding;
    expect(fold(undefined, noFix)).not.toHaveProperty('fixFirstSeenAt');
    const known = foldAll([
      noFix,
      makeFinding({ observedAt: '2024-03-01T00:00:00.000Z' }),
      makeFinding({ observedAt: '2024-02-01T00:00:00.000Z' }),
    ]);
    expect(known?.fixFirstSeenAt).toBe('2024-02-01T00:00:00.000Z');
  });
});

describe('the semantic hash', () => {
  const base = makeObservation().semanticHash;

  it.each([
    ['time', { observedAt: '2025-01-01T00:00:00.000Z', firstObservedAt: '2020-01-01T00:00:00.000Z' }],
    ['tags', { tags: [] }],
    ['the daily drift of the EPSS score', { epss: 0.0101 }],
  ])('is not of %s', (_what, same) => {
    expect(base).toMatch(/^[0-9a-f]{16}$/);
    expect(makeObservation(same).semanticHash).toBe(base);
  });

  it.each<Partial<Finding>>([
    { status: 'CLOSED' },
    { severity: 'LOW' },
    { installed: '1' },
    { floor: '9' },
    { exploit: true },
    { platform: 'DEBIAN_11' },
  ])('is of %j, which a decision depends on', (other) => {
    expect(makeObservation(other).semanticHash).not.toBe(base);
  });

  it('does not depend on the order of the members', () => {
    const { semanticHash: hash, ...facts } = makeObservation();
    expect(semanticHash(Object.fromEntries(Object.entries(facts).reverse()) as typeof facts)).toBe(hash);
  });
});

describe('digests that are forgotten', () => {
  const onPush = (push: number): Finding =>
    makeFinding({ digest: digestOf(String(push)), pushedAt: `2024-04-0${push}T00:00:00.000Z` });
  const pushes = (known: ObservedPart | undefined): string[] =>
    Object.keys(known?.observations ?? {})
      .map((digest) => digest.at(-1) ?? '')
      .sort();

  it('are the oldest pushes beyond three', () => {
    expect(pushes(foldAll([1, 2, 3, 4, 5].map(onPush)))).toEqual(['3', '4', '5']);
    expect(pushes(foldAll([5, 1, 4, 2, 3].map(onPush)))).toEqual(['3', '4', '5']);
  });

  it('are never those to be kept', () => {
    const keep = new Set([digestOf('1'), digestOf('5')]);
    const known = [1, 2, 3, 4, 5, 6]
      .map(onPush)
      .reduce<ObservedPart | undefined>((part, finding) => fold(part, finding, keep), undefined);
    expect(pushes(known)).toEqual(['1', '3', '4', '5', '6']);
  });
});
