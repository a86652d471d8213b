import { updateHead } from '../../../domain/table/head-changes';
import { isLayerItem } from '../../../domain/table/layer-item';
import { digestOf, makeFinding, makeImage, makeTarget } from '../table/samples';
import {
  at,
  BUILT,
  HOST,
  KRB5,
  onCandidate,
  PARENT,
  promotedWorld,
  PUSHED,
  REPOSITORY,
  SCANNED,
  SCANNED_AT,
  scanWorld,
  tagged,
} from './scan-world';

const NEW = { vulnerabilityId: 'CVE-2024-0099', package: 'zlib', installed: '1-1' };

/** Any word of the scanner on the candidate is later, and takes the place of the proof. */
const BEFORE_PUSH = new Date(Date.parse(PUSHED) - 1).toISOString();

describe('a candidate that is not scanned yet', () => {
  it.each<[string, Parameters<Awaited<ReturnType<typeof scanWorld>>['source']['setStatus']>[2] | undefined]>([
    ['not known to the scanner', undefined],
    ['pending', { state: 'pending', detail: 'PENDING_INITIAL_SCAN' }],
    ['scanned before it was pushed', { state: 'scanned', at: '2024-06-01T09:59:59.999Z' }],
  ])('%s: waits as CANDIDATE, and no tag moves; after the time limit it is HELD', async (_what, status) => {
    const here = await scanWorld();
    if (status !== undefined) here.source.setStatus(REPOSITORY, BUILT, status);
    expect(await here.track()).toEqual({ did: 'nothing', why: 'waiting-for-scan' });
    expect(await here.patch()).toMatchObject({ state: 'CANDIDATE', candidate: { digest: BUILT } });
    here.setNow('2024-06-02T10:04:59.999Z');
    expect(await here.track()).toEqual({ did: 'nothing', why: 'waiting-for-scan' });
    expect([here.notifier.notices, (await here.head())?.state]).toEqual([[], 'BUSY']);
    here.setNow('2024-06-02T10:05:00.000Z');
    expect(await here.track()).toMatchObject({ did: 'held', patch: { state: 'HELD', reason: 'not-scanned' } });
    expect((await here.patch())?.detail).toMatch(/^no scan within 24 h: /);
    expect([here.moves, await here.findings()]).toEqual([[], ['glibc OPEN']]);
    expect(await here.head()).toMatchObject({ state: 'IDLE' });
    expect(here.notifier.of('held')).toMatchObject([{ patch: 1, reason: 'not-scanned' }]);
    expect(here.metrics.counts).toEqual({ CandidatesHeld: 1, 'CandidatesHeld not-scanned': 1 });
  });

  it.each(['expired', 'not-scanned'] as const)('%s: there is nothing to wait for', async (state) => {
    const here = await scanWorld();
    here.source.setStatus(REPOSITORY, BUILT, { state, detail: 'UNSUPPORTED_OS' });
    expect(await here.track()).toMatchObject({ did: 'held' });
    expect(await here.patch()).toMatchObject({ reason: 'not-scanned', detail: 'UNSUPPORTED_OS' });
    expect([here.moves, await here.findings()]).toEqual([[], ['glibc OPEN']]);
  });

  it('with a list that cannot be read in full: it proves nothing', async () => {
    const here = await scanWorld();
    here.scan([]);
    here.source.setFindings(REPOSITORY, BUILT, [], [{ path: 'severity', message: 'is no text' }]);
    expect(await here.track()).toMatchObject({ did: 'held', patch: { reason: 'not-scanned' } });
    expect([here.moves, await here.findings()]).toEqual([[], ['glibc OPEN']]);
  });

  it.each([
    ['deleted', (here: Awaited<ReturnType<typeof scanWorld>>) => here.images.delete(BUILT)],
    [
      'another digest',
      (here: Awaited<ReturnType<typeof scanWorld>>) =>
        here.images.set(BUILT, { ...here.images.get(BUILT)!, digest: digestOf('f') }),
    ],
  ])('that is gone (%s): FAILED builder', async (_what, spoil) => {
    const here = await scanWorld();
    spoil(here);
    expect(await here.track()).toMatchObject({ did: 'failed', patch: { state: 'FAILED', reason: 'builder' } });
    expect([here.moves, (await here.head())?.state]).toEqual([[], 'IDLE']);
  });
});

