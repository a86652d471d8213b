import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import { retryImage } from '../../../cli/run/retry-image';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { ImageContract } from '../../../domain/contract/image-contract';
import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import type { BuildStatus, ImageBuilder, ImageDescription, ImageRegistry, RebuildSignal } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import { readHead, updateHead } from '../../../domain/table/head-changes';
import { isPatchItem } from '../../../domain/table/patch-item';
import { isReplanItem } from '../../../domain/table/replan-item';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import { makeStartBuild } from '../../../functions/start-build/start-build';
import { makeTrackBuild } from '../../../functions/track-build/track-build';
import { digestOf, makeFinding, makeImage, makePackage, NOW, silent } from '../table/samples';

const contract: ImageContract = {
  user: '',
  entrypoint: [],
  cmd: ['bash'],
  env: [],
  workdir: '',
  ports: [],
  volumes: [],
  labels: {},
  architecture: 'amd64',
  healthcheck: '',
  shell: [],
  stopSignal: '',
};
const describeImage = (
  reference: string,
  digest: string,
  overrides: Partial<ImageContract> = {},
): ImageDescription => ({
  reference,
  digest,
  contract: { ...contract, ...overrides },
  size: 1000,
  layers: [],
  format: 'oci',
});
const OLD = [makePackage('libc6', '2.36-9+deb12u4', { source: 'glibc', sourceVersion: '2.36-9+deb12u4' })];
const NEW = [makePackage('libc6', '2.36-9+deb12u7', { source: 'glibc', sourceVersion: '2.36-9+deb12u7' })];
const CANDIDATE = { reference: 'candidate', digest: digestOf('c') };

/** The whole chain on fakes that answer from memory. */
function world(image: GoldenImage = makeImage({ parent: 'parent' })) {
  const table = new MemoryFindingTable();
  const scripts = new MemoryScriptStore();
  const parameters: string[] = [];
  const signal: RebuildSignal = {
    put: async (_image, value) => await Promise.resolve({ version: parameters.push(value) }),
    get: async () =>
      await Promise.resolve(
        parameters.length === 0 ? undefined : { value: parameters.at(-1) ?? '', version: parameters.length },
      ),
  };
  const builds: string[] = [];
  let status: BuildStatus | undefined = { state: 'BUILDING' };
  const builder: ImageBuilder = {
    start: async ({ patchId }) => {
      if (!builds.includes(patchId)) builds.push(patchId);
      return await Promise.resolve(`build-${patchId}`);
    },
    get: async () => await Promise.resolve(status),
  };
  const images = new Map([
    ['parent', describeImage('parent', digestOf('a'))],
    ['candidate', describeImage('candidate', digestOf('c'))],
  ]);
  const packages = new Map<string, readonly InstalledPackage[]>([
    [digestOf('a'), OLD],
    [digestOf('c'), NEW],
  ]);
  const registry: ImageRegistry = {
    describe: async (reference) => await Promise.resolve(images.get(reference)),
    parentOf: async () => await Promise.resolve(images.get('parent')!),
    referenceOf: (_image, tag) => `local:${tag}`,
    tag: async (source, target) => {
      images.set(target, { ...images.get(source)!, reference: target });
      await Promise.resolve();
    },
    untag: async (reference) => {
      images.delete(reference);
      await Promise.resolve();
    },
  };
  const inventory = {
    packagesOf: async (reference: string) => await Promise.resolve(packages.get(images.get(reference)?.digest ?? '')),
  };
  const ports = {
    table,
    scripts,
    signal,
    builder,
    registry,
    inventory,
    exceptions: [],
    clock: () => NOW,
    logger: silent,
    authors: { choice: 'rules' as const },
  };
  const items = async () => await table.query('IMAGE#debian-12');
  return {
    table,
    images,
    packages,
    parameters,
    builds,
    setStatus: (next: BuildStatus | undefined) => {
      status = next;
    },
    ingest: makeIngestFinding({
      ...ports,
      estate: { byRepository: new Map([[image.repository, image]]), exceptions: [] },
    }),
    generate: async () => await makeGeneratePatch(ports)(image),
    signalRebuild: async () => await makeSignalRebuild(ports)(image),
    start: async () => await makeStartBuild(ports)(image),
    track: async () => await makeTrackBuild(ports)(image),
    head: async () => await readHead(table, 'debian-12'),
    patch: async () => (await items()).filter(isPatchItem).at(-1),
    findings: async () =>
      (await items())
        .filter(isFindingItem)
        .map(({ package: name, state, reason }) => [name, state, reason].filter(Boolean).join(' ')),
    replan: async () => (await items()).find(isReplanItem)?.state,
  };
}

