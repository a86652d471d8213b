import type { Finding } from '../../domain/finding/finding';
import type { FindingSource } from '../../domain/ports';
import type { FindingPage, ScanCoverage } from '../../domain/scan/image-scan';
import { digestOf, makeFinding } from '../unit/table/samples';

/** A scanner that a test can tell what it says. */
export interface FindingSourceHarness {
  readonly source: FindingSource;
  /** Says how an image is covered. */
  cover(repository: string, coverage: ScanCoverage): void;
  /** Says all findings of an image. */
  find(repository: string, digest: string, findings: readonly Finding[]): void;
  /** Forgets an image. */
  forget(repository: string, digest: string): void;
  dispose(): Promise<void>;
}

/** All pages of a list. */
export async function pagesOf(list: AsyncIterable<FindingPage>): Promise<FindingPage[]> {
  const pages: FindingPage[] = [];
  for await (const page of list) pages.push(page);
  return pages;
}

const REPOSITORY = 'golden/debian-12';
const [ONE, TWO] = [digestOf('a'), digestOf('b')];
const AT = '2024-06-01T10:20:30.456Z';

/** Registers the tests that every {@link FindingSource} must pass; a page of the harness holds 100 findings at most. */
export function describeFindingSource(name: string, makeHarness: () => Promise<FindingSourceHarness>): void {
  describe(`FindingSource: ${name}`, () => {
    let harness: FindingSourceHarness;
    let source: FindingSource;
    const all = async (repository: string, digest?: string): Promise<Finding[]> =>
      (await pagesOf(source.findingsOf(repository, digest))).flatMap((page) => page.findings);
    const byArn = (findings: readonly Finding[]): Finding[] =>
      [...findings].sort((a, b) => (a.arn < b.arn ? -1 : Number(a.arn > b.arn)));

    beforeEach(async () => {
      harness = await makeHarness();
      ({ source } = harness);
    });
    afterEach(async () => {
      await harness.dispose();
    });

    test('knows nothing of an image that it was never told of', async () => {
      harness.cover(REPOSITORY, { digest: ONE, tags: [], status: { state: 'scanned', at: AT } });
      expect(await source.scanOf(REPOSITORY, TWO)).toStrictEqual({ state: 'unknown' });
      expect(await source.scanOf('golden/other', ONE)).toStrictEqual({ state: 'unknown' });
      expect(await source.coverageOf('golden/other')).toStrictEqual([]);
      expect(await all(REPOSITORY)).toStrictEqual([]);
      expect(await all('golden/other', ONE)).toStrictEqual([]);
    });

    test('tells of a scanned image when, its tags, and who uses it', async () => {
      const used = { lastInUseAt: '2024-05-30T00:00:00.000Z', inUse: 7 };
      harness.cover(REPOSITORY, {
        digest: ONE,
        tags: ['2024-06-01.1', 'stable'],
        ...used,
        status: { state: 'scanned', at: AT },
      });
      harness.cover(REPOSITORY, { digest: TWO, tags: [], status: { state: 'scanned', at: AT } });
      expect(await source.scanOf(REPOSITORY, ONE)).toStrictEqual({ state: 'scanned', at: AT });
      const coverage = [...(await source.coverageOf(REPOSITORY))].sort((a, b) => (a.digest < b.digest ? -1 : 1));
      expect(coverage).toStrictEqual([
        { digest: ONE, tags: ['2024-06-01.1', 'stable'], ...used, status: { state: 'scanned', at: AT } },
        { digest: TWO, tags: [], status: { state: 'scanned', at: AT } },
      ]);
    });

    test.each(['pending', 'expired', 'not-scanned'] as const)('tells that an image is %s, and why', async (state) => {
      harness.cover(REPOSITORY, { digest: ONE, tags: [], status: { state, detail: 'for this reason' } });
      const status = await source.scanOf(REPOSITORY, ONE);
      expect(status.state).toBe(state);
      expect('detail' in status && status.detail).toMatch(/\w/);
      expect((await source.coverageOf(REPOSITORY)).map((one) => one.status)).toStrictEqual([status]);
    });

    test('changes with what it is told, and forgets a deleted image', async () => {
      harness.cover(REPOSITORY, { digest: ONE, tags: [], status: { state: 'pending', detail: 'to come' } });
      harness.cover(REPOSITORY, { digest: ONE, tags: ['stable'], status: { state: 'scanned', at: AT } });
      expect(await source.coverageOf(REPOSITORY)).toStrictEqual([
        { digest: ONE, tags: ['stable'], status: { state: 'scanned', at: AT } },
      ]);
      harness.find(REPOSITORY, ONE, [makeFinding({ digest: ONE })]);
      harness.forget(REPOSITORY, ONE);
      expect(await source.scanOf(REPOSITORY, ONE)).toStrictEqual({ state: 'unknown' });
      expect(await all(REPOSITORY)).toStrictEqual([]);
    });

    test('keeps repositories apart whose names begin alike', async () => {
      harness.cover(REPOSITORY, { digest: ONE, tags: [], status: { state: 'scanned', at: AT } });
      harness.cover(`${REPOSITORY}/slim`, { digest: TWO, tags: [], status: { state: 'scanned', at: AT } });
      harness.find(`${REPOSITORY}/slim`, TWO, [makeFinding({ repository: `${REPOSITORY}/slim`, digest: TWO })]);
      expect((await source.coverageOf(REPOSITORY)).map(({ digest }) => digest)).toStrictEqual([ONE]);
      expect(await all(REPOSITORY)).toStrictEqual([]);
    });

    test('lists findings as they were told, of every status and severity', async () => {
      const findings = (['ACTIVE', 'SUPPRESSED', 'CLOSED'] as const).map((status, index) =>
        makeFinding({
          arn: arnOf(index),
          status,
          severity: (['UNTRIAGED', 'LOW', 'CRITICAL'] as const)[index] ?? 'HIGH',
          exploit: index === 1,
          sourceLayerHash: digestOf('e'),
          text: `CVE-2024-0001 - glibc ${index}`,
        }),
      );
      harness.find(REPOSITORY, ONE, findings);
      expect(byArn(await all(REPOSITORY, ONE))).toStrictEqual(findings);
      expect(byArn(await all(REPOSITORY))).toStrictEqual(findings);
    });

    test('lists those of one digest only, or of all digests', async () => {
      const [first, second] = [
        makeFinding({ arn: arnOf(1), digest: ONE }),
        makeFinding({ arn: arnOf(2), digest: TWO, tags: [] }),
      ];
      harness.find(REPOSITORY, ONE, [first]);
      harness.find(REPOSITORY, TWO, [second]);
      expect(await all(REPOSITORY, ONE)).toStrictEqual([first]);
      expect(await all(REPOSITORY, TWO)).toStrictEqual([second]);
      expect(byArn(await all(REPOSITORY))).toStrictEqual([first, second]);
    });

    test.each([
      [99, [99]],
      [100, [100]],
      [101, [100, 1]],
      [250, [100, 100, 50]],
    ])('lists %i findings in pages of at most 100, each once', async (count, sizes) => {
      const findings = Array.from({ length: count }, (_, index) =>
        makeFinding({ arn: arnOf(index), vulnerabilityId: `CVE-2024-${String(index).padStart(4, '0')}` }),
      );
      harness.find(REPOSITORY, ONE, findings);
      const pages = await pagesOf(source.findingsOf(REPOSITORY, ONE));
      expect(pages.map((page) => page.findings.length)).toStrictEqual(sizes);
      expect(byArn(pages.flatMap((page) => page.findings))).toStrictEqual(findings);
      expect(pages.flatMap((page) => page.problems)).toStrictEqual([]);
    });

    test('can be left after the first page, and listed again from its beginning', async () => {
      const findings = Array.from({ length: 150 }, (_, index) =>
        makeFinding({ arn: arnOf(index), vulnerabilityId: `CVE-2024-${String(index).padStart(4, '0')}` }),
      );
      harness.find(REPOSITORY, ONE, findings);
      const firstPage = async (): Promise<number> => {
        for await (const page of source.findingsOf(REPOSITORY)) return page.findings.length;
        return 0;
      };
      expect(await firstPage()).toBe(100);
      expect(await all(REPOSITORY)).toHaveLength(150);
    });
  });
}

/** ARN of the nth finding; they sort by it. */
export function arnOf(index: number): string {
  return `arn:aws:inspector2:eu-central-1:123456789012:finding/${index.toString(16).padStart(32, '0')}`;
}
