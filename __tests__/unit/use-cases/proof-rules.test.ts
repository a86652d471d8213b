import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { ImageContract } from '../../../domain/contract/image-contract';
import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import { storedTargets } from '../../../domain/plan/stored-targets';
import type { ImageDescription, ImageRegistry, PackageInventory } from '../../../domain/ports';
import type { FindingItem } from '../../../domain/table/finding-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import { readHead, updateHead } from '../../../domain/table/head-changes';
import { patchKey } from '../../../domain/table/keys';
import { makePackageProof } from '../../../functions/track-build/package-proof';
import { makeTrackBuild } from '../../../functions/track-build/track-build';
import { digestOf, makeImage, makeItem, makePackage, makePatch, makeTarget, NOW, silent } from '../table/samples';

const contract: ImageContract = {
  ...{ user: '', entrypoint: [], cmd: ['bash'], env: [], workdir: '', ports: [], volumes: [], labels: {} },
  ...{ architecture: 'amd64', healthcheck: '', shell: [], stopSignal: '' },
};
const libc = (version: string): InstalledPackage => makePackage('libc6', version, { source: 'glibc' });
const BELOW = libc('2.36-9+deb12u4');
const FIXED = libc('2.36-9+deb12u7');

interface Store {
  readonly parent: readonly InstalledPackage[];
  readonly candidate: readonly InstalledPackage[];
  /** Packages of the promoted image; absent: nothing was promoted. */
  readonly promoted?: readonly InstalledPackage[];
  readonly candidateContract?: Partial<ImageContract>;
}

/** A build of patch 2 that has just become AVAILABLE; its image is `candidate`, made from `parent`. */
async function built(store: Store, item: FindingItem = makeItem()) {
  const table = new MemoryFindingTable();
  const images = new Map<string, ImageDescription>();
  const packages = new Map<string, readonly InstalledPackage[]>();
  const add = (reference: string, letter: string, of: readonly InstalledPackage[], changes = {}): void => {
    const digest = digestOf(letter);
    images.set(reference, {
      ...{ reference, digest, size: 1000, layers: [], format: 'oci', contract: { ...contract, ...changes } },
    });
    packages.set(digest, of);
  };
  add('parent', 'a', store.parent);
  add('candidate', 'c', store.candidate, store.candidateContract);
  if (store.promoted !== undefined) add('local:2024-05-30.1', 'b', store.promoted);
  const isPromoted = store.promoted !== undefined;
  await updateHead(table, 'debian-12', (head) => ({
    ...head,
    state: 'BUSY',
    sequence: 2,
    lease: { patch: 2, since: NOW.toISOString() },
    adopted: { digest: digestOf('a'), floating: true },
    ...(isPromoted && {
      promoted: {
        ...{ digest: digestOf('b'), reference: 'local:2024-05-30.1', patch: 1, since: '2024-05-30T00:00:00.000Z' },
        descendsFrom: [digestOf('a')],
      },
    }),
  }));
  await table.put(makePatch({ sequence: 2, state: 'BUILDING', buildId: 'build', targets: [makeTarget()] }), 0);
  const current = digestOf(isPromoted ? 'b' : 'a');
  const observation = item.observations[digestOf('a')]!;
  await table.put({ ...item, judgedOn: current, observations: { [current]: observation } }, 0);
  const moved: string[] = [];
  const registry: ImageRegistry = {
    describe: async (reference) => await Promise.resolve(images.get(reference)),
    parentOf: async () => await Promise.resolve(images.get('parent')!),
    referenceOf: (_image, tag) => `local:${tag}`,
    tag: async (source, target) => {
      moved.push(target);
      images.set(target, { ...images.get(source)!, reference: target });
      await Promise.resolve();
    },
    untag: async (reference) => {
      images.delete(reference);
      await Promise.resolve();
    },
  };
  const scripts = new MemoryScriptStore();
  const inventory: PackageInventory = {
    packagesOf: async (reference) => await Promise.resolve(packages.get(images.get(reference)?.digest ?? '')),
  };
  const track = makeTrackBuild({
    ...{ table, registry, scripts, exceptions: [], clock: () => NOW, logger: silent },
    proof: makePackageProof({ table, scripts, registry, inventory }),
    builder: {
      start: async () => await Promise.resolve('build'),
      get: async () =>
        await Promise.resolve({
          state: 'AVAILABLE' as const,
          candidate: { reference: 'candidate', digest: digestOf('c') },
        }),
    },
  });
  return {
    images,
    moved,
    table,
    track: async () => await track(makeImage({ parent: 'parent' })),
    patch: async () => await table.get(patchKey('debian-12', 2)),
    head: async () => await readHead(table, 'debian-12'),
    finding: async () => {
      const found = (await table.query('IMAGE#debian-12')).find(isFindingItem);
      return [found?.state, found?.reason].filter(Boolean).join(' ');
    },
  };
}

describe('a candidate that is not what was built', () => {
  it.each<[string, (images: Map<string, ImageDescription>) => unknown]>([
    ['gone', (images) => images.delete('candidate')],
    [
      'another digest, however good',
      (images) => images.set('candidate', { ...images.get('candidate')!, digest: digestOf('d') }),
    ],
  ])('%s: FAILED builder, the lease is free, no tag moves', async (_what, spoil) => {
    const here = await built({ parent: [BELOW], candidate: [FIXED] });
    spoil(here.images);
    expect(await here.track()).toMatchObject({ did: 'failed', patch: { state: 'FAILED', reason: 'builder' } });
    expect(await here.patch()).toMatchObject({ state: 'FAILED', reason: 'builder' });
    expect(await here.head()).toMatchObject({ state: 'IDLE', failures: 1 });
    expect(await here.head()).not.toHaveProperty('lease');
    expect([here.moved, await here.finding()]).toEqual([[], 'OPEN']);
  });
});