/** A world whose build has been started. */
async function building(image?: GoldenImage) {
  const here = world(image);
  await here.ingest([makeFinding(), makeFinding({ package: 'krb5', floor: '1.20-2' })]);
  await here.generate();
  await here.signalRebuild();
  await here.start();
  return here;
}

describe('from finding to promotion', () => {
  it('takes the lease, sets the parameter to the script, starts one build and gives the lease back with the promoted digest', async () => {
    const here = await building();
    expect(await here.head()).toMatchObject({
      state: 'BUSY',
      sequence: 1,
      lease: { patch: 1 },
      builds: { day: '2024-06-01', count: 1 },
    });
    expect(here.parameters).toEqual([(await here.patch())?.scriptUri]);
    expect(await here.track()).toEqual({ did: 'nothing', why: 'building' });
    here.setStatus({ state: 'AVAILABLE', candidate: CANDIDATE });
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    const head = await here.head();
    expect(head).toMatchObject({
      state: 'IDLE',
      failures: 0,
      promoted: { digest: digestOf('c'), reference: 'local:2024-06-01.1', patch: 1, descendsFrom: [digestOf('a')] },
    });
    expect(head).not.toHaveProperty('lease');
    expect([here.images.get('local:stable')?.digest, here.images.get('local:2024-06-01.1')?.digest]).toEqual([
      digestOf('c'),
      digestOf('c'),
    ]);
    expect(await here.findings()).toEqual(['glibc FIXED', 'krb5 FIXED']);
    expect(await here.patch()).toMatchObject({
      state: 'PROMOTED',
      outcomes: [
        { package: 'glibc', result: 'fixed' },
        { package: 'krb5', result: 'not-installed' },
      ],
    });
    expect(await here.track()).toEqual({ did: 'nothing', why: 'no-build' });
  });

  it('each event may come twice: still one lease, one build, one parameter per signal', async () => {
    const here = await building();
    expect(await here.start()).toEqual({ did: 'nothing', why: 'not-signaled' });
    expect(await here.signalRebuild()).toEqual({ did: 'nothing', why: 'nothing-ready' });
    expect([here.builds.length, here.parameters.length]).toEqual([1, 1]);
  });

  it('a second patch waits while the first is being built', async () => {
    const here = await building();
    await here.ingest([makeFinding({ package: 'zlib', floor: '1-2' })]);
    await here.generate();
    expect(await here.signalRebuild()).toEqual({ did: 'nothing', why: 'busy' });
    here.setStatus({ state: 'AVAILABLE', candidate: CANDIDATE });
    await here.track();
    expect(await here.signalRebuild()).toMatchObject({ did: 'signaled', patch: { sequence: 2 } });
  });
});

describe('what does not start', () => {
  it('a build without a parameter, without a lease, or of another script', async () => {
    const here = world();
    expect(await here.start()).toEqual({ did: 'nothing', why: 'no-signal' });
    here.parameters.push('scripts/other.sh');
    expect(await here.start()).toEqual({ did: 'nothing', why: 'no-lease' });
    await here.ingest([makeFinding()]);
    await here.generate();
    await here.signalRebuild();
    here.parameters.push('scripts/other.sh');
    expect(await here.start()).toEqual({ did: 'nothing', why: 'other-script' });
    expect(here.builds).toEqual([]);
  });

  it('a signal over the budget of the day', async () => {
    const here = world(makeImage({}, { buildsPerDay: 2 }));
    await here.ingest([makeFinding()]);
    await here.generate();
    await updateHead(here.table, 'debian-12', (head) => ({ ...head, builds: { day: '2024-06-01', count: 2 } }));
    expect(await here.signalRebuild()).toEqual({ did: 'nothing', why: 'budget-spent' });
    await updateHead(here.table, 'debian-12', (head) => ({ ...head, builds: { day: '2024-05-31', count: 2 } }));
    expect(await here.signalRebuild()).toMatchObject({ did: 'signaled' });
    expect((await here.head())?.builds).toEqual({ day: '2024-06-01', count: 1 });
  });

  it('a signal of a stopped image, until a person has looked', async () => {
    const here = world();
    await retryImage(here.table, makeImage(), NOW);
    expect(await here.head()).toBeUndefined();
    await here.ingest([makeFinding()]);
    await here.generate();
    await updateHead(here.table, 'debian-12', (head) => ({ ...head, state: 'STOPPED', failures: 3 }));
    expect(await here.signalRebuild()).toEqual({ did: 'nothing', why: 'stopped' });
    await retryImage(here.table, makeImage(), NOW);
    expect(await here.head()).toMatchObject({ state: 'IDLE', failures: 0 });
    expect(await here.signalRebuild()).toMatchObject({ did: 'signaled' });
  });
});

