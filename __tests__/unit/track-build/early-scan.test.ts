import { makeImage } from '../table/samples';
import { BUILT, onCandidate, SCANNED, SCANNED_AT, scanWorld } from './scan-world';

const NEW = { vulnerabilityId: 'CVE-2024-0099', package: 'zlib', installed: '1-1', severity: 'CRITICAL' as const };

/** What Inspector says of a build's image before the build is AVAILABLE: by which tags, where by any. */
const EARLY = [
  ['the candidate tag', ['candidate']],
  ["the builder's own tag", ['1.0.0-1']],
  ['no tag', []],
] as const;

describe.each(EARLY)('a candidate that the scanner tells of before the builder does, with %s', (_what, tags) => {
  const fact = onCandidate({ ...NEW, tags: [...tags] });

  it('is not taken for the current image, and is held for what it brings in', async () => {
    const here = await scanWorld({ image: makeImage({ parent: 'parent' }) });
    await here.ingest([fact]);
    expect((await here.head())?.adopted?.digest).toBe(SCANNED);
    here.scan([fact]);
    expect((await here.track()).did).toBe('held');
    expect(await here.patch()).toMatchObject({ state: 'HELD', reason: 'worse' });
    expect([here.moves, here.floating()]).toEqual([[], SCANNED]);
  });

  it('is held for the contract that it breaks', async () => {
    const here = await scanWorld();
    await here.ingest([fact]);
    const built = here.images.get(BUILT)!;
    here.images.set(BUILT, { ...built, contract: { ...built.contract, user: 'nobody' } });
    here.scan([]);
    expect((await here.track()).did).toBe('held');
    expect((await here.patch())?.reason).toBe('contract-broken');
  });

  it('is promoted where it is as it should be, and a rollback finds the image before', async () => {
    const here = await scanWorld();
    const minor = onCandidate({ ...NEW, severity: 'LOW', tags: [...tags] });
    await here.ingest([minor]);
    here.scan([minor]);
    expect((await here.track()).did).toBe('promoted');
    expect((await here.head())?.previous?.digest).toBe(SCANNED);
    expect(await here.rollBack()).toMatchObject({ did: 'rolled-back', digest: SCANNED });
  });

  it('is not current either where its build fails after the push, which nobody notes it for', async () => {
    const here = await scanWorld();
    here.setStatus({ state: 'FAILED', reason: 'builder', detail: 'the instance was lost' });
    expect((await here.track()).did).toBe('failed');
    await here.ingest([fact]);
    const head = await here.head();
    expect([head?.built, head?.adopted?.digest]).toEqual([undefined, SCANNED]);
    expect(await here.findings()).toEqual(['glibc OPEN', 'zlib PARKED stale-digest']);
  });
});

it('what the scanner tells of with the floating tag is current, also beside a newer image without it', async () => {
  const here = await scanWorld();
  const pushed = onCandidate({ ...NEW, digest: `sha256:${'f'.repeat(64)}`, tags: ['stable'], observedAt: SCANNED_AT });
  const newer = onCandidate({ ...NEW, tags: ['1.0.0-1'], pushedAt: '2024-06-01T10:01:00.000Z' });
  await here.ingest([newer, pushed]);
  expect((await here.head())?.adopted).toMatchObject({ digest: pushed.digest, floating: true });
});
