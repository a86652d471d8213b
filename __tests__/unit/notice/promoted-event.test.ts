import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { noticeEvent } from '../../../domain/notice/notice-event';
import { promotedDetail, promotedEventDetail, promotedEventJsonSchema } from '../../../domain/notice/promoted-event';
import { everyNotice, makePromoted, makeRolledBack, vulnerabilities } from './samples';

const LIMIT = 256 * 1024;
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describe('the JSON Schema of GoldenImagePromoted', () => {
  const committed = readFileSync('docs/golden-image-promoted.schema.json', 'utf8');
  const schema = z.fromJSONSchema(JSON.parse(committed) as Parameters<typeof z.fromJSONSchema>[0]);

  it('that is committed is the one of the code (npm run schema writes it)', () => {
    expect(committed).toBe(promotedEventJsonSchema());
  });

  it('takes the detail of a promotion, of a first one, and of a large one', () => {
    const { previousDigest: _previous, ...first } = makePromoted();
    for (const notice of [makePromoted(), first, makePromoted({ fixed: vulnerabilities(10_000) })]) {
      const detail: unknown = JSON.parse(JSON.stringify(promotedDetail(notice, LIMIT)));
      expect(schema.safeParse(detail).error).toBeUndefined();
      expect(promotedEventDetail.parse(detail)).toEqual(detail);
    }
  });

  it('refuses a detail that lacks a fact, or has a wrong one', () => {
    const detail = promotedDetail(makePromoted(), LIMIT);
    const { digest: _digest, ...without } = detail;
    for (const wrong of [without, { ...detail, digest: 'latest' }, { ...detail, version: 2 }, { ...detail, fixed: 3 }])
      expect(schema.safeParse(wrong).success).toBe(false);
  });

  it('lets members be added', () => {
    expect(schema.safeParse({ ...promotedDetail(makePromoted(), LIMIT), more: 1 }).success).toBe(true);
  });
});

describe('the detail of a promotion', () => {
  it('is the notice, its kind left out', () => {
    const { kind: _kind, ...facts } = makePromoted();
    expect(promotedDetail(makePromoted(), LIMIT)).toStrictEqual({
      version: 1,
      ...facts,
      omitted: { fixed: 0, residual: 0 },
    });
  });

  it('leaves out and counts what does not fit, fixed ones first', () => {
    const notice = makePromoted({ fixed: vulnerabilities(5000), residual: vulnerabilities(100, 'below-floor') });
    const detail = promotedDetail(notice, LIMIT);
    expect(bytesOf(detail)).toBeLessThanOrEqual(LIMIT);
    expect(bytesOf(detail)).toBeGreaterThan(LIMIT - 200);
    expect(detail.residual).toHaveLength(100);
    expect(detail.fixed).toEqual(notice.fixed.slice(0, detail.fixed.length));
    expect(detail.omitted).toEqual({ fixed: 5000 - detail.fixed.length, residual: 0 });
    const small = promotedDetail(notice, 2000);
    expect(bytesOf(small)).toBeLessThanOrEqual(2000);
    expect(small.omitted).toEqual({ fixed: 5000, residual: 100 - small.residual.length });
  });
});

describe('the event of a notice', () => {
  it('is there where the floating tag moved, and only there', () => {
    const types = everyNotice().map((notice) => [notice.kind, noticeEvent(notice, LIMIT)?.detailType]);
    expect(types).toEqual([
      ['promoted', 'GoldenImagePromoted'],
      ['rolled-back', 'GoldenImageRolledBack'],
      ['held', undefined],
      ['stopped', undefined],
      ['refused', undefined],
      ['approval-requested', undefined],
      ['scan-eligibility', undefined],
      ['tag-moved', undefined],
    ]);
  });

  it('of a rollback is the notice, a long reason cut', () => {
    const { kind: _kind, ...facts } = makeRolledBack({ reason: 'r'.repeat(500_000) });
    expect(noticeEvent(makeRolledBack({ reason: facts.reason }), LIMIT)?.detail).toStrictEqual({
      version: 1,
      ...facts,
      reason: 'r'.repeat(2000),
    });
  });
});
