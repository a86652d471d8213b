import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MemoryFindingTable } from '../../adapters/local/memory-finding-table';
import { readRequest } from '../../cli/commands/request-file';
import { loadEstate } from '../../cli/run/load-estate';
import type { ReplayReport } from '../../cli/run/replay';
import { replay } from '../../cli/run/replay';
import type { Estate } from '../../domain/config/golden-image';
import { undeclaredImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { Finding } from '../../domain/finding/finding';
import { parseDocument } from '../../domain/finding/parse-document';
import { makeIngestFinding } from '../../functions/ingest-finding/ingest-finding';
import type { CliBundle } from '../support/cli-bundle';
import { bundleCli, NODE, runBundle } from '../support/cli-bundle';
import { deepJson, HOSTILE_TEXTS } from '../support/hostile-texts';
import { ecrResource, inspectorEvent, inspectorFinding, inspectorPackage } from '../unit/finding/inspector-sample';
import { silent } from '../unit/table/samples';

const LEVELS = 100_000;
const NOW = new Date('2024-06-01T00:00:00Z');
const GOOD = JSON.stringify(inspectorEvent());

let directory: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'golden-images-hostile-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function file(name: string, text: string): Promise<string> {
  const path = join(directory, `${String(++files)}-${name}`);
  await writeFile(path, text);
  return path;
}

async function replayed(text: string, name = 'f.jsonl'): Promise<ReplayReport> {
  return await replay({ findings: [await file(name, text)], now: NOW, logger: silent });
}

/** A finding with the text in one place, for every place that a text can be in. */
const PLACES: Readonly<Record<string, (text: string) => unknown>> = {
  'package name': (text) => inspectorFinding([inspectorPackage({ name: text })]),
  'installed version': (text) => inspectorFinding([inspectorPackage({ version: text })]),
  release: (text) => inspectorFinding([inspectorPackage({ release: text })]),
  'fixed version': (text) => inspectorFinding([inspectorPackage({ fixedInVersion: text })]),
  'package architecture': (text) => inspectorFinding([inspectorPackage({ arch: text })]),
  'package manager': (text) => inspectorFinding([inspectorPackage({ packageManager: text })]),
  'file path': (text) => inspectorFinding([inspectorPackage({ packageManager: 'PYTHON', filePath: text })]),
  'layer hash': (text) => inspectorFinding([inspectorPackage({ sourceLayerHash: text })]),
  'name of a language package': (text) => inspectorFinding([inspectorPackage({ packageManager: 'NODE', name: text })]),
  'vulnerability id': (text) =>
    inspectorFinding([], {
      packageVulnerabilityDetails: { vulnerabilityId: text, vulnerablePackages: [inspectorPackage()] },
    }),
  ARN: (text) => inspectorFinding(undefined, { findingArn: text }),
  status: (text) => inspectorFinding(undefined, { status: text }),
  severity: (text) => inspectorFinding(undefined, { severity: text }),
  type: (text) => inspectorFinding(undefined, { type: text }),
  date: (text) => inspectorFinding(undefined, { updatedAt: text }),
  repository: (text) => inspectorFinding(undefined, { resources: [ecrResource({ repositoryName: text })] }),
  digest: (text) => inspectorFinding(undefined, { resources: [ecrResource({ imageHash: text })] }),
  tag: (text) => inspectorFinding(undefined, { resources: [ecrResource({ imageTags: [text] })] }),
  platform: (text) => inspectorFinding(undefined, { resources: [ecrResource({ platform: text })] }),
  architecture: (text) => inspectorFinding(undefined, { resources: [ecrResource({ architecture: text })] }),
  'a key that nobody knows': (text) => inspectorFinding(undefined, { [text]: { [text]: text } }),
};

