import type { Finding } from '../../domain/finding/finding';
import type { RecordProblem } from '../../domain/finding/record-problem';
import type { FindingSource } from '../../domain/ports';
import type { FindingPage, ScanCoverage, ScanStatus } from '../../domain/scan/image-scan';

/** Findings of a page where nothing else is said; Inspector's own limit (ListFindings). */
const PAGE_SIZE = 100;

/**
 * A scanner in memory that says what it was told: for local mode, where there is none to ask, and for tests. As with
 * Inspector, what covers an image and what is found in it are two lists, and neither follows from the other.
 */
export class MemoryFindingSource implements FindingSource {
  private readonly pageSize: number;
  private readonly coverage = new Map<string, ScanCoverage>();
  private readonly findings = new Map<string, readonly Finding[]>();
  private readonly problems = new Map<string, readonly RecordProblem[]>();

  /** @param pageSize most findings of a page, at least 1 */
  constructor(pageSize = PAGE_SIZE) {
    this.pageSize = pageSize;
  }

  /** Says how an image is covered, in place of what was said before. */
  setCoverage(repository: string, coverage: ScanCoverage): void {
    this.coverage.set(keyOf(repository, coverage.digest), coverage);
  }

  /** Says how the scanner stands to an image; its tags and times stay as they are. */
  setStatus(repository: string, digest: string, status: ScanStatus): void {
    const known = this.coverage.get(keyOf(repository, digest));
    this.setCoverage(repository, { digest, tags: [], ...known, status });
  }

  /**
   * Says all that is found in an image, in place of what was said before; an empty list is nothing found.
   * @param problems malformed records of the list; they stand on the image's first page
   */
  setFindings(
    repository: string,
    digest: string,
    findings: readonly Finding[],
    problems: readonly RecordProblem[] = [],
  ): void {
    this.findings.set(keyOf(repository, digest), findings);
    this.problems.set(keyOf(repository, digest), problems);
  }

  /** Forgets an image with all that was found in it, as when it is deleted. */
  forget(repository: string, digest: string): void {
    for (const list of [this.coverage, this.findings, this.problems]) list.delete(keyOf(repository, digest));
  }

  async scanOf(repository: string, digest: string): Promise<ScanStatus> {
    return await Promise.resolve(this.coverage.get(keyOf(repository, digest))?.status ?? { state: 'unknown' });
  }

  async coverageOf(repository: string): Promise<readonly ScanCoverage[]> {
    return await Promise.resolve(keysIn(this.coverage, repository).flatMap((key) => this.coverage.get(key) ?? []));
  }

  async *findingsOf(repository: string, digest?: string): AsyncIterable<FindingPage> {
    const keys = digest === undefined ? keysIn(this.findings, repository) : [keyOf(repository, digest)];
    for (const key of keys) {
      const all = await Promise.resolve(this.findings.get(key) ?? []);
      let problems = this.problems.get(key) ?? [];
      for (let start = 0; start < all.length || problems.length > 0; start += this.pageSize) {
        yield { findings: all.slice(start, start + this.pageSize), problems };
        problems = [];
      }
    }
  }
}

function keyOf(repository: string, digest: string): string {
  return `${repository}@${digest}`;
}

function keysIn(list: ReadonlyMap<string, unknown>, repository: string): string[] {
  return [...list.keys()].filter((key) => key.slice(0, key.lastIndexOf('@')) === repository);
}
