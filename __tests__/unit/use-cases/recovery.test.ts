import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runLocalPipeline } from '../../../adapters/local/local-pipeline';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import { SqliteFindingTable } from '../../../adapters/local/sqlite-finding-table';
import { LocalStream } from '../../../adapters/local/table-stream';
import { makeGuard } from '../../../cli/run/guard-image';
import type { GoldenImage } from '../../../domain/config/golden-image';
import { BadInputError, GoldenImagesError } from '../../../domain/errors';
import { requestReplan, updateHead } from '../../../domain/table/head-changes';
import type { PatchItem } from '../../../domain/table/patch-item';
import { isPatchItem } from '../../../domain/table/patch-item';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import { makeImage, makeItem, NOW, silent } from '../table/samples';

let directory: string;
let table: SqliteFindingTable;
let stream: LocalStream;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'golden-images-recovery-'));
  table = new SqliteFindingTable(join(directory, 'table.sqlite'));
  stream = new LocalStream(join(directory, 'table.sqlite'));
});
afterEach(() => {
  stream.close();
  table.close();
  rmSync(directory, { recursive: true });
});

/** One run of the local pipeline on the real table and stream, without an engine. @returns what was signaled */
async function runOnce(image: GoldenImage = makeImage(), now: Date = NOW): Promise<string[]> {
  const signaled: string[] = [];
  const signal = {
    put: async (_image: string, value: string) => await Promise.resolve({ version: signaled.push(value) }),
    get: async (): Promise<never> => await Promise.reject(new Error('must not be asked')),
  };
  const ports = { table, scripts: new MemoryScriptStore(), signal, clock: () => now, logger: silent };
  const generatePatch = makeGeneratePatch({ ...ports, authors: { choice: 'rules' as const } });
  await runLocalPipeline({
    clock: () => NOW,
    stream,
    images: [image],
    steps: { generatePatch, signalRebuild: makeSignalRebuild(ports) },
  });
  return signaled;
}

const patches = async (): Promise<PatchItem[]> => (await table.query('IMAGE#debian-12')).filter(isPatchItem);
const states = async (): Promise<string[]> => (await patches()).map((patch) => patch.state);

describe('a patch that was left READY', () => {
  it('by a spent budget is signaled by a run of the next day, although no record tells of it any more', async () => {
    await updateHead(table, 'debian-12', (head) => ({ ...head, builds: { day: '2024-06-01', count: 10 } }));
    await table.put(makeItem(), 0);
    expect(await runOnce()).toEqual([]);
    expect(await states()).toEqual(['READY']);
    expect(stream.read('signal-rebuild', 10)).toEqual([]);
    expect(await runOnce()).toEqual([]);
    expect(await runOnce(makeImage(), new Date('2024-06-02T00:00:00Z'))).toEqual([(await patches())[0]?.scriptUri]);
    expect(await states()).toEqual(['SIGNALED']);
  });

  it('by a lost record is signaled by the next run', async () => {
    await table.put(makeItem(), 0);
    await makeGeneratePatch({
      ...{ table, scripts: new MemoryScriptStore(), authors: { choice: 'rules' as const } },
      ...{ clock: () => NOW, logger: silent },
    })(makeImage());
    for (const consumer of ['generate-patch', 'signal-rebuild'])
      stream.commit(consumer, stream.read(consumer, 100).at(-1)?.sequence ?? '');
    stream.trim();
    expect([await states(), await runOnce(), await states()]).toEqual([
      ['READY'],
      [(await patches())[0]?.scriptUri],
      ['SIGNALED'],
    ]);
  });
});

it('25,000 change records of one image lead to one look at it', async () => {
  for (let index = 0; index < 25_000; index++)
    await table.put(makeItem({ sk: `FINDING#CVE-${index}#OS#glibc`, vulnerabilityId: `CVE-${index}` }), 0);
  const looked: string[] = [];
  await runLocalPipeline({
    clock: () => NOW,
    stream,
    images: [makeImage(), makeImage({ name: 'other', repository: 'other' })],
    steps: {
      generatePatch: async ({ name }) => await Promise.resolve(looked.push(name)),
      signalRebuild: async () => {
        await Promise.resolve();
      },
    },
  });
  expect(looked).toEqual(['debian-12']);
  expect(stream.read('generate-patch', 10)).toEqual([]);
});

describe('a change of mode plans anew and takes the place of the old patch', () => {
  it.each([
    ['observe', 'auto', 'OBSERVED', 'SIGNALED'],
    ['auto', 'approve', 'READY', 'AWAITING_APPROVAL'],
    ['approve', 'observe', 'AWAITING_APPROVAL', 'OBSERVED'],
  ] as const)('%s to %s', async (before, after, was, is) => {
    const spent = { day: '2024-06-01', count: 10 };
    // Without budget a patch of mode auto stays READY.
    if (before === 'auto') await updateHead(table, 'debian-12', (head) => ({ ...head, builds: spent }));
    await table.put(makeItem(), 0);
    await runOnce(makeImage({}, { mode: before }));
    expect(await states()).toEqual([was]);
    await requestReplan(table, 'debian-12', 'test');
    const signaled = await runOnce(makeImage({}, { mode: after }));
    expect(await states()).toEqual(['SUPERSEDED', is]);
    expect(signaled).toHaveLength(after === 'auto' ? 1 : 0);
    await requestReplan(table, 'debian-12', 'test');
    await runOnce(makeImage({}, { mode: after }));
    expect(await states()).toEqual(['SUPERSEDED', is]);
  });
});

describe('the trouble of one image', () => {
  const [bad, good] = [makeImage({ name: 'bad' }), makeImage({ name: 'good' })];

  it('is told once, ends the steps of that image, and keeps none of another', async () => {
    const told: string[] = [];
    const ran: string[] = [];
    const { guard, failures } = makeGuard((image, failure) => told.push(`${image.name}: ${failure.message}`));
    for (const step of ['first', 'second'])
      for (const image of [bad, good])
        await guard(image, async ({ name }) => {
          ran.push(`${name} ${step}`);
          if (name === 'bad') throw new BadInputError('no such base');
          await Promise.resolve();
        });
    expect(ran).toEqual(['bad first', 'good first', 'good second']);
    expect(told).toEqual(['bad: no such base']);
    expect([...failures].map(([name, { kind }]) => [name, kind])).toEqual([['bad', 'bad-input']]);
  });

  it.each([new GoldenImagesError('internal', 'state is broken'), new TypeError('a fault')])(
    'is not what stops the run: %s does',
    async (error) => {
      const { guard, failures } = makeGuard(() => undefined);
      await expect(guard(bad, async () => await Promise.reject(error))).rejects.toBe(error);
      expect(failures.size).toBe(0);
    },
  );
});
