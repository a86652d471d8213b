import type { RegisteredImage, UnusableImage } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import { requestReplan, updateHead } from '../../../domain/table/head-changes';
import { replanKey } from '../../../domain/table/keys';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { recordingLogger } from '../lambda/recorders';
import { digestOf, makeFinding, makeImage, makeItem, makeObservation, makePatch, NOW, silent } from '../table/samples';
import { generateWorld, planned } from './generate-world';

describe('the registry', () => {
  const found: RegisteredImage = {
    ...{ digest: digestOf('a'), tags: ['2024-05-01.1', 'stable'], pushedAt: '2024-05-01T00:00:00.000Z' },
    ...{ os: 'linux', architecture: 'amd64', layers: [digestOf('1')], labels: { 'org.example': 'x' } },
  };
  /** A world whose registry answers with these, the last one again and again. */
  const asking = (...answers: readonly (RegisteredImage | UnusableImage | Error)[]) => {
    const left = [...answers];
    const asked: unknown[] = [];
    const logger = recordingLogger();
    const here = generateWorld(undefined, {
      logger,
      lookup: {
        lookUp: async (...question) => {
          asked.push(question);
          const answer = (left.length > 1 ? left.shift() : left[0])!;
          if (answer instanceof Error) throw answer;
          return await Promise.resolve(answer);
        },
      },
    });
    return { ...here, asked, logger };
  };
  const adopted = async (here: ReturnType<typeof generateWorld>): Promise<void> => {
    await updateHead(here.table, 'debian-12', (head) => ({
      ...head,
      adopted: { digest: digestOf('a'), floating: true },
    }));
    await here.put(makeItem(), makeItem({ sk: 'FINDING#2', vulnerabilityId: 'CVE-2' }));
  };
  const findings = async (here: ReturnType<typeof generateWorld>) =>
    (await here.table.query('IMAGE#debian-12'))
      .filter(isFindingItem)
      .map(({ state, reason }) => [state, reason].filter(Boolean).join(' '));

  it('is asked once per patch, and what it says is on record', async () => {
    const here = asking(found);
    await adopted(here);
    const patch = planned(await here.generate());
    expect(patch.source).toEqual({
      ...{ digest: digestOf('a'), tags: ['2024-05-01.1', 'stable'], pushedAt: '2024-05-01T00:00:00.000Z' },
      platform: 'linux/amd64',
    });
    const papers = JSON.parse((await here.scripts.getAudit(patch.proposalUri ?? '')) ?? '') as object;
    expect(papers).toMatchObject({ source: found });
    await here.generate();
    expect(here.asked).toEqual([['golden/debian-12', digestOf('a'), 'amd64']]);
  });

  it.each<[string, RegisteredImage | UnusableImage, string, RegExp]>([
    ['was deleted', { unusable: 'image-not-found', detail: 'it is gone' }, 'image-not-found', /gone/],
    [
      'has an unknown manifest',
      { unusable: 'manifest-not-supported', detail: 'type x' },
      'manifest-not-supported',
      /type x/,
    ],
    [
      'is for another architecture',
      { ...found, architecture: 'arm64' },
      'architecture-mismatch',
      /is for linux\/arm64, but golden image debian-12 is declared for linux\/amd64/,
    ],
    ['is for Windows', { ...found, os: 'windows' }, 'architecture-mismatch', /windows\/amd64/],
  ])(
    'says that the image %s: nothing is planned, its findings are parked, nothing is retried',
    async (_what, answer, reason, detail) => {
      const here = asking(answer);
      await adopted(here);
      await here.table.put(makePatch({ planHash: 'f'.repeat(64) }), 0);
      await requestReplan(here.table, 'debian-12', 'test');
      expect(await here.generate()).toEqual({ did: 'nothing', why: reason });
      expect(await findings(here)).toEqual([`PARKED ${reason}`, `PARKED ${reason}`]);
      expect((await here.patches()).map((patch) => [patch.state, patch.reason])).toEqual([['SUPERSEDED', reason]]);
      expect(await here.table.get(replanKey('debian-12'))).toMatchObject({ state: 'DONE' });
      expect(here.logger.lines.map(({ message, facts }) => [message, facts['reason'], facts['detail']])).toEqual([
        ['the golden image cannot be patched', reason, expect.stringMatching(detail)],
      ]);
      expect(await here.generate()).toEqual({ did: 'nothing', why: 'nothing-open' });
      expect(here.asked).toHaveLength(1);
    },
  );

  it('that has another answer when the scanner speaks again is believed', async () => {
    const here = asking({ unusable: 'image-not-found', detail: '' }, found);
    await adopted(here);
    await here.generate();
    const ingest = makeIngestFinding({
      ...{ table: here.table, clock: () => NOW, logger: silent },
      estate: { byRepository: new Map([['golden/debian-12', makeImage()]]), exceptions: [] },
    });
    await ingest([makeFinding({ observedAt: '2024-05-30T00:00:00.000Z' })]);
    expect(planned(await here.generate()).targets).toHaveLength(1);
  });

  it('that parks leaves a finding alone that is judged on another digest by now', async () => {
    const here = asking({ unusable: 'image-not-found', detail: '' });
    await adopted(here);
    await here.put(
      makeItem({ sk: 'FINDING#3', judgedOn: digestOf('b'), observations: { [digestOf('b')]: makeObservation() } }),
    );
    await here.generate();
    expect((await findings(here)).sort()).toEqual(['OPEN', 'PARKED image-not-found', 'PARKED image-not-found']);
  });

  it('that cannot be had fails the look, which is tried again', async () => {
    const here = asking(new Error('throttled'));
    await adopted(here);
    await requestReplan(here.table, 'debian-12', 'test');
    await expect(here.generate()).rejects.toThrow('throttled');
    expect(await findings(here)).toEqual(['OPEN', 'OPEN']);
    expect(await here.table.get(replanKey('debian-12'))).toMatchObject({ state: 'REQUESTED' });
  });

  it('is not asked before a digest is known', async () => {
    const here = asking(new Error('must not be asked'));
    await here.put(makeItem());
    expect(planned(await here.generate())).not.toHaveProperty('source');
  });
});
