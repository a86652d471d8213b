import { requireEcosystem } from '../../../domain/ecosystems';
import { findNewFindings } from '../../../domain/proof/find-new-findings';
import type { PresentFinding } from '../../../domain/proof/listed-findings';
import { makeTarget } from '../table/samples';

const ZLIB: PresentFinding = {
  ...{ vulnerabilityId: 'CVE-2024-0001', packageManager: 'OS', package: 'zlib', status: 'ACTIVE', severity: 'HIGH' },
  ...{ installed: '1-1', exploit: false },
};
const RULES = {
  policy: { minimumSeverity: 'HIGH', minimumEpss: 0.1 } as const,
  isAccepted: () => false,
  targets: [],
  ecosystem: requireEcosystem('apt'),
  ...{ now: new Date('2024-06-01T12:00:00Z'), graceHours: 1 },
};
const complete = (present: readonly PresentFinding[]) => ({ present, gone: [], isComplete: true });
const NEW = ['CVE-2024-0001 in zlib (HIGH) is new: the image before does not have it'];

describe('what makes an image worse', () => {
  it.each<[string, PresentFinding[], PresentFinding[], string[]]>([
    ['something HIGH that was not there', [], [ZLIB], NEW],
    ['nothing that was there', [ZLIB], [ZLIB], []],
    ['the same twice is told once', [], [ZLIB, ZLIB], NEW],
    ['nothing below the threshold', [], [{ ...ZLIB, severity: 'MEDIUM' }], []],
    [
      'a MEDIUM one that is exploited',
      [],
      [{ ...ZLIB, severity: 'MEDIUM', exploit: true }],
      ['CVE-2024-0001 in zlib (MEDIUM) is new: the image before does not have it'],
    ],
    ['nothing that is suppressed', [], [{ ...ZLIB, status: 'SUPPRESSED' }], []],
    ['nothing whose fix the image before has not either', [ZLIB], [{ ...ZLIB, floor: '1-2' }], []],
    [
      'what the image before had the fix of, though no fix was known when it was seen',
      [{ ...ZLIB, installed: '1-3' }],
      [{ ...ZLIB, floor: '1-3' }],
      NEW,
    ],
    [
      'nothing where one of several installed versions was below the fix',
      [{ ...ZLIB, installed: '1-3' }, ZLIB],
      [{ ...ZLIB, floor: '1-3' }],
      [],
    ],
    ['nothing where the version before is not told', [{ ...ZLIB, installed: '' }], [{ ...ZLIB, floor: '1-3' }], []],
    [
      'nothing of a language package by versions of another order',
      [{ ...ZLIB, packageManager: 'NPM', installed: '9' }],
      [{ ...ZLIB, packageManager: 'NPM', floor: '1' }],
      [],
    ],
  ])('%s', (_what, before, after, worse) => {
    expect(findNewFindings(complete(before), after, RULES)).toEqual({ worse, undecided: [] });
  });

  it('nothing of a package that has taken the place of one that had it, nothing that is accepted', () => {
    const targets = [makeTarget({ package: 'libssl3', replacedBy: 'libssl3t64' })];
    const [before, after] = [[{ ...ZLIB, package: 'libssl3' }], [{ ...ZLIB, package: 'libssl3t64' }]];
    const worse = (...args: Parameters<typeof findNewFindings>) => findNewFindings(...args).worse;
    expect(worse(complete(before), after, { ...RULES, targets })).toEqual([]);
    expect(worse(complete(before), after, RULES)).toHaveLength(1);
    expect(worse(complete([]), [ZLIB], { ...RULES, isAccepted: () => true })).toEqual([]);
  });

  it('is not decided where the scanner has only just seen it: it may not have looked at the image before yet', () => {
    const seen = (firstObservedAt: string) => findNewFindings(complete([]), [{ ...ZLIB, firstObservedAt }], RULES);
    expect(seen('2024-06-01T11:00:01.000Z')).toEqual({ worse: [], undecided: NEW });
    expect(seen('2024-06-01T11:00:00.000Z')).toEqual({ worse: NEW, undecided: [] });
  });

  it('is only what the image before is known not to have, where the scanner does not look at it any more', () => {
    const unknown = { present: [], gone: [], isComplete: false };
    expect(findNewFindings(unknown, [ZLIB], RULES)).toEqual({ worse: [], undecided: [] });
    expect(findNewFindings({ ...unknown, gone: [ZLIB] }, [ZLIB], RULES).worse).toEqual(NEW);
    const had = { ...unknown, present: [{ ...ZLIB, installed: '1-3' }] };
    expect(findNewFindings(had, [{ ...ZLIB, floor: '1-3' }], RULES).worse).toEqual(NEW);
  });
});
