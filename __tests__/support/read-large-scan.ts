import { readFindings } from '../../adapters/local/findings-reader';
import { parseDocument } from '../../domain/finding/parse-document';

/** Reads and parses a file of findings in a process of its own, and prints what came of it and its processor time. */
async function main(file: string): Promise<void> {
  const begin = process.cpuUsage();
  const sums = { records: 0, findings: 0, problems: 0 };
  for await (const entry of readFindings(file)) {
    if ('message' in entry) throw new Error(entry.message);
    const { records, findings, problems } = parseDocument(entry.value, { name: file });
    sums.records += records;
    sums.findings += findings.length;
    sums.problems += problems.length;
  }
  const { user, system } = process.cpuUsage(begin);
  process.stdout.write(JSON.stringify({ sums, milliseconds: (user + system) / 1000 }));
}

void main(process.argv[2] ?? '');
