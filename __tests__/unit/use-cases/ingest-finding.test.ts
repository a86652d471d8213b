import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import type { Estate, GoldenImage } from '../../../domain/config/golden-image';
import type { Finding } from '../../../domain/finding/finding';
import { parseRecord } from '../../../domain/finding/parse-record';
import type { FindingItem } from '../../../domain/table/finding-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import { readHead } from '../../../domain/table/head-changes';
import type { IngestResult } from '../../../functions/ingest-finding/ingest-finding';
import { makeIngestFinding, makeJudgeAgain } from '../../../functions/ingest-finding/ingest-finding';
import { inspectorFinding, inspectorPackage } from '../finding/inspector-sample';
import { digestOf, makeFinding, makeImage, NOW, silent } from '../table/samples';

interface World {
  readonly table: MemoryFindingTable;
  readonly ingest: (...findings: Finding[]) => Promise<IngestResult>;
  readonly judgeAgain: (image?: GoldenImage, now?: Date, exceptions?: Estate['exceptions']) => Promise<void>;
  readonly findings: () => Promise<FindingItem[]>;
}

function world(image = makeImage()): World {
  const table = new MemoryFindingTable();
  const ports = (of: GoldenImage, now: Date, exceptions: Estate['exceptions']) => ({
    table,
    estate: { byRepository: new Map([[of.repository, of]]), exceptions },
    clock: () => now,
    logger: silent,
  });
  return {
    table,
    ingest: async (...findings) => await makeIngestFinding(ports(image, NOW, []))(findings),
    judgeAgain: async (of = image, now = NOW, exceptions = []) => {
      await makeJudgeAgain(ports(of, now, exceptions))(of);
    },
    findings: async () => (await table.query('IMAGE#debian-12')).filter(isFindingItem),
  };
}

const states = async ({ findings }: World): Promise<string[]> =>
  (await findings()).map(({ package: name, state, reason }) => [name, state, reason].filter(Boolean).join(' '));

