import { compareVersions } from '../domain/versions';
import { figure, median, milliseconds } from './timing';

const PAIRS: Readonly<Record<'deb' | 'rpm', readonly (readonly [string, string])[]>> = {
  deb: [
    ['1:2.36-9+deb12u10', '1:2.36-9+deb12u9'],
    ['3.0.15-1~deb12u1', '3.0.15-1'],
    ['6.1.119-1', '6.1.12-1'],
  ],
  rpm: [
    ['8.5.0-1.amzn2023.0.3', '8.5.0-1.amzn2023.0.10'],
    ['1:3.0.7-27.el9_4', '1:3.0.7-28.el9_4'],
    ['2.34-52.amzn2023.0.10', '2.34-52.amzn2023.0.9'],
  ],
};
const ROUNDS = 200_000;

/** Compares per second of the version orders, against comparing the same texts by code unit. */
export async function benchVersions(): Promise<void> {
  for (const order of ['deb', 'rpm'] as const) {
    let sink = 0;
    const run = (compare: (left: string, right: string) => number) => async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round++)
        for (const [left, right] of PAIRS[order]) sink += compare(left, right);
      await Promise.resolve();
    };
    const own: number[] = [];
    const baseline: number[] = [];
    for (let repeat = 0; repeat < 5; repeat++) {
      own.push(await milliseconds(run((left, right) => compareVersions(order, left, right))));
      baseline.push(await milliseconds(run((left, right) => (left < right ? -1 : 1))));
    }
    const count = ROUNDS * PAIRS[order].length;
    figure(
      `versions ${order}: compares per second`,
      Math.round((count / median(own)) * 1000).toLocaleString('en'),
      'aim 1,000,000',
    );
    figure(`versions ${order}: against comparing texts`, `× ${(median(own) / median(baseline)).toFixed(1)}`);
    if (sink === Number.MIN_VALUE) figure('unreachable', '');
  }
}