describe('a candidate whose scan has completed', () => {
  it('takes the place of what was scanned where the floating tag was on nothing, and cannot be rolled back', async () => {
    const here = await scanWorld();
    here.tags.delete(tagged('stable'));
    here.scan([]);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    const [notice] = here.notifier.notices;
    expect(notice).toMatchObject({ kind: 'promoted', digest: BUILT, previousDigest: SCANNED });
    const paper = JSON.parse((await here.texts.getAudit((await here.patch())?.evidenceUri ?? '')) ?? '') as {
      promotion: unknown;
    };
    expect(paper.promotion).toEqual({
      ...{ at: SCANNED_AT, digest: BUILT, previousDigest: SCANNED },
      tags: ['2024-06-01.1', 'stable'],
    });
    expect(await here.head()).not.toHaveProperty('previous');
  });

  it('is promoted where its vulnerabilities are gone: tags, facts, papers, lineage, notice, HEAD', async () => {
    const here = await scanWorld();
    here.scan([]);
    expect(await here.track()).toMatchObject({ did: 'promoted', patch: { state: 'PROMOTED' } });
    expect([here.floating(), here.tags.get(tagged('2024-06-01.1')), here.tags.has(tagged('candidate'))]).toEqual([
      BUILT,
      BUILT,
      false,
    ]);
    expect(await here.patch()).toMatchObject({
      outcomes: [{ package: 'glibc', result: 'fixed' }],
      promotion: { reference: tagged('2024-06-01.1') },
    });
    expect(await here.head()).toMatchObject({
      ...{ state: 'IDLE', judged: BUILT, failures: 0 },
      promoted: { digest: BUILT, reference: tagged('2024-06-01.1'), patch: 1, since: SCANNED_AT },
      previous: { digest: SCANNED, reference: tagged('2024-05-01.1') },
    });
    // The image before has no other tag left that the lifecycle rules of the repository keep.
    expect(here.tags.get(tagged('2024-05-01.1'))).toBe(SCANNED);
    expect(await here.head()).not.toHaveProperty('lease');
    expect((await here.finding('glibc'))?.observations[BUILT]).toMatchObject({
      ...{ status: 'CLOSED', proof: 'scan', observedAt: BEFORE_PUSH, pushedAt: PUSHED, derived: true },
    });
    expect(await here.findings()).toEqual(['glibc FIXED']);
    expect((await here.store.query('LAYER#sha256%3Alast-c')).filter(isLayerItem)).toMatchObject([
      { image: 'debian-12', digest: BUILT },
    ]);
    expect(here.notifier.notices).toEqual([
      {
        ...{ kind: 'promoted', image: 'debian-12', repository: REPOSITORY, patch: 1, patchId: 'b'.repeat(64) },
        ...{ digest: BUILT, previousDigest: SCANNED, tags: ['2024-06-01.1', 'stable'], at: SCANNED_AT },
        fixed: [{ vulnerabilityId: 'CVE-2024-0001', package: 'glibc', severity: 'HIGH' }],
        residual: [],
        evidenceUri: (await here.patch())?.evidenceUri,
      },
    ]);
    expect(await here.replan()).toBe(`${BUILT} is promoted`);
    expect(await here.texts.getAudit(`audit/debian-12/${'b'.repeat(64)}.openvex.json`)).toContain('CVE-2024-0001');
  });

  it('with nothing fixed: HELD nothing-improved, and the finding says why', async () => {
    const here = await scanWorld();
    here.scan([onCandidate()]);
    expect(await here.track()).toMatchObject({ did: 'held', patch: { reason: 'nothing-improved' } });
    expect([here.moves, await here.findings()]).toEqual([[], ['glibc RESIDUAL fix-not-in-repository']]);
  });

  it('that was asked for by a person need not fix anything', async () => {
    const here = await scanWorld({ patch: { rebuild: true, targets: [] } });
    here.scan([onCandidate()]);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect([here.floating(), await here.findings()]).toEqual([BUILT, ['glibc OPEN']]);
  });

  it('in part: promoted, and what stays is residual; a CLOSED record on its list is not there', async () => {
    const here = await scanWorld({
      findings: [makeFinding(), makeFinding(KRB5)],
      patch: {
        targets: [makeTarget(), makeTarget({ package: 'krb5', floor: '1.20-2', vulnerabilities: ['CVE-2024-0002'] })],
      },
    });
    here.scan([
      onCandidate({ status: 'CLOSED', observedAt: '2024-06-01T10:06:00.000Z' }),
      onCandidate({ ...KRB5, installed: '1.20-1.5' }),
    ]);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect(await here.findings()).toEqual(['glibc FIXED', 'krb5 RESIDUAL below-floor']);
    expect((await here.finding('glibc'))?.observations[BUILT]?.observedAt).toBe('2024-06-01T10:06:00.001Z');
    expect(here.notifier.of('promoted')[0]).toMatchObject({
      fixed: [{ package: 'glibc' }],
      residual: [{ package: 'krb5', reason: 'below-floor' }],
    });
    expect(here.metrics.counts).toMatchObject({ 'Residuals below-floor': 1, 'VulnerabilitiesFixed HIGH': 1 });
  });

  it('is not judged by one ARN that is CLOSED where another is ACTIVE', async () => {
    const here = await scanWorld();
    here.scan([
      onCandidate(),
      onCandidate({ status: 'CLOSED', arn: 'arn:other', observedAt: '2024-06-01T10:07:00.000Z' }),
    ]);
    expect(await here.track()).toMatchObject({ did: 'held', patch: { reason: 'nothing-improved' } });
    expect(await here.findings()).toEqual(['glibc RESIDUAL fix-not-in-repository']);
  });

  it('is worse where something new is at the threshold, fixable or not', async () => {
    const { floor: _floor, ...unfixable } = onCandidate(NEW);
    for (const finding of [
      onCandidate({ ...NEW, floor: '9' }),
      unfixable,
      onCandidate({ ...NEW, severity: 'LOW', epss: 0.5 }),
    ]) {
      const here = await scanWorld();
      here.scan([finding]);
      expect(await here.track()).toMatchObject({ did: 'held', patch: { reason: 'worse' } });
      expect((await here.patch())?.detail).toMatch(/^CVE-2024-0099 in zlib \((HIGH|LOW)\) is new/);
      expect([here.moves, here.notifier.of('held')[0]?.reason]).toEqual([[], 'worse']);
    }
  });

  it.each<[string, Parameters<typeof onCandidate>[0], object]>([
    ['below the threshold', { severity: 'LOW' }, {}],
    ['suppressed', { status: 'SUPPRESSED' }, {}],
    [
      'an accepted risk',
      {},
      { exceptions: [{ vulnerability: NEW.vulnerabilityId, justification: 'not reachable', expires: '2025-01-01' }] },
    ],
  ])('is not worse where what is new is %s; the table learns of it', async (_what, overrides, options) => {
    const here = await scanWorld(options);
    here.scan([onCandidate({ ...NEW, ...overrides })]);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect(await here.finding('zlib')).toMatchObject({ state: 'PARKED', judgedOn: BUILT });
  });

  it('is not worse for what was published between the scans: the current image is asked again', async () => {
    const here = await scanWorld();
    here.source.setFindings(REPOSITORY, SCANNED, [makeFinding(), makeFinding(NEW)]);
    here.scan([onCandidate(NEW)]);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
  });

  it.each(['expired', 'pending', 'not-scanned'] as const)(
    'is compared with the table where the scan of the current image is %s',
    async (state) => {
      const here = await scanWorld({ findings: [makeFinding(), makeFinding(NEW)] });
      here.source.setStatus(REPOSITORY, SCANNED, { state, detail: 'none' });
      here.source.setFindings(REPOSITORY, SCANNED, []);
      // Expiry closes findings, and fixes nothing.
      await here.ingest([makeFinding({ ...NEW, status: 'CLOSED', observedAt: '2024-06-01T00:00:00.000Z' })]);
      here.scan([onCandidate(NEW)]);
      expect(await here.track()).toMatchObject({ did: 'promoted' });
      expect(await here.patch()).toMatchObject({ outcomes: [{ result: 'fixed' }] });
    },
  );

  it('is worse for what the table knows to be proven gone from the current image', async () => {
    const here = await promotedWorld();
    await here.next();
    here.source.setStatus(REPOSITORY, BUILT, { state: 'expired', detail: 'none' });
    here.scan([onCandidate({ digest: digestOf('e') })], digestOf('e'));
    expect(await here.track()).toMatchObject({ did: 'held', patch: { reason: 'worse' } });
    expect(here.floating()).toBe(BUILT);
  });

  it('that breaks the contract is held; of packages nothing is known', async () => {
    const here = await scanWorld();
    const built = here.images.get(BUILT)!;
    here.images.set(BUILT, { ...built, contract: { ...built.contract, user: 'app' } });
    here.scan([]);
    expect(await here.track()).toMatchObject({ did: 'held', patch: { reason: 'contract-broken' } });
    expect([here.moves, await here.findings()]).toEqual([[], ['glibc OPEN']]);
  });

  it('that grew too much is held', async () => {
    const here = await scanWorld();
    here.images.set(BUILT, { ...here.images.get(BUILT)!, size: 2501, layers: [] });
    here.scan([]);
    expect((await here.track()) as object).toMatchObject({ did: 'held', patch: { reason: 'contract-broken' } });
  });

  it('of an empty repository is compared with nothing, or with its parent where that is scanned', async () => {
    const first = async (isParentScanned: boolean) => {
      const here = await scanWorld({ findings: [], patch: { rebuild: true, targets: [] }, hasParent: true });
      here.tags.delete(tagged('stable'));
      if (isParentScanned) {
        here.source.setStatus('parents/debian', PARENT, { state: 'scanned', at: SCANNED_AT });
        here.source.setFindings('parents/debian', PARENT, [
          makeFinding({ repository: 'parents/debian', digest: PARENT }),
        ]);
      }
      here.scan([onCandidate(), onCandidate(NEW)]);
      return { here, result: await here.track() };
    };
    const alone = await first(false);
    expect(alone.result).toMatchObject({ did: 'promoted' });
    expect(await alone.here.head()).not.toHaveProperty('previous');
    const compared = await first(true);
    expect(compared.result).toMatchObject({ did: 'held', patch: { reason: 'worse' } });
    expect((await compared.here.patch())?.detail).toBe(
      'CVE-2024-0099 in zlib (HIGH) is new: the image before does not have it',
    );
  });

  it('whose script said that the parent has a fix needs no such target in later plans', async () => {
    const log = `golden-images-result ${JSON.stringify({ ecosystem: 'apt', package: 'glibc', floor: '2.36-9+deb12u6', result: 'already-fixed', binaries: [] })}\n`;
    const here = await scanWorld();
    here.setStatus({
      state: 'AVAILABLE',
      candidate: { reference: at(BUILT), digest: BUILT },
      logUri: await here.texts.putAudit('debian-12', 'log.txt', log),
    });
    here.scan([]);
    await here.track();
    expect(await here.patch()).toMatchObject({ outcomes: [{ result: 'fixed', inParent: true }] });
  });

  it('moves no tag where the lease became another patch’s while it was proven', async () => {
    const here = await scanWorld();
    here.scan([]);
    const scanOf = here.source.scanOf.bind(here.source);
    here.source.scanOf = async (...args) => {
      await updateHead(here.store, 'debian-12', (head) => ({ ...head, lease: { patch: 2, since: PUSHED } }));
      return await scanOf(...args);
    };
    expect(await here.track()).toEqual({ did: 'nothing', why: 'no-build' });
    expect([here.moves, await here.findings(), (await here.patch())?.state]).toEqual([[], ['glibc OPEN'], 'CANDIDATE']);
  });

  it('a delivery that comes late, when another patch has the lease, moves no tag', async () => {
    const here = await scanWorld();
    here.scan([]);
    await here.track();
    const { version } = (await here.patch())!;
    await here.next({ rebuild: true });
    here.scan([], digestOf('e'));
    await here.track();
    expect(here.moves).toEqual([BUILT, digestOf('e')]);
    // The first patch again, as a delivery of an hour ago sees it.
    const head = (await here.head())!;
    await here.store.put({ ...head, version: head.version + 1, lease: { patch: 1, since: PUSHED } }, head.version);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect([here.floating(), (await here.patch())?.version]).toEqual([digestOf('e'), version]);
  });
});

