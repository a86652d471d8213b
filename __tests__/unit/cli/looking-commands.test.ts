import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../../../cli/program';
import { printDiagnosis } from '../../../cli/output/doctor-report';
import { printBlastRadius } from '../../../cli/output/blast-radius-report';
import { diagnoseMachine } from '../../../cli/run/doctor/diagnose-machine';
import { openStateDirectory } from '../../../cli/run/state-directory';
import type { HeadItem } from '../../../domain/table/head-item';
import { headKey } from '../../../domain/table/keys';
import { openVexSchema } from '../../support/openvex-schema';
import { digestOf, makeItem, makeObservation } from '../table/samples';

let directory: string;
let printed: string;
let exitCode: typeof process.exitCode;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cli-looking-'));
  printed = '';
  exitCode = process.exitCode;
  jest.spyOn(process, 'cwd').mockReturnValue(directory);
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  process.exitCode = exitCode;
  jest.restoreAllMocks();
  await rm(directory, { recursive: true });
});

async function run(...args: string[]): Promise<string> {
  printed = '';
  await buildProgram().parseAsync(['node', 'golden-images', ...args]);
  return printed;
}

/** A state directory that knows one open finding of one promoted image. */
async function makeState(): Promise<void> {
  const state = await openStateDirectory(join(directory, 'state'));
  const head: HeadItem = {
    ...headKey('debian-12'),
    version: 1,
    type: 'HEAD',
    image: 'debian-12',
    state: 'IDLE',
    sequence: 0,
    promoted: {
      digest: digestOf('a'),
      reference: 'localhost/golden/debian-12:stable',
      since: '2024-05-01T00:00:00.000Z',
      descendsFrom: [],
    },
    failures: 0,
    builds: { day: '', count: 0 },
  };
  await state.table.put(head, 0);
  await state.table.put(makeItem({ observations: { [digestOf('a')]: makeObservation() } }), 0);
  state.close();
}

describe('vex', () => {
  test('prints an OpenVEX document, the same bytes for the same state and time', async () => {
    await makeState();
    const args = ['vex', '--state', 'state', '--image', 'debian-12', '--at', '2024-06-01', '--author', 'Team'];
    const text = await run(...args);
    const document = openVexSchema.parse(JSON.parse(text));
    expect(document.author).toBe('Team');
    expect(document.timestamp).toBe('2024-06-01T00:00:00.000Z');
    expect(document.statements.map(({ status, vulnerability }) => `${vulnerability.name} ${status}`)).toEqual([
      'CVE-2024-0001 affected',
    ]);
    expect(await run(...args)).toBe(text);
  });

  test('names the images that there are where another is asked for', async () => {
    await makeState();
    await expect(run('vex', '--state', 'state', '--image', 'other')).rejects.toThrow('there is no golden image other');
  });
});

describe('blast-radius', () => {
  test('on this machine says that it looks at an account', async () => {
    await expect(run('blast-radius', '--image', 'debian-12')).rejects.toThrow(
      'blast-radius looks at the ECR registry of an environment on AWS',
    );
  });

  test('prints who is affected, and what was skipped, with nothing that steers a terminal', () => {
    printBlastRadius({
      image: 'debian-12',
      current: digestOf('c'),
      affected: [
        {
          repository: 'app/a',
          digest: digestOf('1'),
          tags: ['1', '2', '3'],
          pushedAt: '2026-01-10T00:00:00.000Z',
          base: digestOf('a'),
          standing: 'older',
          inUse: 0,
          lastInUseAt: '2026-01-11T00:00:00.000Z',
        },
      ],
      skipped: [{ repository: 'app/b', digest: digestOf('2'), why: 'bad \u001b[31m' }],
      useUnknown: [{ repository: 'app/a', why: 'denied' }],
      looked: { repositories: 2, images: 2 },
    });
    expect(printed).toContain('1 of 2 images, in 1 of 2 repositories, are built on an older digest of it:');
    expect(printed).toMatch(/app\/a +1 2 \+1 +2026-01-10 +sha256:a{12} +older +0, last 2026-01-11 +sha256:1{12}/);
    expect(printed).toContain(String.raw`skipped: app/b@${digestOf('2')}: bad \u{1b}[31m`);
    expect(printed).toContain('use not known: app/a: denied');
  });
});

