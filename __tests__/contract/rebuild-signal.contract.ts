import { BadInputError } from '../../domain/errors';
import type { RebuildSignal } from '../../domain/ports';
import { refusedNames } from './script-store.contract';

/** One store of an implementation, empty at first. */
export interface RebuildSignalHarness {
  /** A handle on the store; each call gives another one. */
  open(): RebuildSignal;
  dispose(): Promise<void>;
}

/** Registers the tests that every {@link RebuildSignal} must pass. */
export function describeRebuildSignal(name: string, makeHarness: () => Promise<RebuildSignalHarness>): void {
  describe(`RebuildSignal: ${name}`, () => {
    let harness: RebuildSignalHarness;
    let signal: RebuildSignal;
    beforeEach(async () => {
      harness = await makeHarness();
      signal = harness.open();
    });
    afterEach(async () => {
      await harness.dispose();
    });

    test('has no value before the first put', async () => {
      expect(await signal.get('debian-12')).toBeUndefined();
    });

    test('counts every put, also of the same value, by image and across handles', async () => {
      expect(await signal.put('debian-12', 'one')).toStrictEqual({ version: 1 });
      expect(await signal.put('debian-12', 'one')).toStrictEqual({ version: 2 });
      expect(await harness.open().put('debian-12', 'two')).toStrictEqual({ version: 3 });
      expect(await signal.put('alpine', 'other')).toStrictEqual({ version: 1 });
      expect(await signal.get('debian-12')).toStrictEqual({ value: 'two', version: 3 });
      expect(await signal.get('alpine')).toStrictEqual({ value: 'other', version: 1 });
    });

    test('gives the puts of several handles at once different versions, and keeps the last', async () => {
      const handles = Array.from({ length: 4 }, () => harness.open());
      const versions = await Promise.all(
        handles.flatMap((handle, index) =>
          Array.from({ length: 5 }, async (_, n) => (await handle.put('debian-12', `${index}-${n}`)).version),
        ),
      );
      expect(versions.sort((a, b) => a - b)).toStrictEqual(Array.from({ length: 20 }, (_, index) => index + 1));
      expect((await signal.get('debian-12'))?.version).toBe(20);
    });

    test('takes 4,096 bytes of text as they are and refuses more, none, and what UTF-8 cannot hold', async () => {
      for (const value of ['x'.repeat(4096), 'é'.repeat(2048), ` 's3://bucket/😀' \n`]) {
        await signal.put('debian-12', value);
        expect((await signal.get('debian-12'))?.value).toBe(value);
      }
      for (const value of ['', 'x'.repeat(4097), 'é'.repeat(2049), 'a\ud800']) {
        await expect(signal.put('debian-12', value)).rejects.toThrow(BadInputError);
      }
      expect((await signal.get('debian-12'))?.version).toBe(3);
    });

    test('keeps images apart whatever their names are', async () => {
      const names = ['a', 'a/b', 'a%2Fb', 'A b', 'ä'];
      for (const image of names) await signal.put(image, `for ${image}`);
      for (const image of names) {
        expect(await signal.get(image)).toStrictEqual({ value: `for ${image}`, version: 1 });
      }
    });

    test.each(refusedNames)('refuses the image name %p', async (refused) => {
      await expect(signal.put(refused, 'x')).rejects.toThrow(BadInputError);
      await expect(signal.get(refused)).rejects.toThrow(BadInputError);
    });
  });
}
