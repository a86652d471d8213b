import { digestOf, makeFinding, makePackage } from '../table/samples';
import { building, CANDIDATE, NEW } from './pipeline-world';

describe('after a promotion', () => {
  it('a second patch whose findings the first one has settled is not built', async () => {
    const here = await building();
    await here.ingest([makeFinding({ package: 'zlib', floor: '1-2' })]);
    await here.generate();
    here.setStatus({ state: 'AVAILABLE', candidate: CANDIDATE });
    here.packages.set(digestOf('c'), [...NEW, makePackage('zlib', '1-2')]);
    await here.track();
    expect(await here.findings()).toEqual(['glibc FIXED', 'krb5 FIXED', 'zlib FIXED']);
    expect(await here.signalRebuild()).toEqual({ did: 'nothing', why: 'plan-changed' });
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'nothing-open' });
    expect(await here.patch()).toMatchObject({ sequence: 2, state: 'SUPERSEDED', reason: 'nothing-open' });
    expect(await here.replan()).toBe('DONE');
    expect(here.parameters).toHaveLength(1);
  });

  it('nothing is planned while a candidate is being proven; afterwards it is looked at again', async () => {
    const here = await building();
    const patch = (await here.patch())!;
    await here.table.put(
      { ...patch, state: 'CANDIDATE', candidate: CANDIDATE, version: patch.version + 1 },
      patch.version,
    );
    await here.ingest([makeFinding({ package: 'zlib', floor: '1-2' })]);
    expect(await here.generate()).toEqual({ did: 'nothing', why: 'being-proven' });
    here.packages.set(digestOf('c'), [...NEW, makePackage('zlib', '1-1')]);
    expect(await here.track()).toMatchObject({ did: 'promoted' });
    expect(await here.replan()).toBe('REQUESTED');
    expect(await here.generate()).toMatchObject({ did: 'planned', patch: { sequence: 2 } });
  });

  it('what was fixed beyond its floor stays in the plan with the floor of every finding', async () => {
    const here = await building();
    await here.ingest([makeFinding({ vulnerabilityId: 'CVE-2', floor: '2.36-9+deb12u7' })]);
    await here.generate();
    here.setStatus({ state: 'AVAILABLE', candidate: CANDIDATE });
    await here.track();
    await here.ingest([makeFinding({ digest: digestOf('c'), package: 'zlib', floor: '1-2' })]);
    await here.generate();
    expect((await here.patch())?.targets.map(({ package: name, floor }) => [name, floor])).toEqual([
      ['glibc', '2.36-9+deb12u7'],
      // Not krb5, which the parent does not have.
      ['zlib', '1-2'],
    ]);
  });
});
