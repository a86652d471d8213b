import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay } from '../../cli/run/replay';
import { implementedEcosystems } from '../../domain/ecosystems';
import type { Ecosystem } from '../../domain/ecosystems/ecosystem';
import { encodeKeyPart, findingSortKey } from '../../domain/finding/finding-key';
import { parseDocument } from '../../domain/finding/parse-document';
import { parseRecord } from '../../domain/finding/parse-record';
import type { VettingContext, VettingResult } from '../../domain/vetting/operations';
import { vet } from '../../domain/vetting/vet';
import { HOSTILE_TEXTS, STEERING } from '../support/hostile-texts';
import type { Json } from '../support/mutate';
import { mutateJson, mutateText } from '../support/mutate';
import type { Random } from '../support/random';
import { makeRandom } from '../support/random';
import { silent } from '../unit/table/samples';

/** FUZZ_SEED repeats a run; without it every run is another one. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const RECORDS = 60_000;
const COMMANDS = 40_000;
/** Changes of each scan result. */
const SCANS = 30;
/** Milliseconds that one record may take. */
const LIMIT = 100;
const FIXTURES = join(__dirname, '../fixtures');

const records = readRecords();
const texts = records.map((record) => JSON.stringify(record));

function readRecords(): Json[] {
  const lines = ['inspector-events', 'list-findings'].flatMap((folder) =>
    readdirSync(join(FIXTURES, folder)).flatMap((name) => {
      const text = readFileSync(join(FIXTURES, folder, name), 'utf8');
      return name.endsWith('.jsonl') ? text.split('\n') : [text];
    }),
  );
  return lines.flatMap((line) => {
    try {
      const value = JSON.parse(line) as Json;
      return typeof value === 'object' && value !== null && 'findings' in value && Array.isArray(value['findings'])
        ? value['findings']
        : [value];
    } catch {
      return [];
    }
  });
}

/** Runs one case and measures it; a slow one is run again, so that the machine's own hiccups do not count. */
function measured<T>(slowest: { milliseconds: number; what: string }, what: string, action: () => T): T {
  let started = performance.now();
  const result = action();
  let milliseconds = performance.now() - started;
  for (let again = 0; again < 3 && milliseconds > LIMIT / 4; again++) {
    started = performance.now();
    action();
    milliseconds = Math.min(milliseconds, performance.now() - started);
  }
  if (milliseconds > slowest.milliseconds) Object.assign(slowest, { milliseconds, what: what.slice(0, 300) });
  return result;
}

/** A changed record: as text where that is JSON still, else as a structure. */
function changedRecord(random: Random): unknown {
  const index = random.below(records.length);
  if (random.below(3) > 0) return mutateJson(random, records[index]!, texts);
  try {
    return JSON.parse(mutateText(random, texts[index]!, texts)) as unknown;
  } catch {
    return mutateJson(random, records[index]!, texts);
  }
}