it('two deliveries at the same time promote once', async () => {
  const here = await scanWorld();
  here.scan([]);
  await Promise.all([here.track(), here.track()]);
  expect([here.moves, here.floating(), await here.findings()]).toEqual([[BUILT], BUILT, ['glibc FIXED']]);
  expect(here.metrics.measures.filter(({ name }) => name === 'Promotions')).toHaveLength(1);
  expect(await here.head()).toMatchObject({ state: 'IDLE', promoted: { digest: BUILT } });
});

it('two deliveries at the same time hold once, and fail once', async () => {
  const held = await scanWorld();
  held.scan([onCandidate()]);
  await Promise.all([held.track(), held.track()]);
  expect([(await held.patch())?.reason, held.notifier.of('held').length]).toEqual(['nothing-improved', 1]);
  expect(held.metrics.counts).toMatchObject({ CandidatesHeld: 1 });
  const failed = await scanWorld();
  failed.setStatus({ state: 'FAILED', reason: 'script', detail: 'exit 100' });
  await Promise.all([failed.track(), failed.track()]);
  expect([failed.metrics.counts['BuildsFailed'], (await failed.head())?.failures]).toEqual([1, 1]);
});

it('a promotion that is begun again after another scan does not write proven findings again', async () => {
  const here = await scanWorld();
  here.scan([]);
  const put = here.store.put.bind(here.store);
  // Dies when the patch is to become PROMOTED: what is before that is done again.
  here.store.put = async (item, expected) => {
    if (item['state'] === 'PROMOTED') throw new Error('died');
    await put(item, expected);
  };
  await expect(here.track()).rejects.toThrow('died');
  here.store.put = put;
  const before = await here.finding('glibc');
  here.setNow('2024-06-01T11:00:00.000Z');
  here.scan([]);
  expect(await here.track()).toMatchObject({ did: 'promoted' });
  expect(await here.finding('glibc')).toEqual(before);
});