describe('ingesting', () => {
  it('writes one item per finding, with the verdict, and adopts the digest', async () => {
    const here = world();
    expect(await here.ingest(makeFinding())).toEqual({
      folded: 1,
      duplicates: 0,
      unattributed: 0,
      images: new Set(['debian-12']),
    });
    const [item] = await here.findings();
    expect(item).toMatchObject({
      sk: 'FINDING#CVE-2024-0001#OS#glibc',
      version: 1,
      state: 'OPEN',
      judgedOn: digestOf('a'),
      firstObservedAt: '2024-05-20T00:00:00.000Z',
      fixFirstSeenAt: '2024-05-22T15:40:54.491Z',
    });
    expect((await readHead(here.table, 'debian-12'))?.adopted).toEqual({
      digest: digestOf('a'),
      pushedAt: '2024-05-01T00:00:00.000Z',
      floating: true,
    });
  });

  it('writes nothing at all for what is known', async () => {
    const here = world();
    await here.ingest(makeFinding());
    const before = here.table.changes().length;
    expect(await here.ingest(makeFinding(), makeFinding())).toMatchObject({ folded: 0, duplicates: 2 });
    expect(here.table.changes()).toHaveLength(before);
  });

  it('counts findings about repositories that are no golden image, and stores none of them', async () => {
    const here = world();
    const result = await here.ingest(
      makeFinding({ repository: 'app/a' }),
      makeFinding({ repository: 'app/a' }),
      makeFinding(),
    );
    expect(result).toMatchObject({ folded: 1, unattributed: 2, images: new Set(['debian-12']) });
    expect(new Set(here.table.changes().map(({ key }) => key.pk))).toEqual(new Set(['IMAGE#debian-12']));
  });

  it('an escalation opens a finding, a closing closes it, and a reopening opens it again', async () => {
    const here = world();
    const at = (hour: number, changes: Partial<Finding>): Finding =>
      makeFinding({ observedAt: `2024-05-23T0${hour}:00:00.000Z`, ...changes });
    const seen: string[][] = [];
    for (const finding of [
      at(1, { severity: 'UNTRIAGED' }),
      at(2, { severity: 'CRITICAL' }),
      at(3, { status: 'CLOSED' }),
      at(4, {}),
      at(2, { severity: 'LOW' }),
    ]) {
      await here.ingest(finding);
      seen.push(await states(here));
    }
    expect(seen).toEqual([
      ['glibc PARKED below-threshold'],
      ['glibc OPEN'],
      ['glibc CLOSED'],
      ['glibc OPEN'],
      ['glibc OPEN'],
    ]);
  });

  it('an EPSS score that rises over the threshold opens a finding', async () => {
    const here = world();
    await here.ingest(makeFinding({ severity: 'LOW', epss: 0.09 }));
    await here.ingest(makeFinding({ severity: 'LOW', epss: 0.11, observedAt: '2024-05-23T00:00:00.000Z' }));
    expect(await states(here)).toEqual(['glibc OPEN']);
  });

  it('a newer digest makes what was only seen on the older one stale', async () => {
    const here = world();
    await here.ingest(makeFinding(), makeFinding({ package: 'krb5' }));
    await here.ingest(makeFinding({ digest: digestOf('b'), pushedAt: '2024-05-02T00:00:00.000Z' }));
    expect(await states(here)).toEqual(['glibc OPEN', 'krb5 PARKED stale-digest']);
    await here.ingest(makeFinding({ package: 'zlib', observedAt: '2024-05-30T00:00:00.000Z' }));
    expect(await states(here)).toEqual(['glibc OPEN', 'krb5 PARKED stale-digest', 'zlib PARKED stale-digest']);
  });

  it('forgets the same old digests, whether the newest push came first or last', async () => {
    const push = (day: number, name: string): Finding =>
      makeFinding({ package: name, digest: digestOf(String(day)), pushedAt: `2024-05-0${day}T00:00:00.000Z` });
    const older = [1, 2, 3, 4].map((day) => push(day, 'glibc'));
    const [first, last] = [world(), world()];
    for (const finding of [push(5, 'krb5'), ...older]) await first.ingest(finding);
    for (const finding of [...older, push(5, 'krb5')]) await last.ingest(finding);
    const digests = async (here: World): Promise<unknown> =>
      (await here.findings()).map(({ package: name, observations }) => [name, Object.keys(observations).sort()]);
    expect(await digests(last)).toEqual(await digests(first));
  });

  it.each(['name', 'filePath'])('a record with a lone surrogate in its %s does not stop the others', async (member) => {
    const hostile = parseRecord(
      inspectorFinding([inspectorPackage({ packageManager: 'NODEPKG', [member]: 'a\ud800' })]),
    ).findings;
    const here = world();
    await here.ingest(...hostile.map((finding) => ({ ...finding, repository: 'golden/debian-12' })), makeFinding());
    expect((await here.findings()).map((item) => item.package)).toContain('glibc');
  });
});

describe('judging again', () => {
  it('writes only the verdicts that differ', async () => {
    const here = world();
    await here.ingest(makeFinding(), makeFinding({ package: 'krb5', severity: 'CRITICAL' }));
    const before = here.table.changes().length;
    await here.judgeAgain();
    expect(here.table.changes()).toHaveLength(before);
    await here.judgeAgain(makeImage({}, { minimumSeverity: 'CRITICAL' }));
    expect(here.table.changes()).toHaveLength(before + 1);
    expect(await states(here)).toEqual(['glibc PARKED below-threshold', 'krb5 OPEN']);
  });

  it('parks while an exception holds and wakes the finding the day after', async () => {
    const here = world();
    const exceptions = [{ vulnerability: 'CVE-2024-0001', justification: 'not reachable', expires: '2024-06-10' }];
    await here.ingest(makeFinding());
    await here.judgeAgain(undefined, new Date('2024-06-10T12:00:00Z'), exceptions);
    expect(await states(here)).toEqual(['glibc PARKED excepted']);
    await here.judgeAgain(undefined, new Date('2024-06-11T00:00:00Z'), exceptions);
    expect(await states(here)).toEqual(['glibc OPEN']);
    expect(await here.findings()).toEqual([expect.not.objectContaining({ reason: expect.anything() as unknown })]);
  });

  it('parks everything the day after the support of the platform has ended', async () => {
    const here = world();
    await here.ingest(makeFinding({ platform: 'DEBIAN_10' }));
    expect(await states(here)).toEqual(['glibc OPEN']);
    await here.judgeAgain(undefined, new Date('2024-07-01T00:00:00Z'));
    expect(await states(here)).toEqual(['glibc PARKED end-of-life']);
  });

  it('does nothing for an image that was never seen', async () => {
    const here = world();
    await here.judgeAgain();
    expect(here.table.changes()).toEqual([]);
  });
});
