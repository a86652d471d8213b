import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REQUEST_HELP, readRequest } from '../../../cli/commands/request-file';
import { BadInputError } from '../../../domain/errors';

const REQUEST = {
  ecosystem: 'dnf',
  platform: 'AMAZON_LINUX_2023',
  releasever: '2023.5.20240819',
  targets: [{ package: 'openssl-libs', floor: '0:3.0.8-1', replacements: ['openssl-ng'] }],
  removable: ['gcc'],
  companions: ['krb5-libs'],
  moduleStreams: ['nodejs:20'],
};

describe('a request of vet and script', () => {
  let work = '';

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'golden-images-test-'));
  });

  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  async function read(request: unknown): Promise<Awaited<ReturnType<typeof readRequest>>> {
    const file = join(work, 'request.json');
    writeFileSync(file, JSON.stringify(request));
    return await readRequest(file);
  }

  test('has companions, streams, a release, and replacements per target', async () => {
    const { ecosystem, ...rest } = await read(REQUEST);
    expect([ecosystem.id, rest]).toEqual([
      'dnf',
      {
        releasever: '2023.5.20240819',
        targets: [{ package: 'openssl-libs', floor: '3.0.8-1', replacements: ['openssl-ng'] }],
        removable: ['gcc'],
        companions: ['krb5-libs'],
        moduleStreams: ['nodejs:20'],
      },
    ]);
  });

  test('needs none of them', async () => {
    const { ecosystem, ...rest } = await read({ ecosystem: 'apt', targets: [{ package: 'curl', floor: '8.5.0-2' }] });
    expect([ecosystem.id, rest]).toEqual([
      'apt',
      { targets: [{ package: 'curl', floor: '8.5.0-2' }], removable: [], companions: [], moduleStreams: [] },
    ]);
  });

  test.each([
    ['an unknown key', { ...REQUEST, replacements: {} }, 'request: Unrecognized key: "replacements"'],
    [
      'an unknown key of a target',
      { ...REQUEST, targets: [{ ...REQUEST.targets[0], replacedBy: 'x' }] },
      'targets.0: ',
    ],
    ['a companion', { ...REQUEST, companions: ['a;b'] }, 'companions: "a;b" is not a package name of DNF (rpm)'],
    [
      'a stream',
      { ...REQUEST, moduleStreams: ['nodejs'] },
      'moduleStreams: "nodejs" is not a stream such as nodejs:20',
    ],
    ['a profile', { ...REQUEST, moduleStreams: ['nodejs:20/minimal'] }, 'is not a stream such as nodejs:20'],
    [
      'a replacement',
      { ...REQUEST, targets: [{ package: 'a', floor: '1', replacements: ['ok', '$(id)'] }] },
      'targets.0.replacements: "$(id)" is not a package name',
    ],
    ['one that is no list', { ...REQUEST, companions: 'krb5-libs' }, 'companions: '],
  ])('refuses %s', async (_title, request, message) => {
    const failure = read(request);
    await expect(failure).rejects.toThrow(BadInputError);
    await expect(failure).rejects.toThrow(message);
  });

  test('every key that is accepted stands in the help', () => {
    for (const key of [
      ...Object.keys(REQUEST),
      ...Object.keys(REQUEST.targets[0] ?? {}),
      'installed',
      'source',
      'binaries',
    ])
      expect(REQUEST_HELP).toContain(key);
  });
});
