import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileScriptStore } from '../../adapters/local/file-script-store';
import { BadInputError, GoldenImagesError } from '../../domain/errors';
import { describeScriptStore } from './script-store.contract';

let root: string;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'scripts-')), 'state');
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(join(root, '..'), { recursive: true });
});

describeScriptStore('a directory', () =>
  Promise.resolve({
    store: new FileScriptStore(root),
    damage: (uri) => files.appendFile(join(root, uri), '#'),
    remove: (uri) => files.rm(join(root, uri)),
    dispose: () => Promise.resolve(),
  }),
);

const everything = (): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const caught = async (promise: Promise<unknown>): Promise<GoldenImagesError> =>
  await promise.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as GoldenImagesError,
  );

test('URIs are the paths below the root, with the image name as one segment', async () => {
  const store = new FileScriptStore(root);
  const { uri, sha256 } = await store.putScript('team/base image', 'true\n');
  expect(uri).toBe(`scripts/team%2Fbase%20image/${sha256}.sh`);
  expect(await store.putAudit('team/base image', 'PATCH#1/log', '')).toBe('audit/team%2Fbase%20image/PATCH%231%2Flog');
  expect(everything().sort()).toStrictEqual([
    join(root, 'audit/team%2Fbase%20image/PATCH%231%2Flog'),
    join(root, 'scripts/team%2Fbase%20image', `${sha256}.sh`),
  ]);
});

test('a script that is there is not written again', async () => {
  const store = new FileScriptStore(root);
  const { uri } = await store.putScript('debian-12', 'true\n');
  const before = statSync(join(root, uri), { bigint: true });
  await store.putScript('debian-12', 'true\n');
  const after = statSync(join(root, uri), { bigint: true });
  expect([after.ino, after.mtimeNs]).toStrictEqual([before.ino, before.mtimeNs]);
});

test.each([
  ['ENOSPC', 'internal', 'no space is left on the device', /free some space/],
  ['EDQUOT', 'internal', 'your disk quota is used up', /free some space/],
  ['EACCES', 'bad-input', 'permission denied', /make the directory writable/],
  ['EROFS', 'bad-input', 'the file system is read-only', /another state directory/],
])(
  '%s becomes an error that names the path and says what to do, and leaves nothing',
  async (code, kind, what, hint) => {
    const store = new FileScriptStore(root);
    await store.putAudit('debian-12', 'log', 'old');
    const realOpen = files.open;
    jest.spyOn(files, 'open').mockImplementation(async (...args) => {
      const handle = await realOpen(...args);
      jest
        .spyOn(handle, 'writeFile')
        .mockImplementation(() => Promise.reject(Object.assign(new Error(code), { code })));
      return handle;
    });
    const error = await caught(store.putAudit('debian-12', 'log', 'new'));
    expect(error).toBeInstanceOf(GoldenImagesError);
    expect(error.kind).toBe(kind);
    expect(error.message).toBe(`cannot write ${join(root, 'audit/debian-12/log')}: ${what}`);
    expect(error.hint).toMatch(hint);
    await expect(store.putScript('debian-12', 'true\n')).rejects.toThrow(GoldenImagesError);
    expect(everything()).toStrictEqual([join(root, 'audit/debian-12/log')]);
    expect(await store.getAudit('audit/debian-12/log')).toBe('old');
  },
);

test('a rename that fails leaves no temporary file', async () => {
  const store = new FileScriptStore(root);
  jest.spyOn(files, 'rename').mockRejectedValue(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
  await expect(store.putScript('debian-12', 'true\n')).rejects.toThrow(/^cannot write .*\.sh: EIO: i\/o error$/);
  expect(everything()).toStrictEqual([]);
});

test('a root that is a file is told as such', async () => {
  writeFileSync(root, '');
  const error = await caught(new FileScriptStore(root).putAudit('debian-12', 'log', ''));
  expect(error).toBeInstanceOf(BadInputError);
  expect(error.message).toContain(`${join(root, 'audit/debian-12/log')}: a part of the path is a file`);
});

test('a name that is too long for a file system is refused', async () => {
  const store = new FileScriptStore(root);
  await expect(store.putAudit('x'.repeat(255), 'x', '')).resolves.toContain('audit/xxx');
  await expect(store.putAudit('x'.repeat(256), 'x', '')).rejects.toThrow(BadInputError);
  await expect(store.putAudit('é'.repeat(43), 'x', '')).rejects.toThrow(/over 255 bytes when percent-encoded/);
});
