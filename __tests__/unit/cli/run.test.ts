import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseTime } from '../../../cli/commands/common';
import { ingestFiles } from '../../../cli/run/ingest-files';
import { loadEstate } from '../../../cli/run/load-estate';
import { exitCodeOf } from '../../../cli/run/patch-report';
import type { ImageReport } from '../../../cli/run/patch-report';
import { replay } from '../../../cli/run/replay';
import { BadInputError } from '../../../domain/errors';
import type { Finding } from '../../../domain/finding/finding';
import { ecrResource, inspectorEvent, inspectorFinding, inspectorPackage } from '../finding/inspector-sample';
import { NOW, silent } from '../table/samples';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cli-run-'));
  // No golden-images.yaml of the checkout must be found.
  jest.spyOn(process, 'cwd').mockReturnValue(directory);
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});
function file(name: string, content: unknown): string {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}
const YAML = `version: 1
images:
  - { name: debian-12, repository: golden/debian-12, parent: "debian:12", policy: { mode: observe } }
`;

describe('ingesting files', () => {
  const count = async (findings: readonly Finding[]) =>
    await Promise.resolve({ folded: findings.length, duplicates: 0, unattributed: 0, images: new Set(['a']) });

  it('reports what cannot be used with file, line and JSON path, and goes on', async () => {
    const bad = inspectorFinding([inspectorPackage({ name: '$(x)' })]);
    const list = file('list.json', JSON.stringify({ findings: [inspectorFinding(), bad] }, null, 1));
    const events = file(
      'events.jsonl',
      [inspectorEvent(), 'cut', inspectorEvent(bad)]
        .map((one) => (one === 'cut' ? '{"a' : JSON.stringify(one)))
        .join('\n'),
    );
    const summary = await ingestFiles([list, events], count);
    expect(summary.records).toBe(4);
    expect(summary.malformed).toEqual([
      {
        source: list,
        line: expect.any(Number) as unknown,
        path: 'findings[1].packageVulnerabilityDetails.vulnerablePackages[0].name',
        message: 'is "$(x)", not a package name of APT (dpkg)',
      },
      { source: events, line: 2, path: '', message: expect.stringContaining('is not JSON') as unknown },
      {
        source: events,
        line: 3,
        path: 'detail.packageVulnerabilityDetails.vulnerablePackages[0].name',
        message: expect.stringContaining('not a package name') as unknown,
      },
    ]);
  });

  it('fails where not one record could be used, and says the first reason', async () => {
    const only = file('a.json', '{"hello": 1}');
    await expect(ingestFiles([only], count)).rejects.toThrow(
      `no finding could be read: ${only}:1 is neither an EventBridge event nor a finding of ListFindings`,
    );
    await expect(ingestFiles([join(directory, 'missing')], count)).rejects.toThrow(BadInputError);
  });

  it('an empty listing is nothing, and no fault', async () => {
    expect(await ingestFiles([file('a.json', { findings: [] })], count)).toEqual({
      records: 0,
      malformed: [],
      duplicates: 0,
      ignored: {},
      findings: 0,
      undeclared: {},
      images: new Set(),
    });
  });

  it('hands findings on in batches and lists a thousand malformed ones at most', async () => {
    const sizes: number[] = [];
    const many = [...Array.from({ length: 1200 }, () => inspectorFinding()), ...Array.from({ length: 1200 }, () => 7)];
    const summary = await ingestFiles([file('a.json', many)], async (findings) => {
      sizes.push(findings.length);
      return await count(findings);
    });
    expect(sizes).toEqual([500, 500, 200]);
    expect(summary.malformed).toHaveLength(1001);
    expect(summary.malformed.at(-1)?.message).toContain('more than 1000');
  });
});