describe('what goes wrong', () => {
  it('a script that fails counts, asks for another attempt and stops the image the third time', async () => {
    const here = await building();
    here.setStatus({ state: 'FAILED', reason: 'script', detail: 'exit 2' });
    const seen: unknown[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      const result = await here.track();
      const [head, patch] = [await here.head(), await here.patch()];
      seen.push([result.did, head?.state, head?.failures, patch?.attempt, patch?.reason, await here.replan()]);
      await here.generate();
      await here.signalRebuild();
      await here.start();
    }
    expect(seen).toEqual([
      ['failed', 'IDLE', 1, 1, 'script', 'REQUESTED'],
      ['failed', 'IDLE', 2, 2, 'script', 'REQUESTED'],
      ['failed', 'STOPPED', 3, 3, 'script', 'REQUESTED'],
    ]);
    expect(here.builds).toHaveLength(3);
    expect(await here.findings()).toEqual(['glibc RESIDUAL attempts-exhausted', 'krb5 RESIDUAL attempts-exhausted']);
  });

  it.each([
    [
      'a contract that is broken',
      'contract-broken',
      (here: ReturnType<typeof world>) =>
        here.images.set('candidate', describeImage('candidate', digestOf('c'), { cmd: [] })),
    ],
    [
      'a package that went down',
      'worse',
      (here: ReturnType<typeof world>) =>
        here.packages
          .set(digestOf('c'), [...NEW, makePackage('zlib1g', '1')])
          .set(digestOf('a'), [...OLD, makePackage('zlib1g', '2')]),
    ],
    [
      'nothing that got better',
      'nothing-improved',
      (here: ReturnType<typeof world>) => here.packages.set(digestOf('c'), OLD),
    ],
  ])('%s is held, the tag stays and the lease is given back', async (_what, reason, spoil) => {
    const here = await building();
    spoil(here);
    here.setStatus({ state: 'AVAILABLE', candidate: CANDIDATE });
    expect(await here.track()).toMatchObject({ did: 'held' });
    expect(await here.patch()).toMatchObject({ state: 'HELD', reason });
    expect(await here.head()).toMatchObject({ state: 'IDLE', failures: 0 });
    expect(await here.head()).not.toHaveProperty('lease');
    expect(here.images.has('local:stable')).toBe(false);
    expect((await here.findings()).some((finding) => finding.includes('FIXED'))).toBe(false);
  });

  it('what was fixed is promoted although something else is residual, with its reason', async () => {
    const here = await building();
    here.packages
      .set(digestOf('a'), [...OLD, makePackage('krb5', '1.20-1')])
      .set(digestOf('c'), [...NEW, makePackage('krb5', '1.20-1')]);
    here.setStatus({ state: 'AVAILABLE', candidate: CANDIDATE });
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect(await here.findings()).toEqual(['glibc FIXED', 'krb5 RESIDUAL below-floor']);
  });

  it('a build that nobody knows any more has failed, and is no attempt of the script', async () => {
    const here = await building();
    here.setStatus(undefined);
    expect(await here.track()).toMatchObject({ did: 'failed', patch: { state: 'FAILED', reason: 'builder' } });
    expect(await here.head()).toMatchObject({ state: 'IDLE', failures: 0 });
    expect(await here.findings()).toEqual(['glibc OPEN', 'krb5 OPEN']);
  });

  it('a person may start over: what failed no longer counts, and what was residual is open', async () => {
    const here = await building(makeImage({}, { maximumAttempts: 1, failuresBeforeStop: 1 }));
    here.setStatus({ state: 'FAILED', reason: 'script', detail: 'exit 2' });
    await here.track();
    await here.generate();
    expect([await here.findings(), (await here.head())?.state]).toEqual([
      ['glibc RESIDUAL attempts-exhausted', 'krb5 RESIDUAL attempts-exhausted'],
      'STOPPED',
    ]);
    await retryImage(here.table, makeImage(), NOW);
    expect([await here.findings(), (await here.head())?.state]).toEqual([['glibc OPEN', 'krb5 OPEN'], 'IDLE']);
    expect(await here.patch()).toMatchObject({ state: 'SUPERSEDED', reason: 'retry' });
    expect(await here.generate()).toMatchObject({ did: 'planned', patch: { attempt: 2 } });
  });
});
