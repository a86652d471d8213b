import { retryImage } from '../../../cli/run/retry-image';
import { updateHead } from '../../../domain/table/head-changes';
import { replanKey } from '../../../domain/table/keys';
import { digestOf, makeFinding, makeImage, makePackage, NOW, silent } from '../table/samples';
import { building, CANDIDATE, describeImage, NEW, OLD, pipelineWorld } from './pipeline-world';

/** A person has the image start over. @returns what the log says of it */
async function startOver(here: ReturnType<typeof pipelineWorld>): Promise<unknown[]> {
  const logged: unknown[] = [];
  const logger = { ...silent, info: (...line: unknown[]) => logged.push(...line) };
  const word = { by: 'alice', reason: 'the mirror is back' };
  await retryImage({ table: here.table, clock: () => NOW, logger }, makeImage(), word);
  return logged;
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
    here.packages.set(digestOf('a'), [...OLD, makePackage('krb5', '1.20-1')]);
    here.packages.set(digestOf('c'), [...NEW, makePackage('krb5', '1.20-2'), makePackage('zlib', '1-1')]);
    await here.track();
    expect(await here.findings()).toEqual(['glibc FIXED', 'krb5 FIXED', 'zlib OPEN']);
    expect(await here.replan()).toBe('REQUESTED');
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'same-plan' });
    expect(await here.signalRebuild()).toMatchObject({ did: 'signaled', patch: { sequence: 2 } });
  });
});

describe('what does not start', () => {
  it('a build without a parameter, without a lease, or of another script', async () => {
    const here = pipelineWorld();
    expect(await here.start()).toEqual({ did: 'nothing', why: 'no-signal' });
    here.parameters.push('scripts/other.sh');
    expect(await here.start()).toEqual({ did: 'nothing', why: 'no-lease' });
    await here.ingest([makeFinding()]);
    await here.generate();
    await here.signalRebuild();
    here.parameters.push('scripts/other.sh');
    // The parameter may be about to agree: to be asked again.
    expect(await here.start()).toEqual({ did: 'nothing', why: 'signal-unfinished' });
    expect(here.builds).toEqual([]);
  });

  it('a signal over the budget of the day', async () => {
    const here = pipelineWorld(makeImage({}, { buildsPerDay: 2 }));
    await here.ingest([makeFinding()]);
    await here.generate();
    await updateHead(here.table, 'debian-12', (head) => ({ ...head, builds: { day: '2024-06-01', count: 2 } }));
    expect(await here.signalRebuild()).toEqual({ did: 'nothing', why: 'budget-spent' });
    await updateHead(here.table, 'debian-12', (head) => ({ ...head, builds: { day: '2024-05-31', count: 2 } }));
    expect(await here.signalRebuild()).toMatchObject({ did: 'signaled' });
    expect((await here.head())?.builds).toEqual({ day: '2024-06-01', count: 1 });
  });

  it('a signal of a stopped image, until a person has looked', async () => {
    const here = pipelineWorld();
    await startOver(here);
    expect(await here.head()).toBeUndefined();
    await here.ingest([makeFinding()]);
    await here.generate();
    await updateHead(here.table, 'debian-12', (head) => ({ ...head, state: 'STOPPED', failures: 3 }));
    expect(await here.signalRebuild()).toEqual({ did: 'nothing', why: 'stopped' });
    await startOver(here);
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
      (here: ReturnType<typeof pipelineWorld>) =>
        here.images.set('candidate', describeImage('candidate', digestOf('c'), { cmd: [] })),
    ],
    [
      'a package that went down',
      'worse',
      (here: ReturnType<typeof pipelineWorld>) =>
        here.packages
          .set(digestOf('c'), [...NEW, makePackage('zlib1g', '1')])
          .set(digestOf('a'), [...OLD, makePackage('zlib1g', '2')]),
    ],
    [
      'nothing that got better',
      'nothing-improved',
      (here: ReturnType<typeof pipelineWorld>) => here.packages.set(digestOf('c'), OLD),
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
    expect(await here.head()).toMatchObject({ state: 'IDLE', failures: 1 });
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
    expect(await startOver(here)).toEqual([
      'image started over',
      {
        ...{ image: 'debian-12', by: 'alice', reason: 'the mirror is back' },
        ...{ wasStopped: true, patches: 1, findings: 2 },
      },
    ]);
    expect([await here.findings(), (await here.head())?.state]).toEqual([['glibc OPEN', 'krb5 OPEN'], 'IDLE']);
    expect(await here.patch()).toMatchObject({
      ...{ state: 'SUPERSEDED', reason: 'retry', detail: 'tried again by alice: the mirror is back' },
    });
    expect((await here.head())?.startedOver).toEqual({
      ...{ by: 'alice', reason: 'the mirror is back', at: NOW.toISOString() },
    });
    expect((await here.table.get(replanKey('debian-12')))?.['why']).toBe('started over by alice: the mirror is back');
    expect(await here.generate()).toMatchObject({ did: 'planned', patch: { attempt: 2 } });
  });
});
