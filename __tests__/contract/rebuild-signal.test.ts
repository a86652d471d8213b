import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileRebuildSignal } from '../../adapters/local/file-rebuild-signal';
import { GoldenImagesError } from '../../domain/errors';
import { describeRebuildSignal } from './rebuild-signal.contract';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signals-'));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

describeRebuildSignal('a directory', () =>
  Promise.resolve({ open: () => new FileRebuildSignal(root), dispose: () => Promise.resolve() }),
);

const directory = (): string => join(root, 'signals', 'debian-12');

test('keeps the last 100 versions', async () => {
  const signal = new FileRebuildSignal(root);
  for (let n = 1; n <= 103; n += 1) await signal.put('debian-12', String(n));
  const names = readdirSync(directory()).sort();
  expect(names).toHaveLength(100);
  expect([names[0], names[99]]).toStrictEqual(['000000000004.txt', '000000000103.txt']);
  expect(await signal.get('debian-12')).toStrictEqual({ value: '103', version: 103 });
});

test('does not mind files that are not its own', async () => {
  mkdirSync(directory(), { recursive: true });
  for (const name of ['.tmp-left-by-a-crash', '7.txt', '000000000009.txt~'])
    writeFileSync(join(directory(), name), 'x');
  const signal = new FileRebuildSignal(root);
  expect(await signal.get('debian-12')).toBeUndefined();
  expect(await signal.put('debian-12', 'value')).toStrictEqual({ version: 1 });
});

test('a full disk is told with the path, takes no version and leaves no file', async () => {
  const signal = new FileRebuildSignal(root);
  await signal.put('debian-12', 'old');
  const realOpen = files.open;
  const spy = jest.spyOn(files, 'open').mockImplementation(async (...args) => {
    const handle = await realOpen(...args);
    jest.spyOn(handle, 'sync').mockRejectedValue(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    return handle;
  });
  const error = await signal.put('debian-12', 'new').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(GoldenImagesError);
  expect((error as GoldenImagesError).message).toBe(
    `cannot write ${join(directory(), '000000000002.txt')}: no space is left on the device`,
  );
  expect(readdirSync(directory())).toStrictEqual(['000000000001.txt']);
  spy.mockRestore();
  expect(await signal.put('debian-12', 'new')).toStrictEqual({ version: 2 });
});

test('gives up with an error where another writer takes every version first', async () => {
  const signal = new FileRebuildSignal(root);
  await signal.put('debian-12', 'value');
  jest.spyOn(files, 'readdir').mockResolvedValue([]);
  jest.spyOn(files, 'open').mockResolvedValue({
    writeFile: () => Promise.resolve(),
    sync: () => Promise.resolve(),
    close: () => Promise.resolve(),
  } as unknown as FileHandle);
  jest.spyOn(files, 'link').mockRejectedValue(Object.assign(new Error('there'), { code: 'EEXIST' }));
  await expect(signal.put('debian-12', 'value')).rejects.toThrow(/its files keep changing/);
});