describe.each(Object.entries(PLACES))('hostile text as %s', (_place, make) => {
  it.each([
    ['finding', (value: unknown) => value],
    ['event', (value: unknown) => inspectorEvent(value)],
  ])(
    'of a %s is taken or malformed, and in the table only with keys that it cannot break out of',
    async (_what, wrap) => {
      const facts: Finding[] = [];
      for (const text of HOSTILE_TEXTS) {
        const parsed = parseDocument(JSON.parse(JSON.stringify(wrap(make(text)))) as unknown, { name: 'f.jsonl' });
        for (const { message, path } of parsed.problems) expect(message.length + path.length).toBeLessThan(400);
        facts.push(...parsed.findings);
      }
      const table = new MemoryFindingTable();
      const images = new Map(facts.map(({ repository }) => [repository, undeclaredImage(repository)]));
      const estate: Estate = { byRepository: images, exceptions: [] };
      await makeIngestFinding({ table, estate, clock: () => NOW, logger: silent })(facts);
      for (const { key } of table.changes()) {
        expect(key.pk).toMatch(/^IMAGE#[a-z0-9._%F-]+$/);
        expect(key.sk).toMatch(/^(?:HEAD|FINDING(?:#[A-Za-z0-9%!~*'()_.-]+){1,4})$/);
        expect(Buffer.byteLength(key.sk)).toBeLessThanOrEqual(1024);
      }
    },
  );
});

it('names of OS packages that are none are malformed, those of language packages are only stored', () => {
  const hostile = HOSTILE_TEXTS.filter((text) => !/^[a-z]+$/.test(text) || text.length > 256);
  const problemsOf = (packageManager: string): string[] =>
    hostile.filter((name) => {
      const finding = inspectorFinding([inspectorPackage({ name, packageManager })]);
      return parseDocument(finding, { name: 'f' }).findings.length > 0;
    });
  // Debian's alphabet allows none of them.
  expect(problemsOf('OS')).toEqual([]);
  expect(problemsOf('NODE').length).toBeGreaterThan(30);
});

describe(`JSON of ${String(LEVELS)} levels`, () => {
  const member = (open: '[' | '{"a":'): readonly (readonly [string, string])[] => {
    const deep = deepJson(LEVELS, open);
    return [
      ['as a line', deep],
      ['as the detail of an event', GOOD.replace(/"detail":\{.*\}\}$/, `"detail":${deep}}`)],
      ['as a member that nobody knows', GOOD.replace('{"version"', `{"unknown":${deep},"version"`)],
      ['as a package', GOOD.replace(/"vulnerablePackages":\[.*?\]/, `"vulnerablePackages":[${deep}]`)],
      ['as a name', GOOD.replace('"name":"glibc"', `"name":${deep}`)],
      ['as a status', GOOD.replace('"status":"ACTIVE"', `"status":${deep}`)],
      ['as a listing', `{"findings":${deep}}`],
      ['as the components of a scan', `{"bomFormat":"CycloneDX","components":${deep},"vulnerabilities":${deep}}`],
      ['as the results of a scan', `{"SchemaVersion":2,"ArtifactName":"x","Results":${deep}}`],
      ['over many lines', deep.replaceAll('1', '\n1\n').replaceAll('[[[[', '[[\n[[')],
      ['that is cut off', deep.slice(0, LEVELS)],
    ];
  };

  it.each([...member('['), ...member('{"a":')])(
    '%s is a malformed record, or passed over, and stops nothing',
    async (_what, text) => {
      // One document in a file of its own, beside a good one; and as a line between good ones.
      const alone = await file('deep.json', text);
      const report = await replay({ findings: [alone, await file('good.jsonl', GOOD)], now: NOW, logger: silent });
      expect(report.findings).toEqual({ OPEN: 1 });
      const between = await replayed(`${GOOD}\n${text.replaceAll('\n', '')}\n${GOOD}\n`);
      expect(between.findings).toEqual({ OPEN: 1 });
      for (const { message } of [...report.malformed, ...between.malformed]) expect(message.length).toBeLessThan(200);
    },
  );

  it.each(['[', '{"a":'] as const)('as configuration or request is bad input (%s)', async (open) => {
    const deep = deepJson(LEVELS, open);
    for (const text of [deep, `{"version":1,"images":${deep}}`, `{"ecosystem":"apt","targets":${deep}}`]) {
      const path = await file('golden-images.yaml', text);
      await expect(loadEstate(path, 'always')).rejects.toThrow(BadInputError);
      await expect(readRequest(path)).rejects.toThrow(BadInputError);
    }
  });
});

describe('keys', () => {
  it('that are given twice count once, the last', async () => {
    const twice = GOOD.replace('"name":"glibc"', '"name":"$(id)","name":"glibc"');
    expect((await replayed(twice)).findings).toEqual({ OPEN: 1 });
    const path = await file('golden-images.yaml', 'version: 1\nimages: []\nimages: []\n');
    await expect(loadEstate(path, 'always')).rejects.toThrow(/3:1.*unique/i);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then'])(
    'called %s change no object',
    async (key) => {
      const poison = `{"${key}":{"isAdmin":true,"name":"glibc","repositoryName":"golden/x"}}`;
      const texts = [
        poison,
        GOOD.replace('{"version"', `{"${key}":${poison},"version"`),
        GOOD.replace('"name":"glibc",', `"${key}":{"name":"glibc"},`),
        GOOD.replace('"repositoryName":"golden/debian-12",', `"${key}":{"repositoryName":"golden/x"},`),
        GOOD.replace('"vulnerabilityId":"CVE-2024-0001"', `"vulnerabilityId":"${key}"`),
        GOOD.replace(
          '"repositoryName":"golden/debian-12"',
          `"repositoryName":"${key.toLowerCase().replaceAll('_', '')}"`,
        ),
        GOOD.replace('"severity":"HIGH"', `"severity":"${key}"`),
        GOOD.replace('"status":"ACTIVE"', `"status":"${key}"`),
        GOOD.replace('"platform":"DEBIAN_12"', `"platform":"${key}"`),
        GOOD.replace('"packageManager":"OS"', `"packageManager":"${key}"`),
      ];
      const report = await replayed([...texts, GOOD].join('\n'));
      expect(report.records).toBe(texts.length + 1);
      expect(Object.keys({})).toEqual([]);
      expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
      const config = await file('golden-images.yaml', `version: 1\n${key}: {isAdmin: true}\nimages: []\n`);
      await expect(loadEstate(config, 'always')).rejects.toThrow(BadInputError);
      const request = `{"ecosystem":"apt","${key}":{"removable":["wget"]},"targets":[{"package":"openssl","floor":"1.0-1"}]}`;
      const read = await readRequest(await file('request.json', request)).catch((error: unknown) => error);
      // Node's JSON makes `__proto__` a key like any other, and an unknown one is refused; either way nothing is gained.
      if (!(read instanceof BadInputError)) expect(read).toMatchObject({ removable: [] });
      expect(Reflect.get({}, 'removable')).toBeUndefined();
    },
  );
});

describe('the command line', () => {
  let bundle: CliBundle;
  beforeAll(async () => {
    bundle = await bundleCli();
  });
  afterAll(async () => {
    await bundle.remove();
  });

  it('ends with 1 where hostile records stand beside good ones, which are acted on, and with 2 where there are no others', async () => {
    const hostile = HOSTILE_TEXTS.filter((text) => text.isWellFormed() && text.includes('$')).map((name) =>
      JSON.stringify(inspectorEvent(inspectorFinding([inspectorPackage({ name })]))),
    );
    const only = await file('hostile.jsonl', hostile.join('\n'));
    const mixed = await file('mixed.jsonl', [...hostile, GOOD].join('\n'));
    const runs = await Promise.all([
      runBundle(bundle, ['replay', '--json', '--findings', mixed]),
      runBundle(bundle, ['replay', '--json', '--findings', only]),
    ]);
    expect(runs.map((run) => run.code)).toEqual([1, 2]);
    const report = JSON.parse(runs[0].stdout) as ReplayReport;
    expect([report.malformed.length, report.images['golden/debian-12']?.targets.length]).toEqual([hostile.length, 1]);
    expect(runs[1].stderr).toMatch(/^error: no finding could be read/);
  });

  it('ends quietly where the reader of its output stops early', async () => {
    const findings = join(__dirname, '../fixtures/inspector-events/golang_latest.jsonl');
    const command = `"$0" --disable-warning=ExperimentalWarning "$1" replay --findings "$2" | head -n 1`;
    const ran = await promisify(execFile)('sh', ['-c', command, NODE, bundle.file, findings]);
    expect(ran).toMatchObject({ stdout: '712 records, 0 duplicates\n', stderr: '' });
  });

  it('refuses hostile requests with 2 and hostile commands with 1', async () => {
    const target = { package: 'openssl', floor: '3.0.11-1' };
    const request = await file('request.json', JSON.stringify({ ecosystem: 'apt', targets: [target] }));
    for (const text of ['$(id)', "openssl'; id; '", '__proto__', 'a'.repeat(10_240), 'open\u202elss', '-oX=y']) {
      const bad = { ecosystem: 'apt', targets: [{ ...target, package: text }] };
      const path = await file('bad.json', JSON.stringify(bad));
      const runs = await Promise.all([
        runBundle(bundle, ['script', '--request', path]),
        runBundle(bundle, ['vet', '--request', request], { input: `apt-get install -y ${text}` }),
      ]);
      expect(runs.map((run) => run.code)).toEqual([2, 1]);
      expect(runs[0].stdout).toBe('');
    }
  });

  it('makes no file outside of its state directory, whatever a repository or image is called', async () => {
    const names = ['..', '../../x', '/etc/x', 'a/../../b', 'a//b', '.hidden', 'A', 'a\u0000b', 'x'.repeat(257)];
    const events = names.map((repositoryName) =>
      JSON.stringify(inspectorEvent(inspectorFinding(undefined, { resources: [ecrResource({ repositoryName })] }))),
    );
    const home = join(directory, 'home');
    const findings = await file('names.jsonl', [...events, GOOD].join('\n'));
    const run = await runBundle(bundle, [
      ...['patch', '--json', '--engine', 'none', '--findings', findings],
      ...['--state', join(home, 'a/b/state')],
    ]);
    // 1: some of the names are none, and their findings are malformed.
    expect([run.code, run.stderr]).toEqual([1, '']);
    expect([await readdir(home), await readdir(join(home, 'a')), await readdir(join(home, 'a/b'))]).toEqual([
      ['a'],
      ['b'],
      ['state'],
    ]);
    expect(await readdir(join(home, 'a/b/state/scripts'))).toContain('golden%2Fdebian-12');
  });
});