it(`reads ${String(RECORDS)} changed findings: none throws, hangs, or gets a name through that is none`, () => {
  process.stdout.write(`fuzz: FUZZ_SEED=${String(SEED)}\n`);
  const random = makeRandom(SEED);
  const slowest = { milliseconds: 0, what: '' };
  const counts = { usable: 0, facts: 0, problems: 0 };
  for (let run = 0; run < RECORDS; run++) {
    const record = changedRecord(random);
    const text = JSON.stringify(record) as string | undefined;
    const parsed = measured(slowest, text ?? 'undefined', () => parseRecord(record));
    counts.problems += parsed.problems.length;
    counts.facts += parsed.findings.length;
    if (parsed.findings.length > 0) counts.usable++;
    for (const fact of parsed.findings) {
      const key = findingSortKey(fact);
      if (!/^FINDING#[!-~]+$/.test(key) || key.length > 1024) throw new Error(`${String(run)}: key ${key}`);
      if (!/^[A-Za-z0-9%!~*'()_.-]+$/.test(encodeKeyPart(fact.repository)))
        throw new Error(`${String(run)}: repository`);
      if (fact.packageManager !== 'OS') continue;
      for (const word of [fact.package, fact.floor ?? 'a'])
        if (!/^[A-Za-z0-9@][A-Za-z0-9+._~^:@/-]*$/.test(word))
          throw new Error(`record ${String(run)} of seed ${String(SEED)}: ${JSON.stringify(word)} in ${String(text)}`);
    }
  }
  process.stdout.write(`fuzz findings: ${JSON.stringify(counts)}, slowest ${slowest.milliseconds.toFixed(2)} ms\n`);
  expect(slowest.milliseconds < LIMIT ? '' : slowest.what).toBe('');
  // A fuzzer whose cases all die at the door finds nothing.
  expect(counts.usable).toBeGreaterThan(RECORDS / 10);
  expect(counts.problems).toBeGreaterThan(RECORDS / 10);
}, 120_000);

describe('changed scan results', () => {
  const scans = ['inspector-scans', 'trivy'].flatMap((folder) =>
    readdirSync(join(FIXTURES, folder)).map((name) => [name, join(FIXTURES, folder, name)] as const),
  );

  it.each(scans)('%s: none throws, or gets a name through that is none', (name, file) => {
    const random = makeRandom(SEED + 3);
    const scan = JSON.parse(readFileSync(file, 'utf8')) as Json;
    for (let run = 0; run < SCANS; run++) {
      // A scan is one large record: most of a change would go to places that nobody looks at, so it is changed often.
      let changed = scan;
      for (let times = 0; times < 10; times++) changed = mutateJson(random, changed, texts);
      const { findings } = parseDocument(changed, { name });
      for (const fact of findings)
        if (
          fact.packageManager === 'OS' &&
          !/^[A-Za-z0-9@][A-Za-z0-9+._~^:@/-]*$/.test(`${fact.package}${fact.floor ?? ''}`)
        )
          throw new Error(
            `${name}, ${String(run)} of seed ${String(SEED)}: ${JSON.stringify([fact.package, fact.floor])}`,
          );
    }
  });
});

describe('changed commands', () => {
  const estates = implementedEcosystems.map((ecosystem) => estate(ecosystem));

  it(`${String(COMMANDS)} of them are vetted: none throws, hangs, or gets a package through that is none of the plan's`, () => {
    const random = makeRandom(SEED + 1);
    const slowest = { milliseconds: 0, what: '' };
    let accepted = 0;
    for (let run = 0; run < COMMANDS; run++) {
      const { ecosystem, context, names, benign } = estates[run % estates.length]!;
      const text = mutateText(random, random.pick(benign), benign);
      const result = measured(slowest, text, () => vet([text], ecosystem, context));
      if (result.verdict === 'accepted') accepted++;
      const wrong = whatIsWrong(result, ecosystem, names);
      if (wrong !== undefined)
        throw new Error(
          `command ${String(run)} of seed ${String(SEED)} (${ecosystem.id}): ${wrong}: ${JSON.stringify(text)}`,
        );
    }
    process.stdout.write(
      `fuzz commands: ${String(accepted)} accepted, slowest ${slowest.milliseconds.toFixed(2)} ms\n`,
    );
    expect(slowest.milliseconds < LIMIT ? '' : slowest.what).toBe('');
    expect(accepted).toBeGreaterThan(COMMANDS / 200);
  }, 120_000);
});

interface FuzzedEstate {
  readonly ecosystem: Ecosystem;
  readonly context: VettingContext;
  readonly names: ReadonlySet<string>;
  readonly benign: readonly string[];
}

function estate(ecosystem: Ecosystem): FuzzedEstate {
  const floor = ecosystem.versionOrder === 'apk' ? '3.1.4-r5' : '3.0.11-1';
  const targets = ['openssl', 'curl', 'glibc'].map((name) => ({ package: name, floor, binaries: [`lib${name}`] }));
  const commands = ecosystem.proposeCommands(['openssl', 'libcurl'], ['wget']);
  const pinned = commands.map((command) => command.replace('openssl', `'openssl=${floor}'`));
  return {
    ecosystem,
    context: { targets, removable: ['wget'] },
    names: new Set([...targets.flatMap((target) => [target.package, ...target.binaries]), 'wget']),
    benign: [
      ...commands,
      ...pinned,
      commands.join(' && \\\n    '),
      ['set -eux', ...commands].join('\n'),
      commands.join('; '),
    ],
  };
}

function whatIsWrong(result: VettingResult, ecosystem: Ecosystem, names: ReadonlySet<string>): string | undefined {
  if (result.verdict === 'accepted' && result.operations.length === 0) return 'accepted with nothing to do';
  if (result.verdict === 'refused' && result.operations.length > 0) return 'refused, and yet an operation';
  for (const operation of result.operations) {
    if (!('packages' in operation)) continue;
    for (const { name, version, arch } of operation.packages) {
      if (!names.has(name)) return `package ${name}`;
      if (version !== undefined && !ecosystem.isVersion(version)) return `version ${version}`;
      if (arch !== undefined && !/^[a-z0-9_-]+$/.test(arch)) return `architecture ${arch}`;
    }
  }
  for (const { command, message } of result.refusals) {
    if (STEERING.test(command) || STEERING.test(message)) return 'a refusal that steers a terminal';
    if (command.length > 200 || message.length > 1000) return 'a refusal without end';
  }
  return undefined;
}

it('replays a file of 4,000 changed lines to its end', async () => {
  const random = makeRandom(SEED + 2);
  const lines = Array.from({ length: 4000 }, () => {
    const index = random.below(records.length);
    if (random.below(10) === 0) return random.pick(HOSTILE_TEXTS);
    if (random.below(2) === 0) return mutateText(random, texts[index]!, texts);
    return JSON.stringify(mutateJson(random, records[index]!, texts));
  });
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-fuzz-'));
  try {
    const file = join(directory, 'fuzz.jsonl');
    // What is no text at all ends the reading of a file, rightly; it is not what this is about.
    await writeFile(file, lines.join('\n').replaceAll('\0', '').toWellFormed());
    const report = await replay({ findings: [file], now: new Date('2024-06-01T00:00:00Z'), logger: silent });
    process.stdout.write(
      `fuzz replay: ${JSON.stringify({ records: report.records, malformed: report.malformed.length, ...report.findings })}\n`,
    );
    expect(report.records).toBeGreaterThan(500);
    expect(report.malformed.length).toBeGreaterThan(500);
    for (const { targets } of Object.values(report.images))
      for (const target of targets)
        expect(`${target.package} ${target.floor}`).toMatch(/^[A-Za-z0-9+._~^:-]+ [A-Za-z0-9+._~^:-]+$/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 120_000);