describe('a promoted image that cannot be compared with', () => {
  it.each<[string, (images: Map<string, ImageDescription>) => unknown]>([
    ['gone', (images) => images.delete('local:2024-05-30.1')],
    [
      'another digest',
      (images) =>
        images.set('local:2024-05-30.1', {
          ...images.get('parent')!,
          digest: digestOf('e'),
          contract: { ...contract, cmd: [] },
        }),
    ],
  ])('%s: the parent takes its place', async (_what, spoil) => {
    const here = await built({ parent: [BELOW], promoted: [BELOW], candidate: [FIXED] });
    spoil(here.images);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect(await here.patch()).toMatchObject({
      outcomes: [{ result: 'fixed', binaries: [{ name: 'libc6', before: BELOW.version, after: FIXED.version }] }],
    });
    expect((await here.head())?.promoted?.digest).toBe(digestOf('c'));
  });

  it('and what the candidate broke of the parent’s contract still holds it', async () => {
    const here = await built({
      ...{ parent: [BELOW], promoted: [BELOW], candidate: [FIXED], candidateContract: { cmd: ['sh'] } },
    });
    here.images.delete('local:2024-05-30.1');
    expect(await here.track()).toMatchObject({ did: 'held', patch: { reason: 'contract-broken' } });
  });
});

describe('the rule of promotion', () => {
  it('some residual and nothing fixed: HELD nothing-improved, and the finding says why', async () => {
    for (const promoted of [undefined, [BELOW]]) {
      const here = await built({
        ...{ parent: [BELOW], candidate: [libc('2.36-9+deb12u5')] },
        ...(promoted !== undefined && { promoted }),
      });
      expect(await here.track()).toMatchObject({ did: 'held' });
      expect(await here.patch()).toMatchObject({
        ...{ state: 'HELD', reason: 'nothing-improved' },
        outcomes: [{ result: 'residual', reason: 'below-floor' }],
      });
      expect([here.moved, await here.finding()]).toEqual([[], 'RESIDUAL below-floor']);
      expect(await here.head()).toMatchObject({ state: 'IDLE', failures: 0 });
    }
  });

  it.each<[string, InstalledPackage[]]>([
    ['already-fixed', [FIXED]],
    ['not-installed', [makePackage('zlib1g', '1')]],
  ])('all %s on the first run: promoted, with proof', async (result, packages) => {
    const here = await built({ parent: packages, candidate: packages });
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect(await here.patch()).toMatchObject({ state: 'PROMOTED', outcomes: [{ result }] });
    expect([here.moved, await here.finding()]).toEqual([['local:2024-06-01.1', 'local:stable'], 'FIXED']);
  });

  it.each<[string, InstalledPackage[]]>([
    ['already-fixed', [FIXED]],
    ['not-installed', [makePackage('zlib1g', '1')]],
  ])('all %s on a promoted image: held, the tag stays', async (result, packages) => {
    const here = await built({ parent: [BELOW, makePackage('zlib1g', '1')], promoted: packages, candidate: packages });
    expect(await here.track()).toMatchObject({ did: 'held' });
    expect(await here.patch()).toMatchObject({
      ...{ state: 'HELD', reason: 'nothing-improved' },
      outcomes: [{ result }],
    });
    expect([here.moved, (await here.head())?.promoted?.digest]).toEqual([[], digestOf('b')]);
  });

  it('something fixed beside a residual: promoted', async () => {
    const krb5 = makePackage('krb5', '1.20-1');
    const here = await built({ parent: [BELOW, krb5], candidate: [FIXED, krb5] });
    const patch = (await here.patch())!;
    const targets = [makeTarget(), makeTarget({ package: 'krb5', floor: '1.20-2' })];
    await here.table.put({ ...patch, targets, version: patch.version + 1 }, patch.version);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect(await here.patch()).toMatchObject({ outcomes: [{ result: 'fixed' }, { result: 'residual' }] });
  });

  it('notes which targets the parent has already, for the plans to come', async () => {
    const here = await built({ parent: [FIXED], promoted: [BELOW], candidate: [FIXED] });
    await here.track();
    expect(await here.patch()).toMatchObject({ state: 'PROMOTED', outcomes: [{ result: 'fixed', inParent: true }] });
    const other = await built({ parent: [BELOW], candidate: [FIXED] });
    await other.track();
    expect((await other.patch())?.['outcomes']).toEqual([expect.not.objectContaining({ inParent: true }) as unknown]);
  });
});

it('a patch of 500 packages with 26,000 vulnerabilities is promoted: its outcomes fit beside its targets', async () => {
  const names = Array.from({ length: 500 }, (_one, index) => `package-${index}`);
  const installed = (version: string): InstalledPackage[] =>
    names.flatMap((source) =>
      ['libs', 'tools', 'common'].map((part) =>
        makePackage(`${source}-${part}`, version, { source, sourceVersion: version }),
      ),
    );
  const here = await built({ parent: installed('2.36-9+deb12u4'), candidate: installed('2.36-9+deb12u7') });
  const targets = names.map((name, index) =>
    makeTarget({
      package: name,
      vulnerabilities: Array.from({ length: 52 }, (_one, offset) => `CVE-2026-${1_000_000 + index * 52 + offset}`),
    }),
  );
  const patch = (await here.patch())!;
  const stored = { ...patch, targets: storedTargets(targets), version: patch.version + 1 };
  await here.table.put(stored, patch.version);
  expect(await here.track()).toMatchObject({ did: 'promoted', patch: { state: 'PROMOTED' } });
  expect((await here.head())?.state).toBe('IDLE');
});
