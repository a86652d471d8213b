import fc from 'fast-check';
import { compareVersions, isVersion, type VersionOrder } from '../../domain/versions';

/** Two versions, and the rule that they are an example of. */
export type VersionPair = readonly [lower: string, higher: string, why: string];

/** What is known of the versions of one order. */
export interface VersionOrderFacts {
  readonly order: VersionOrder;
  /** Pairs whose first version is the older one. */
  readonly lower: readonly VersionPair[];
  /** Pairs that are different spellings of one version. */
  readonly equal: readonly VersionPair[];
  readonly versions: readonly string[];
  /** Texts that are no version, each with the reason. */
  readonly notVersions: readonly (readonly [text: string, why: string])[];
  /** Texts that random versions are put together from. */
  readonly pieces: readonly string[];
  /** A version with a number, given in decimal digits, in every place where leading zeros do not count. */
  withNumber(digits: string): string;
}

/** Registers the tests that every order of versions must pass: its examples, its grammar, and the laws of an order. */
export function testVersionOrder(facts: VersionOrderFacts): void {
  const compare = (a: string, b: string): number => compareVersions(facts.order, a, b);

  test.each(facts.lower)('%s < %s: %s', (lower, higher) => {
    expect(compare(lower, higher)).toBe(-1);
    expect(compare(higher, lower)).toBe(1);
  });

  test.each(facts.equal)('%s = %s: %s', (a, b) => {
    expect(compare(a, b)).toBe(0);
    expect(compare(b, a)).toBe(0);
  });

  test.each(facts.versions)('%s is a version', (text) => {
    expect(isVersion(facts.order, text)).toBe(true);
  });

  test.each(facts.notVersions)('%j is no version: %s', (text) => {
    expect(isVersion(facts.order, text)).toBe(false);
  });

  describe('laws, for any text', () => {
    const versionLike = fc.string({ unit: fc.constantFrom(...facts.pieces), maxLength: 9 });
    const text = fc.oneof(
      { weight: 4, arbitrary: versionLike },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
    );

    test('reflexive', () => {
      fc.assert(fc.property(text, (a) => compare(a, a) === 0));
    });
    test('antisymmetric', () => {
      fc.assert(
        fc.property(text, text, (a, b) => compare(a, b) + compare(b, a) === 0),
        { numRuns: 2_000 },
      );
    });
    test('transitive', () => {
      const law = fc.property(text, text, text, (a, b, c) => {
        const [low, middle, high] = [a, b, c].sort(compare) as [string, string, string];
        return compare(low, high) === Math.min(compare(low, middle), compare(middle, high)) && compare(low, high) <= 0;
      });
      fc.assert(law, { numRuns: 5_000 });
    });
    test('leading zeros do not count', () => {
      const law = fc.property(fc.bigInt({ min: 0n }), fc.nat(20), (number, zeros) => {
        const padded = '0'.repeat(zeros) + String(number);
        return compare(facts.withNumber(padded), facts.withNumber(String(number))) === 0;
      });
      fc.assert(law);
    });
    test('numbers are compared as numbers, of any length', () => {
      const law = fc.property(fc.bigInt({ min: 0n }), fc.bigInt({ min: 0n }), (m, n) => {
        expect(compare(`1.${m}`, `1.${n}`)).toBe(m < n ? -1 : m > n ? 1 : 0);
      });
      fc.assert(law);
    });
  });
}
