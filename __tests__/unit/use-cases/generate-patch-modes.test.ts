import type { Notice } from '../../../domain/notice/notice';
import type { Notifier } from '../../../domain/ports';
import { isFindingItem } from '../../../domain/table/finding-item';
import { makeExpireApprovals } from '../../../functions/decide-approval/expire-approvals';
import { recordingMetrics } from '../lambda/recorders';
import { digestOf, makeImage, makeItem, makeObservation, NOW, silent } from '../table/samples';
import { generateWorld, planned } from './generate-world';

const bySeverity = makeImage({}, { mode: 'observe', modeBySeverity: { CRITICAL: 'auto', HIGH: 'approve' } });
const observed = (severity: 'CRITICAL' | 'HIGH' | 'MEDIUM') => ({ [digestOf('a')]: makeObservation({ severity }) });
const finding = (severity: 'CRITICAL' | 'HIGH' | 'MEDIUM', id = 'CVE-2024-0001') =>
  makeItem({ sk: `FINDING#${id}#OS#glibc`, vulnerabilityId: id, observations: observed(severity) });

function recorder(fails = false): { readonly notices: Notice[]; readonly notifier: Notifier } {
  const notices: Notice[] = [];
  return {
    notices,
    notifier: {
      notify: async (notice) => {
        notices.push(notice);
        await (fails ? Promise.reject(new Error('SNS is away')) : Promise.resolve());
      },
    },
  };
}

describe('modes by severity', () => {
  it.each([
    ['CRITICAL', 'READY'],
    ['HIGH', 'AWAITING_APPROVAL'],
    ['MEDIUM', 'OBSERVED'],
  ] as const)('a patch for a %s finding begins %s', async (severity, state) => {
    const here = generateWorld();
    await here.put(finding(severity));
    expect(planned(await here.generate(bySeverity)).state).toBe(state);
  });

  it('a patch for several has the mode of the worst', async () => {
    const here = generateWorld();
    await here.put(finding('MEDIUM', 'CVE-1'), finding('CRITICAL', 'CVE-2'), finding('HIGH', 'CVE-3'));
    expect(planned(await here.generate(bySeverity)).state).toBe('READY');
  });

  it('a finding that gets worse has its patch planned again, in the mode of its new severity', async () => {
    const here = generateWorld();
    await here.put(finding('HIGH'));
    const first = planned(await here.generate(bySeverity));
    const item = (await here.table.query('IMAGE#debian-12')).find(isFindingItem)!;
    await here.table.put({ ...item, observations: observed('CRITICAL'), version: 2 }, 1);
    const second = planned(await here.generate(bySeverity));
    expect([first.state, second.state, second.targets]).toEqual(['AWAITING_APPROVAL', 'READY', first.targets]);
    expect(second.planHash).not.toBe(first.planHash);
    expect((await here.patches()).map(({ state }) => state)).toEqual(['SUPERSEDED', 'READY']);
  });
});

describe('a patch that waits for approval', () => {
  it('is told of: what it would do, by whom, where its script is, and when it is too old', async () => {
    const { notices, notifier } = recorder();
    const here = generateWorld(undefined, { notifier });
    await here.put(
      finding('HIGH'),
      finding('CRITICAL', 'CVE-2024-0002'),
      makeItem({ sk: 'FINDING#9', package: 'krb5', vulnerabilityId: 'CVE-9', observations: observed('MEDIUM') }),
    );
    const patch = planned(await here.generate(makeImage({}, { mode: 'approve', approvalExpiresAfterHours: 2 })));
    expect(notices).toEqual([
      {
        kind: 'approval-requested',
        image: 'debian-12',
        repository: 'golden/debian-12',
        patch: 1,
        patchId: patch.patchId,
        summary: [
          'It patches 2 packages with apt.',
          'glibc is raised to 2.36-9+deb12u6 or higher: CVE-2024-0002 (CRITICAL), CVE-2024-0001 (HIGH).',
          'krb5 is raised to 2.36-9+deb12u6 or higher: CVE-9 (MEDIUM).',
          'The commands are by rules: Rules are configured.',
          `The script is ${patch.scriptUri}`,
        ],
        expiresAt: '2024-06-01T02:00:00.000Z',
      },
    ]);
    await here.generate(makeImage({}, { mode: 'approve', approvalExpiresAfterHours: 2 }));
    expect(notices).toHaveLength(1);
  });

  it('says of a package that may be removed that it is raised where others need it', async () => {
    const { notices, notifier } = recorder();
    const here = generateWorld(undefined, { notifier });
    await here.put(finding('HIGH'));
    await here.generate(makeImage({}, { mode: 'approve', removable: ['glibc'] }));
    expect(notices).toMatchObject([
      {
        summary: expect.arrayContaining([
          'glibc is removed, or raised to 2.36-9+deb12u6 or higher where other packages need it: CVE-2024-0001 (HIGH).',
        ]) as unknown,
      },
    ]);
  });

  it('is not lost where nobody can be told', async () => {
    const errors: unknown[] = [];
    const logger = { ...silent, error: (message: string) => errors.push(message) };
    const metrics = recordingMetrics();
    const here = generateWorld(undefined, { ...recorder(true), logger, metrics });
    await here.put(makeItem());
    expect(planned(await here.generate(makeImage({}, { mode: 'approve' }))).state).toBe('AWAITING_APPROVAL');
    expect(errors).toEqual(['nobody was told that a patch waits for approval']);
    expect(metrics.counts).toEqual({ NoticesFailed: 1, 'NoticesFailed approval-requested': 1 });
  });

  it.each(['auto', 'observe'] as const)('one in mode %s waits for nobody, and nobody is told', async (mode) => {
    const { notices, notifier } = recorder();
    const here = generateWorld(undefined, { notifier });
    await here.put(makeItem());
    planned(await here.generate(makeImage({}, { mode })));
    expect(notices).toEqual([]);
  });

  it('whose time is up is asked for again, with another script', async () => {
    const { notices, notifier } = recorder();
    const here = generateWorld(undefined, { notifier });
    const image = makeImage({}, { mode: 'approve' });
    await here.put(makeItem());
    const first = planned(await here.generate(image));
    const late = new Date(NOW.getTime() + 168 * 3_600_000);
    await makeExpireApprovals({ table: here.table, clock: () => late, logger: silent })(image);
    const second = planned(await here.generate(image));
    expect([second.state, second.sequence]).toEqual(['AWAITING_APPROVAL', 2]);
    expect(second.patchId).not.toBe(first.patchId);
    expect(notices).toHaveLength(2);
  });
});
