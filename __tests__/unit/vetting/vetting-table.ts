import type { RefusalCode, VettingResult } from '../../../domain/vetting/operations';
import { summarise } from './estate';

/** Commands that must be accepted, with the operations that they mean, as {@link summarise} writes them. */
export type Benign = readonly (readonly [text: string, operations: string])[];

/** Commands that must be refused, by the code of the first refusal. */
export type Hostile = Readonly<Partial<Record<RefusalCode, readonly string[]>>>;

/** Runs both tables of one ecosystem. */
export function testVettingTables(
  title: string,
  vetText: (text: string) => VettingResult,
  benign: Benign,
  hostile: Hostile,
): void {
  describe(title, () => {
    test.each(benign)('accepts %j', (text, operations) => {
      const result = vetText(text);
      expect(result.refusals).toEqual([]);
      expect(result.verdict).toBe('accepted');
      expect(summarise(result.operations)).toBe(operations);
    });

    const texts = Object.entries(hostile).flatMap(([code, list]) => list.map((text) => [code, text] as const));
    test.each(texts)('refuses as %s: %j', (code, text) => {
      const result = vetText(text);
      expect(result.verdict).toBe('refused');
      expect(result.operations).toEqual([]);
      expect(result.refusals[0]?.code).toBe(code);
    });
  });
}
