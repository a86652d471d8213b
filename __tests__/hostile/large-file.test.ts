import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { CliBundle } from '../support/cli-bundle';
import { bundleCli, runBundle } from '../support/cli-bundle';
import { describeWithTools } from '../support/requires-tool';

const EVENTS = join(__dirname, '../fixtures/inspector-events/golang_latest.jsonl');
const BYTES = 200 * 1024 * 1024;
const MOST_MEMORY = 300 * 1024 * 1024;
/** Repositories that the file is about. */
const REPOSITORIES = 5;
/** Reads the peak of its own memory at its end. */
const REPORT_PEAK = `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS*1024))`;

/** One line that is the beginning of a JSON text, and leaves 400 brackets open. */
const DEEP = `{"detail-type":"Inspector2 Finding","source":"aws.inspector2","detail":${'[{"x":'.repeat(200)}`;

let bundle: CliBundle;
let directory: string;
let file: string;
/** What stands in the file. */
let written: { records: number; findings: number };

beforeAll(async () => {
  bundle = await bundleCli();
  directory = await mkdtemp(join(tmpdir(), 'golden-images-large-'));
  file = join(directory, 'events.jsonl');
  written = await writeEvents(file);
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await bundle.remove();
});

/**
 * The recorded events over and over, until the file is large enough: every second round as they are, the others under
 * ids of their own, for one repository after the other.
 */
async function writeEvents(path: string): Promise<{ records: number; findings: number }> {
  const lines = (await readFile(EVENTS, 'utf8')).trim().split('\n');
  const findings = new Set<string>();
  let [records, bytes] = [0, 0];
  function* events(): Generator<string> {
    for (let round = 0; bytes < BYTES; round++) {
      const repository = `golden/large-${String(round % REPOSITORIES)}`;
      const prefix = round % 2 === 0 ? '' : String(round);
      for (const line of lines) {
        const text = line
          .replaceAll('golden/golang', repository)
          .replaceAll(/CVE-(\d{4})-(\d+)/g, `CVE-$1-${prefix}$2`)
          .concat('\n');
        findings.add(`${repository} ${prefix}`);
        records++;
        bytes += text.length;
        yield text;
      }
    }
  }
  await pipeline(events, createWriteStream(path));
  return { records, findings: findings.size };
}

describeWithTools(['node'], 'an events file of 200 MB', () => {
  it('is replayed in at most 300 MB of memory', async () => {
    expect((await stat(file)).size).toBeGreaterThanOrEqual(BYTES);
    const run = await runBundle(bundle, ['replay', '--json', '--at', '2024-06-01', '--findings', file], {
      nodeFlags: ['--import', REPORT_PEAK],
    });
    expect([run.code, run.stderr]).toEqual([0, expect.stringMatching(/^peak \d+$/)]);
    const report = JSON.parse(run.stdout) as {
      records: number;
      malformed: unknown[];
      duplicates: number;
      findings: Record<string, number>;
    };
    const peak = Number(run.stderr.slice('peak '.length));
    process.stdout.write(
      `large file: ${String(report.records)} records in ${(run.milliseconds / 1000).toFixed(1)} s, peak ${(peak / 2 ** 20).toFixed(0)} MiB\n`,
    );
    expect(report).toMatchObject({ records: written.records, malformed: [] });
    // The recorded events hold 713 facts: one of the 712 names two packages.
    const known = Object.values(report.findings).reduce((sum, count) => sum + count, 0);
    expect(known).toBe(713 * written.findings);
    expect(report.duplicates + known).toBeGreaterThanOrEqual(written.records);
    expect(peak).toBeLessThanOrEqual(MOST_MEMORY);
  });

  it.each([
    ['whose first line is broken', 'a line that is cut off', 1],
    ['whose every line is malformed', 'an event that nests deep and is cut off', 1],
  ])('%s is read in at most 300 MB of memory too', async (_what, kind, malformed) => {
    const broken = join(directory, 'broken.jsonl');
    const recorded = (await readFile(EVENTS, 'utf8')).trim();
    const pieces = kind === 'a line that is cut off' ? ['{"detail-type":"Insp', recorded] : [DEEP, DEEP];
    function* lines(): Generator<string> {
      yield `${pieces[0]!}\n`;
      for (let bytes = 0; bytes < BYTES; bytes += pieces[1]!.length + 1) yield `${pieces[1]!}\n`;
    }
    await pipeline(lines, createWriteStream(broken));
    const run = await runBundle(bundle, ['replay', '--json', '--findings', broken, EVENTS], {
      nodeFlags: ['--import', REPORT_PEAK],
    });
    const peak = Number(run.stderr.slice('peak '.length));
    const report = JSON.parse(run.stdout) as { records: number; malformed: { line: number }[] };
    expect([run.code, report.malformed.length, report.malformed[0]?.line]).toEqual([1, malformed, expect.any(Number)]);
    expect(report.records).toBeGreaterThanOrEqual(712);
    process.stdout.write(
      `large file: ${kind}: ${String(report.records)} records in ${(run.milliseconds / 1000).toFixed(1)} s, peak ${(peak / 2 ** 20).toFixed(0)} MiB\n`,
    );
    expect(peak).toBeLessThanOrEqual(MOST_MEMORY);
  });

  it('that is one document on one line is read in linear time', async () => {
    const document = join(directory, 'document.json');
    const findings = (await readFile(EVENTS, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.stringify((JSON.parse(line) as { detail: unknown }).detail))
      .join(',');
    function* pieces(): Generator<string> {
      yield '{"findings":[';
      for (let bytes = 0; bytes < BYTES - findings.length; bytes += findings.length + 1) yield `${findings},`;
      yield `${findings}]}`;
    }
    await pipeline(pieces, createWriteStream(document));
    const run = await runBundle(bundle, ['replay', '--json', '--findings', document]);
    expect([run.code, (JSON.parse(run.stdout) as { malformed: unknown[] }).malformed]).toEqual([0, []]);
    process.stdout.write(`large document on one line: ${(run.milliseconds / 1000).toFixed(1)} s\n`);
    // Joining the pieces with each of the 800 chunks took minutes.
    expect(run.milliseconds).toBeLessThan(60_000);
  });
});