describe('what a target settles', () => {
  it('where it could not keep all its ids, by its floor', async () => {
    const patch = { targets: [makeTarget({ vulnerabilities: [], omitted: 2 })] };
    for (const [floor, did] of [
      ['2.36-9+deb12u6', 'held'],
      ['2.36-9+deb12u7', 'promoted'],
    ] as const) {
      const later = { vulnerabilityId: 'CVE-2024-0007', floor };
      const here = await scanWorld({ findings: [makeFinding(), makeFinding(later)], patch });
      here.scan([onCandidate(later)]);
      expect([floor, await here.track()]).toMatchObject([floor, { did }]);
    }
  });

  it('also under the name of the package that has taken its place: residual, and not new', async () => {
    const renamed = { package: 'libssl3', installed: '3.0-1', floor: '3.0-2' };
    const here = await scanWorld({
      findings: [makeFinding(), makeFinding(renamed)],
      patch: { targets: [makeTarget(), makeTarget({ package: 'libssl3', floor: '3.0-2', replacedBy: 'libssl3t64' })] },
    });
    here.scan([onCandidate({ ...renamed, package: 'libssl3t64' })]);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect((await here.patch())?.outcomes?.map(({ package: name, result }) => `${name} ${result}`)).toEqual([
      'glibc fixed',
      'libssl3 residual',
    ]);
    expect(await here.findings()).toEqual([
      'glibc FIXED',
      'libssl3 FIXED',
      'libssl3t64 RESIDUAL fix-not-in-repository',
    ]);
  });
});