describe('the estate of a run', () => {
  it('is the configuration alone where one is named', async () => {
    const estate = await loadEstate(file('gi.yaml', YAML), 'without-config');
    expect([...estate.byRepository.keys()]).toEqual(['golden/debian-12']);
    expect(estate.byRepository.get('golden/other')).toBeUndefined();
  });

  it('is the configuration and every other repository for replay', async () => {
    const { byRepository } = await loadEstate(file('gi.yaml', YAML), 'always');
    expect(byRepository.get('golden/debian-12')?.policy.mode).toBe('observe');
    expect(byRepository.get('golden/other')).toMatchObject({ name: 'golden/other', policy: { mode: 'auto' } });
    expect(byRepository.get('golden/other')).toBe(byRepository.get('golden/other'));
  });

  it('that cannot be read is bad input', async () => {
    await expect(loadEstate(join(directory, 'missing.yaml'), 'always')).rejects.toThrow(BadInputError);
    await expect(loadEstate(directory, 'always')).rejects.toThrow(BadInputError);
    await expect(loadEstate(file('bad.yaml', 'a: ['), 'always')).rejects.toThrow(BadInputError);
  });
});

describe('replay', () => {
  const run = async (...findings: unknown[]) =>
    await replay({ findings: [file('f.json', { findings })], now: NOW, logger: silent });

  it('plans but does not build in mode observe', async () => {
    const report = await replay({
      findings: [file('f.json', inspectorFinding())],
      config: file('gi.yaml', YAML),
      now: NOW,
      logger: silent,
    });
    expect(report.images['debian-12']).toMatchObject({ patches: 1, builds: 0 });
  });

  it('one repository whose name ECR cannot have does not stop the others', async () => {
    const other = inspectorFinding(undefined, { resources: [ecrResource({ repositoryName: 'Golden/Debian' })] });
    const { images } = await run(other, inspectorFinding());
    expect(images['golden/debian-12']).toMatchObject({ patches: 1 });
  });

  it('one finding that holds a lone surrogate does not stop the others', async () => {
    const text = JSON.stringify({
      findings: [inspectorFinding([inspectorPackage({ packageManager: 'NPM', name: 'LONE' })]), inspectorFinding()],
    });
    const { images } = await replay({
      findings: [file('f.json', text.replace('LONE', '\\udc00'))],
      now: NOW,
      logger: silent,
    });
    expect(images['golden/debian-12']).toMatchObject({ patches: 1 });
  });

  it('decides as of the time that it is given', async () => {
    const old = inspectorFinding(undefined, { resources: [ecrResource({ platform: 'DEBIAN_10' })] });
    expect((await run(old)).findings).toEqual({ OPEN: 1 });
    expect(
      (await replay({ findings: [file('f.json', old)], now: new Date('2024-07-01T00:00:00Z'), logger: silent })).parked,
    ).toEqual({ 'end-of-life': 1 });
  });
});

it('--at takes a date or a time', () => {
  expect(parseTime('2024-06-01').toISOString()).toBe('2024-06-01T00:00:00.000Z');
  expect(parseTime('2024-06-01T10:00:00+02:00').toISOString()).toBe('2024-06-01T08:00:00.000Z');
  for (const wrong of ['', 'tomorrow', '2024-02-30', '2024-6-1'])
    expect(() => parseTime(wrong)).toThrow('It is not a date');
});

describe('the exit code of a report', () => {
  const image = (outcome: ImageReport['outcome'], reason?: string): ImageReport => ({
    outcome,
    targets: [],
    parked: {},
    ...(reason !== undefined && { reason }),
  });
  it.each([
    [[], 0],
    [[image('patched'), image('nothing-to-do'), image('observed'), image('awaiting-approval'), image('not-built')], 0],
    [[image('patched'), image('residual')], 1],
    [[image('residual'), image('failed', 'script')], 3],
    [[image('failed', 'worse'), image('failed', 'script')], 4],
    [[image('failed', 'contract-broken')], 4],
  ])('case %#', (images, code) => {
    expect(
      exitCodeOf({
        images: Object.fromEntries(images.map((one, index) => [String(index), one])),
        malformed: [],
        duplicates: 0,
        ignored: {},
        findings: 0,
        undeclared: {},
      }),
    ).toBe(code);
  });
});
