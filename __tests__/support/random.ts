/** Random numbers that a seed decides: the same seed, the same numbers. */
export interface Random {
  /** A number from 0 up to, but not, 1. */
  next(): number;
  /** A whole number from 0 up to, but not, `limit`. */
  below(limit: number): number;
  /** One of the values. @throws RangeError where there is none */
  pick<T>(values: readonly T[]): T;
}

/**
 * A generator of 32-bit state, enough to choose mutations.
 * @param seed a whole number; source: mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: (values) => {
      if (values.length === 0) throw new RangeError('there is nothing to pick from');
      return values[below(values.length)]!;
    },
  };
}