describe('why a target stays', () => {
  const residual = async (facts: Parameters<typeof onCandidate>[0], options = {}) => {
    const here = await scanWorld({ hasParent: true, ...options });
    here.scan([onCandidate(facts)]);
    await here.track();
    return (await here.patch())?.outcomes?.[0];
  };

  it.each<[string, Parameters<typeof onCandidate>[0], string]>([
    ['its layer is above the patch', { sourceLayerHash: 'sha256:above-c' }, 'other-layer'],
    ['its layer is the patch', { sourceLayerHash: 'sha256:run-c' }, 'fix-not-in-repository'],
    ['its layer is the parent’s', { sourceLayerHash: 'sha256:parent-c' }, 'fix-not-in-repository'],
    ['its layer is not known', {}, 'fix-not-in-repository'],
    ['it was raised', { installed: '2.36-9+deb12u5', sourceLayerHash: 'sha256:above-c' }, 'below-floor'],
  ])('%s', async (_what, facts, reason) => {
    expect(await residual(facts)).toMatchObject({ result: 'residual', reason });
  });

  it('by the versions that the scanner lists', async () => {
    expect((await residual({ installed: '2.36-9+deb12u5' }))?.binaries).toEqual([
      { name: 'glibc', before: '2.36-9+deb12u4', after: '2.36-9+deb12u5' },
    ]);
  });

  it('of a parent that is not the image’s own, nothing is known of layers', async () => {
    expect(await residual({ sourceLayerHash: 'sha256:above-c' }, { hasParent: false })).toMatchObject({
      reason: 'fix-not-in-repository',
    });
  });
});

it('the references of the tests are of one registry', () => {
  expect(at(BUILT).startsWith(`${HOST}/`)).toBe(true);
  expect(makeImage().repository).toBe(REPOSITORY);
});
