import { PARKED_REASONS } from '../../../domain/policy/judge';
import { REGISTRY_REASONS } from '../../../domain/policy/registry-reason';
import { DEFAULT_POLICY } from '../../../domain/policy/policy';
import { RESIDUAL_REASONS } from '../../../domain/script/result-line';
import { explainFinding } from '../../../domain/table/explain-finding';
import type { FindingItem } from '../../../domain/table/finding-item';
import type { HeadItem } from '../../../domain/table/head-item';
import type { PatchItem } from '../../../domain/table/patch-item';
import { digestOf, makeItem, makeObservation, makePatch, makeTarget, without } from './samples';

const explain = (finding: FindingItem, head?: HeadItem, patches: PatchItem[] = []): string[] =>
  explainFinding(finding, { head, patches, policy: DEFAULT_POLICY });
const head: HeadItem = {
  pk: 'IMAGE#debian-12',
  sk: 'HEAD',
  version: 1,
  type: 'HEAD',
  image: 'debian-12',
  state: 'IDLE',
  sequence: 1,
  failures: 0,
  builds: { day: '', count: 0 },
  adopted: { digest: digestOf('a'), floating: true },
};

it('tells the whole chain of an open finding', () => {
  const detail = 'script exited with 1';
  expect(explain(makeItem(), head, [makePatch({ state: 'FAILED', detail })])).toEqual([
    'First seen 2024-05-20T00:00:00.000Z: CVE-2024-0001 in glibc (OS).',
    `On ${digestOf('a')} (current), the scanner says at 2024-05-22T15:40:54.491Z: ACTIVE, HIGH, installed 2.36-9+deb12u4, fixed in 2.36-9+deb12u6.`,
    `Nothing was promoted yet; the current digest is ${digestOf('a')}, the newest that the scanner has seen before the first build, or with the floating tag since.`,
    'Policy acts on severity HIGH or worse, on a known exploit, or on EPSS 0.1 or more; here: HIGH, no exploit is known, EPSS 0.01.',
    'Patch 1 by rules, attempt 1, raises glibc to 2.36-9+deb12u6 or higher: FAILED since 2024-06-01T00:00:00.000Z (script exited with 1).',
    'It is OPEN: it is to be fixed by the next patch.',
  ]);
});

it('before anything was built the current digest is the newest that was seen', () => {
  expect(explain(makeItem(), { ...head, sequence: 0 })).toContain(
    `Nothing was promoted yet; the current digest is ${digestOf('a')}, the newest that the scanner has seen.`,
  );
});

it('says of an open one why no patch comes, where none does', () => {
  expect(explain(makeItem(), head, [makePatch({ state: 'REJECTED' })]).at(-1)).toMatch(
    /^It is OPEN\. Patch 1, which was to fix it, was rejected: /,
  );
  expect(explain(makeItem(), { ...head, state: 'STOPPED', failures: 3 }).at(-1)).toMatch(
    /^It is OPEN\. No patch is built/,
  );
});

it('tells what proves a fixed one, and leaves the threshold out', () => {
  const promoted = {
    digest: digestOf('b'),
    reference: 'local/debian-12:2024-06-01.1',
    since: '2024-06-01T00:00:00.000Z',
    descendsFrom: [],
  };
  const fixed = makeItem({
    state: 'FIXED',
    judgedOn: digestOf('b'),
    observations: {
      [digestOf('b')]: {
        ...makeObservation({ status: 'CLOSED', installed: '' }),
        derived: true,
        proof: 'package-database',
      },
    },
  });
  const patch = makePatch({ state: 'PROMOTED', outcomes: [{ package: 'glibc', result: 'fixed', binaries: [] }] });
  const chain = explain(fixed, { ...head, promoted }, [patch]);
  expect(chain.slice(1)).toEqual([
    `On ${digestOf('b')} (current), its package database says at 2024-05-22T15:40:54.491Z: CLOSED, HIGH, installed unknown, fixed in 2.36-9+deb12u6.`,
    `The current digest is ${digestOf('b')}, promoted 2024-06-01T00:00:00.000Z as local/debian-12:2024-06-01.1.`,
    'Patch 1 by rules, attempt 1, raises glibc to 2.36-9+deb12u6 or higher: PROMOTED since 2024-06-01T00:00:00.000Z; glibc: fixed.',
    'It is FIXED: the package database of the current digest proves it.',
  ]);
});

