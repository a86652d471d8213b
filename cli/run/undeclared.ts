import type { IngestSummary } from './ingest-files';

/** Repositories that are named in a sentence; `--json` lists them all. */
const NAMED = 10;

/** True where there are findings, and not one is about a declared image: nothing could be done with any of them. */
export function isNothingDeclared({ findings, undeclared }: Pick<IngestSummary, 'findings' | 'undeclared'>): boolean {
  return findings > 0 && sum(undeclared) === findings;
}

/**
 * Says that findings are about repositories that the configuration does not declare.
 * @param config its path, as it was named
 * @param declared its repositories
 * @returns undefined where there are no such findings
 */
export function undeclaredMessage(
  summary: Pick<IngestSummary, 'findings' | 'undeclared'>,
  config: string | undefined,
  declared: readonly string[],
): string | undefined {
  const count = sum(summary.undeclared);
  if (count === 0) return undefined;
  const many = isNothingDeclared(summary)
    ? count === 1
      ? 'the only finding'
      : `all ${count} findings`
    : `${count} of ${summary.findings} findings`;
  const verb = count === 1 ? 'is' : 'are';
  return `${many} ${verb} about ${list(Object.keys(summary.undeclared))}, which ${config ?? 'the configuration'} does not declare (it declares ${list(declared) || 'nothing'})`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(', ');
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown;
}
