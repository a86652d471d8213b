import fc from 'fast-check';
import { fitText } from '../../../domain/notice/fit-text';
import { noticeText } from '../../../domain/notice/notice-text';
import { everyNotice, makePromoted, makeRolledBack, vulnerabilities } from './samples';

const LIMIT = 256 * 1024;

describe('the text of a notice', () => {
  it.each([
    ['promoted', 'Golden image debian-12: promoted, 3 fixed, 1 residual'],
    ['rolled-back', 'Golden image debian-12: rolled back by alice'],
    ['held', 'Golden image debian-12: candidate held, not-scanned'],
    ['stopped', 'Golden image debian-12: stopped after 3 failures in a row'],
    ['refused', 'Golden image debian-12: 3 builds refused in a row'],
    ['approval-requested', 'Golden image debian-12: patch 7 waits for approval'],
    ['scan-eligibility', 'Golden image debian-12: about to be scanned no more'],
    ['tag-moved', 'Golden image debian-12: the floating tag was moved by somebody else'],
  ])('of kind %s has the subject "%s"', (kind, subject) => {
    const notice = everyNotice().find((one) => one.kind === kind)!;
    expect(noticeText(notice, LIMIT).subject).toBe(subject);
  });

  it('says what it means, what to do by which command, and the facts, in that order', () => {
    for (const notice of everyNotice()) {
      const { message } = noticeText(notice, LIMIT);
      const titles = message.split('\n').filter((line) => /^(?:What|Facts)/.test(line));
      expect(titles.slice(0, 3)).toEqual(['What it means', 'What to do', 'Facts']);
      expect(message).toContain('  repository: golden/debian-12');
    }
  });

  it.each([
    ['promoted', ['blast-radius --image debian-12', 'rollback --image debian-12 --reason …']],
    ['rolled-back', ['status --image debian-12']],
    ['held', ['doctor', 'status --image debian-12']],
    ['stopped', ['status --image debian-12', 'retry --image debian-12 --reason …']],
    ['refused', ['doctor', 'retry --image debian-12 --reason …']],
    ['approval-requested', ['approve debian-12 7 --reason …', 'reject debian-12 7 --reason …']],
    ['scan-eligibility', []],
    ['tag-moved', ['rebuild --image debian-12 --reason …']],
  ])('of kind %s names the commands %j', (kind, commands) => {
    const { message } = noticeText(
      everyNotice().find((one) => one.kind === kind)!,
      LIMIT,
    );
    const named = [...message.matchAll(/"golden-images (.+?) --environment …"/g)].map((match) => match[1]);
    expect(named).toEqual(commands);
  });

  it.each([
    ['contract-broken', 'golden-images rebuild --image debian-12 --accept-contract --reason … --environment …'],
    ['worse', 'golden-images retry --image debian-12 --reason … --environment …'],
    ['nothing-improved', 'it is tried again by itself'],
    ['another', 'Look at the reason below.'],
  ])('of a candidate held as %s says %j', (reason, todo) => {
    const held = everyNotice().find((one) => one.kind === 'held')!;
    expect(noticeText({ ...held, reason }, LIMIT).message).toContain(todo);
  });

  it.each([
    ['script', 'Find out why the builds fail'],
    ['builder', 'The builder fails, not the patch: mend what the detail below names'],
  ] as const)(
    'of an image that is stopped for a reason of the %s tells what to do, since when and why',
    (reason, next) => {
      const stopped = everyNotice().find((one) => one.kind === 'stopped')!;
      const { message } = noticeText({ ...stopped, reason }, LIMIT);
      expect(message).toContain(next);
      expect(message.split('\n').slice(-4)).toEqual([
        '  failures in a row: 3',
        '  since: 2024-05-31T00:00:00.000Z',
        `  reason: ${reason}`,
        '  detail: apt-get: E: Unable to fetch some archives',
      ]);
    },
  );

  it('of a candidate that a person has asked for does not promise that it is tried again', () => {
    const held = everyNotice().find((one) => one.kind === 'held')!;
    for (const reason of ['contract-broken', 'worse', 'not-scanned']) {
      const byHand = noticeText({ ...held, reason, isByHand: true }, LIMIT).message;
      expect(byHand).toContain('it is not tried again by itself');
      expect(byHand).not.toMatch(/less and less often|every day/);
      expect(noticeText({ ...held, reason }, LIMIT).message).toMatch(/less and less often|every day/);
    }
  });

  it('of a promotion tells every fact of it', () => {
    const { message } = noticeText(makePromoted({ residual: vulnerabilities(1, 'below-floor') }), LIMIT);
    const lines = message.split('\n');
    expect(lines.slice(lines.indexOf('Facts'))).toEqual([
      'Facts',
      '  image: debian-12',
      '  repository: golden/debian-12',
      '  patch: 7',
      `  patch id: ${'a'.repeat(64)}`,
      `  digest: sha256:${'b'.repeat(64)}`,
      `  previous digest: sha256:${'a'.repeat(64)}`,
      '  tags: 2024-06-01.1, stable',
      '  evidence: s3://bucket/audit/debian-12/7/evidence.json',
      '  at: 2024-06-01T00:00:00.000Z',
      '',
      'Residual (1)',
      '  HIGH CVE-2024-00000 in glibc: below-floor',
      '',
      'Fixed (3)',
      '  HIGH CVE-2024-00000 in glibc',
      '  HIGH CVE-2024-00001 in glibc',
      '  HIGH CVE-2024-00002 in glibc',
    ]);
  });

  it('of a first promotion has no previous digest, and no list that would be empty', () => {
    const { previousDigest: _previous, ...first } = makePromoted({ fixed: [], residual: [] });
    const { message } = noticeText(first, LIMIT);
    expect(message).not.toMatch(/previous digest|Fixed|Residual/);
    expect(message).not.toContain('undefined');
  });

  it('tells an expired image from one that is about to expire', () => {
    const expiring = everyNotice().find((one) => one.kind === 'scan-eligibility')!;
    const expired = noticeText({ ...expiring, state: 'expired' }, LIMIT);
    expect(expired.subject).toBe('Golden image debian-12: not scanned any more');
    expect(expired.message).toContain('"golden-images rebuild --image debian-12 --reason … --environment …"');
    expect(noticeText(expiring, LIMIT).message).not.toContain('rebuild');
  });

  it('tells what a moved tag points at, what was proven, and what it may have been meant for', () => {
    const moved = everyNotice().find((one) => one.kind === 'tag-moved')!;
    const { message } = noticeText(moved, LIMIT);
    for (const line of [
      `points at: ${moved.digest ?? ''}`,
      `proven: ${moved.proven}`,
      `proven image: ${moved.reference}`,
    ])
      expect(message).toContain(`  ${line}`);
    expect(message).toContain('not built here');
    expect(message).not.toContain('rollback');
    const back = noticeText({ ...moved, origin: 'previous' }, LIMIT).message;
    expect(back).toContain('"golden-images rollback --image debian-12 --reason … --environment …"');
    const { digest: _digest, ...gone } = moved;
    const deleted = noticeText({ ...gone, origin: 'none' }, LIMIT);
    expect(deleted.subject).toBe('Golden image debian-12: the floating tag is gone');
    expect(deleted.message).toContain('  points at: no image');
  });

  it('leaves out the lines that do not fit and counts them, after everything that matters', () => {
    const { message } = noticeText(makePromoted({ fixed: vulnerabilities(10_000) }), LIMIT);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(LIMIT);
    expect(Buffer.byteLength(message)).toBeGreaterThan(LIMIT - 300);
    expect(message).toContain('Fixed (10000)');
    const shown = message.split('\n').filter((line) => line.startsWith('  HIGH')).length - 1;
    expect(message.split('\n').at(-1)).toBe(`… and ${10_000 - shown} lines more, left out for their length`);
  });

  it('keeps what comes from outside on its line, and within it', () => {
    const reason = `x\r\nFacts\n  digest: fake\u2028\u0000${'y'.repeat(5000)}\ud800`;
    const { subject, message } = noticeText(makeRolledBack({ by: `ünïcode\n${'z'.repeat(200)}`, reason }), LIMIT);
    expect(subject).toMatch(/^Golden image debian-12: rolled back by \?n\?code z+\.\.\.$/);
    expect(subject).toHaveLength(100);
    expect(message.split('\n').filter((line) => line === 'Facts')).toHaveLength(1);
    expect(message).toMatch(/reason: x Facts {3}digest: fake y+ … \(\d+ characters more\)\n/);
    expect(message.isWellFormed()).toBe(true);
  });

  it('is always a subject that SNS takes, and a message within its bytes', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 });
    fc.assert(
      fc.property(text, text, fc.integer({ min: 200, max: 3000 }), (by, reason, limit) => {
        const { subject, message } = noticeText(makeRolledBack({ by, reason }), limit);
        expect(subject).toMatch(/^[A-Za-z0-9][\x20-\x7e]{0,99}$/);
        expect(Buffer.byteLength(message)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('a text that has to fit', () => {
  it('is whole where it fits to the byte, and counted where it does not', () => {
    const lines = Array.from({ length: 100 }, () => 'ä'.repeat(10));
    const bytes = 100 * 21 - 1;
    expect(fitText(lines, bytes)).toBe(lines.join('\n'));
    const cut = fitText(lines, bytes - 1).split('\n');
    expect(cut.at(-1)).toBe(`… and ${100 - (cut.length - 1)} lines more, left out for their length`);
  });
});
