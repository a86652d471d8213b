import { mapLimited } from '../../../adapters/shared/map-limited';

it('keeps the order of the items, and never runs more than the limit', async () => {
  let running = 0;
  let most = 0;
  const results = await mapLimited([5, 1, 4, 2, 3], 2, async (value) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, value));
    running -= 1;
    return value * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

it('begins nothing more after a failure, and throws it once what runs has ended', async () => {
  const begun: number[] = [];
  let ended = false;
  const work = mapLimited([1, 2, 3, 4], 2, async (value) => {
    begun.push(value);
    if (value === 1) throw new Error('first');
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended = true;
  });
  await expect(work).rejects.toThrow('first');
  expect([begun, ended]).toEqual([[1, 2], true]);
});

it('of nothing makes nothing', async () => {
  expect(await mapLimited([], 4, async (value) => await Promise.resolve(value))).toEqual([]);
});