describe('doctor on this machine', () => {
  const path = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = path;
  });

  test('is content where an engine works, the state opens and the configuration is valid', async () => {
    await makeState();
    await writeFile(
      join(directory, 'golden-images.yaml'),
      'version: 1\nimages:\n  - { name: debian-12, repository: golden/debian-12, parent: "debian:12" }\n',
    );
    await mkdir(join(directory, 'bin'));
    await writeFile(join(directory, 'bin/buildah'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    process.env['PATH'] = `${join(directory, 'bin')}:${path ?? ''}`;
    const results = await diagnoseMachine({ state: 'state', config: 'golden-images.yaml' });
    expect(results.map(({ check, status, seen }) => `${check} ${status} ${seen}`)).toEqual([
      'container-engine ok buildah works',
      'state-directory ok it can be used, and knows 1 image',
      'configuration ok it is valid, and declares 1 images',
    ]);
  });

  test('warns where the model alone is to write, and none is named', async () => {
    const image = 'images:\n  - { name: debian-12, repository: golden/debian-12, parent: "debian:12" }\n';
    const look = async (more: string): Promise<unknown> => {
      await writeFile(join(directory, 'author.yaml'), `version: 1\nauthor: bedrock\n${more}${image}`);
      const results = await diagnoseMachine({ state: 'state', config: 'author.yaml' });
      return results.find(({ check }) => check === 'configuration');
    };
    expect(await look('')).toEqual({
      check: 'configuration',
      status: 'warning',
      subject: 'configuration author.yaml',
      seen: 'the author is bedrock, and no model is named outside of its environments: patch refuses to begin without --model',
      todo: 'set model.id in it, or the author to bedrock-then-rules or rules',
    });
    expect(await look('model: { id: amazon.nova-2-lite-v1:0 }\n')).toMatchObject({ status: 'ok' });
  });

  test('says what is wrong and what to do, and ends with 1', async () => {
    await writeFile(join(directory, 'state'), 'a file');
    await writeFile(join(directory, 'bad.yaml'), 'version: 2\nimages: []\n');
    process.env['PATH'] = join(directory, 'nowhere');
    const text = await run('doctor', '--state', 'state', '--config', 'bad.yaml', '--json');
    const { counts, checks } = JSON.parse(text) as { counts: object; checks: { check: string; todo?: string }[] };
    expect(counts).toEqual({ ok: 0, warning: 0, failure: 3, 'could-not-check': 0 });
    expect(checks.map(({ check, todo }) => `${check}: ${todo ?? ''}`)).toEqual([
      'container-engine: install buildah (apt-get install buildah), or start docker, and try its "info"',
      'state-directory: name another one with --state',
      'configuration: docs/golden-images.schema.json lists every key',
    ]);
    expect(process.exitCode).toBe(1);
  });

  test('a configuration that is not there is a failed check, and the others are done', async () => {
    const text = await run('doctor', '--config', 'missing.yaml', '--json');
    const diagnosis = JSON.parse(text) as { checks: { check: string; status: string }[] };
    expect(diagnosis).not.toHaveProperty('environment');
    expect(diagnosis.checks.map(({ check }) => check)).toEqual([
      'container-engine',
      'state-directory',
      'configuration',
    ]);
    expect(diagnosis.checks.at(-1)).toMatchObject({ status: 'failure', seen: '--config missing.yaml cannot be read' });
    expect(diagnosis.checks[1]).not.toHaveProperty('todo');
    expect(process.exitCode).toBe(1);
  });

  test('a state that is not there yet is fine, and stays so', async () => {
    const results = await diagnoseMachine({ state: 'new/state' });
    expect(results.find(({ check }) => check === 'state-directory')?.seen).toBe('it is not there yet; patch makes it');
    expect(results.find(({ check }) => check === 'configuration')?.status).toBe('warning');
    await expect(mkdir(join(directory, 'new'))).resolves.toBeUndefined();
  });

  test('prints one line each, with what to do below it', () => {
    printDiagnosis([
      { check: 'a', status: 'ok', subject: 'x', seen: 'it is fine' },
      { check: 'a', status: 'could-not-check', subject: 'y', seen: 'no', todo: 'allow it' },
    ]);
    expect(printed).toContain('x: it is fine');
    expect(printed).toMatch(/unknown .*y: no\n.*→.* allow it\n/);
    expect(printed).toContain('1 ok, 0 warnings, 0 failures, 1 could not be checked');
  });

  test('an environment needs its configuration', async () => {
    await expect(run('doctor', '--environment', 'prod')).rejects.toThrow('golden-images.yaml cannot be read');
  });
});
