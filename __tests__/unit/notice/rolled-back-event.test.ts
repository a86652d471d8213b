import { readFileSync } from 'node:fs';
import { z } from 'zod';
import {
  rolledBackDetail,
  rolledBackEventDetail,
  rolledBackEventJsonSchema,
} from '../../../domain/notice/rolled-back-event';
import { makeRolledBack } from './samples';

describe('the JSON Schema of GoldenImageRolledBack', () => {
  const committed = readFileSync('docs/golden-image-rolled-back.schema.json', 'utf8');
  const schema = z.fromJSONSchema(JSON.parse(committed) as Parameters<typeof z.fromJSONSchema>[0]);

  it('that is committed is the one of the code (npm run schema writes it)', () => {
    expect(committed).toBe(rolledBackEventJsonSchema());
  });

  it('takes the detail of a rollback, also of one with a long reason', () => {
    for (const notice of [makeRolledBack(), makeRolledBack({ reason: 'r'.repeat(500_000) })]) {
      const detail: unknown = JSON.parse(JSON.stringify(rolledBackDetail(notice)));
      expect(schema.safeParse(detail).error).toBeUndefined();
      expect(rolledBackEventDetail.parse(detail)).toEqual(detail);
    }
  });

  it('refuses a detail that lacks a fact, or has a wrong one', () => {
    const detail = rolledBackDetail(makeRolledBack());
    const { from: _from, ...without } = detail;
    for (const wrong of [without, { ...detail, digest: 'latest' }, { ...detail, version: 2 }, { ...detail, tags: 3 }])
      expect(schema.safeParse(wrong).success).toBe(false);
  });

  it('lets members be added', () => {
    expect(schema.safeParse({ ...rolledBackDetail(makeRolledBack()), more: 1 }).success).toBe(true);
  });
});

describe('the section "Events" of docs/proof.md', () => {
  const [, section = ''] = readFileSync('docs/proof.md', 'utf8').split('\n## Events\n');
  it('links both schemas, and its rule is for the events that are sent', () => {
    for (const name of ['promoted', 'rolled-back']) expect(section).toContain(`(golden-image-${name}.schema.json)`);
    const [, pattern = ''] = /```json\n([\s\S]*?)```/.exec(section) ?? [];
    expect(JSON.parse(pattern)).toEqual({
      source: ['golden-images'],
      'detail-type': ['GoldenImagePromoted', 'GoldenImageRolledBack'],
      detail: { image: ['debian-12'] },
    });
  });
});