it('names file path, exploit, missing score, missing fix and missing digest', () => {
  const bare = without(makeObservation({ exploit: true }), 'floor', 'epss');
  const chain = explain(makeItem({ filePath: 'a/b', observations: { [digestOf('a')]: bare } }));
  expect(chain[0]).toContain('in glibc (OS, a/b)');
  expect(chain[1]).toMatch(/no fixed version\.$/);
  expect(chain[2]).toBe(`It is judged on ${digestOf('a')}.`);
  expect(chain[3]).toMatch(/here: HIGH, an exploit is known, no EPSS score\.$/);
  const nowhere = explain(without(makeItem({ state: 'PARKED', reason: 'stale-digest' }), 'judgedOn'));
  expect(nowhere).toContain('It is judged on no digest.');
  expect(nowhere.some((line) => line.includes('Policy acts'))).toBe(false);
});

it('leaves out patches that are about something else', () => {
  const others = [
    makePatch({ targets: [makeTarget({ package: 'krb5' })] }),
    makePatch({ targets: [makeTarget({ vulnerabilities: ['CVE-9'] })] }),
  ];
  expect(explain(makeItem(), head, others)).toEqual(explain(makeItem(), head));
});

it.each([...PARKED_REASONS, ...REGISTRY_REASONS])('has a sentence for %s', (reason) => {
  expect(explain(makeItem({ state: 'PARKED', reason })).at(-1)).toMatch(/^It is parked, because .+\.$/);
});

it('says why a fix is out of reach, what a kernel is for in a container, and since when a release is not supported', () => {
  const kernel = makeItem({
    package: 'kernel',
    state: 'PARKED',
    reason: 'fix-out-of-reach',
    observations: {
      [digestOf('a')]: makeObservation({
        platform: 'AMAZON_LINUX_2',
        installed: '4.14.355-277.643.amzn2',
        floor: '5.15.189-131.202.amzn2',
      }),
    },
  });
  const chain = explain(kernel).join('\n');
  expect(chain).toContain('A container never runs a kernel of its own');
  expect(chain).toContain('of the stream 5.15, installed is the stream 4.14 (https://docs.aws.amazon.com/linux/al2/');
  const old = makeItem({
    state: 'PARKED',
    reason: 'end-of-life',
    observations: { [digestOf('a')]: makeObservation({ platform: 'DEBIAN_10' }) },
  });
  expect(explain(old).join('\n')).toContain('ended 2024-06-30 (https://wiki.debian.org/');
});

it.each(RESIDUAL_REASONS)('has a sentence for the residual %s', (reason) => {
  expect(explain(makeItem({ state: 'RESIDUAL', reason })).at(-1)).toMatch(
    /^It is RESIDUAL: [a-z][^:]+\. It is tried again/,
  );
});

it('says whose word a patch was built on, and why one was refused', () => {
  const approval = {
    decision: 'approved',
    by: 'alice',
    reason: 'change 4711',
    at: '2024-06-01T01:00:00.000Z',
  } as const;
  const rejected = { ...approval, decision: 'rejected' } as const;
  expect(explain(makeItem(), head, [makePatch({ approval })])).toContain(
    'It was approved by alice at 2024-06-01T01:00:00.000Z: change 4711',
  );
  const detail = 'rejected by alice: change 4711';
  const lines = explain(makeItem(), head, [makePatch({ state: 'REJECTED', approval: rejected, detail })]);
  expect(lines.filter((line) => line.includes('alice'))).toEqual([
    expect.stringMatching(/REJECTED since .* \(rejected by alice: change 4711\)/) as unknown,
  ]);
});

it('says that CLOSED proves no fix', () => {
  expect(explain(makeItem({ state: 'CLOSED' })).at(-1)).toContain('That proves no fix');
});

it('says the same, however the observations came in', () => {
  const [a, b] = [makeObservation(), makeObservation({ digest: digestOf('b') })];
  const forth = makeItem({ observations: { [digestOf('a')]: a, [digestOf('b')]: b } });
  const back = makeItem({ observations: { [digestOf('b')]: b, [digestOf('a')]: a } });
  expect(explain(back)).toEqual(explain(forth));
});
