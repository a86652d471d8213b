import { randomBytes } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { toJsonLines } from '../../demo/inspector-events';
import type { ForgedBase } from '../support/forge/forged-base';
import { offlineDebBase } from '../support/forge/offline-deb-base';
import { describeWithTools } from '../support/requires-tool';
import { type CliRun, runCli } from './support/cli';
import { type Report, resultsOf } from './support/report';
import { debsOf, importImage, removeImages } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace, type Workspace } from './support/workspace';

describeWithTools(TOOLS, 'patch: input that cannot be used', () => {
  const image = `localhost/${uniqueRepository()}-base:1`;
  let base: ForgedBase;

  beforeAll(async () => {
    base = await offlineDebBase();
    await importImage(base.tar, image);
  });
  afterAll(async () => {
    await removeImages([image]);
  });

  const good = async (workspace: Workspace): Promise<string> =>
    await workspace.findings(base.eventsFor(undefined, { repository: workspace.repository }));
  const text = (workspace: Workspace): string =>
    toJsonLines(base.eventsFor(undefined, { repository: workspace.repository }));

  const unusable: readonly (readonly [string, RegExp, (workspace: Workspace) => Promise<string[]>])[] = [
    [
      'a findings file that is not there',
      /nowhere\.jsonl/,
      async (workspace) => await Promise.resolve(['--findings', join(workspace.directory, 'nowhere.jsonl')]),
    ],
    ['an empty findings file', /empty/, async (workspace) => ['--findings', await workspace.file('f.jsonl', '')]],
    [
      'a binary findings file',
      /not text/,
      async (workspace) => ['--findings', await workspace.file('f.jsonl', randomBytes(5000))],
    ],
    [
      'JSON that is cut off',
      /not JSON/,
      async (workspace) => [
        '--findings',
        await workspace.file('f.jsonl', text(workspace).split('\n')[0]!.slice(0, 500)),
      ],
    ],
    [
      'a directory without findings',
      /\.json/,
      async (workspace) => {
        await mkdir(join(workspace.directory, 'none'));
        return ['--findings', join(workspace.directory, 'none')];
      },
    ],
    [
      'a configuration with an unknown key',
      /minimumSevrity/,
      async (workspace) => [
        ...['--findings', await good(workspace), '--base', image],
        ...['--config', await workspace.config({ minimumSevrity: 'LOW' })],
      ],
    ],
    [
      'a configuration that is no YAML',
      /golden-images\.yaml/,
      async (workspace) => [
        ...['--findings', await good(workspace), '--base', image],
        ...['--config', await workspace.file('golden-images.yaml', 'version: 1\nimages: [')],
      ],
    ],
    [
      'a configuration that is not there',
      /--config/,
      async (workspace) => ['--findings', await good(workspace), '--config', join(workspace.directory, 'nowhere.yaml')],
    ],
    [
      'a base file that is not there',
      /--base .*nowhere\.tar/,
      async (workspace) => ['--findings', await good(workspace), '--base', join(workspace.directory, 'nowhere.tar')],
    ],
    [
      'a base reference that is nowhere',
      /base localhost\//,
      async (workspace) => ['--findings', await good(workspace), '--base', `localhost/${workspace.repository}:nowhere`],
    ],
    [
      'a base file that is no archive',
      /no tar archive/,
      async (workspace) => [
        ...['--findings', await good(workspace)],
        ...['--base', await workspace.file('base.tar', randomBytes(20_000))],
      ],
    ],
    ['no base at all', /no base to build from/, async (workspace) => ['--findings', await good(workspace)]],
    [
      'an engine that does not work here',
      /--engine docker/,
      async (workspace) => ['--findings', await good(workspace), '--base', image, '--engine', 'docker'],
    ],
    [
      'an engine that nobody knows',
      /--engine/,
      async (workspace) => ['--findings', await good(workspace), '--base', image, '--engine', 'rkt'],
    ],
    [
      'an image that no finding is about',
      /--image other/,
      async (workspace) => ['--findings', await good(workspace), '--base', image, '--image', 'other'],
    ],
    ['no findings option', /--findings/, async () => await Promise.resolve(['--base', image])],
  ];

  it.each(unusable)('ends with 2 and one clear line about %s', async (_what, says, argsOf) => {
    await withWorkspace(async (workspace) => {
      const ran = await runCli(['patch', '--json', '--state', workspace.state, ...(await argsOf(workspace))]);
      expectOneLine(ran, 2, says);
      expect(await workspace.images()).toEqual([]);
    });
  });

  it('ends with 2 where the state directory is a file', async () => {
    await withWorkspace(async (workspace) => {
      const state = await workspace.file('state', 'a file');
      const ran = await runCli([
        'patch',
        '--json',
        '--state',
        state,
        '--findings',
        await good(workspace),
        '--base',
        image,
      ]);
      expectOneLine(ran, 2, /state/);
    });
  });

  it('asks for a base before it begins anything: the command with one succeeds afterwards', async () => {
    await withWorkspace(async (workspace) => {
      const findings = await good(workspace);
      const missing = join(workspace.directory, 'nowhere.tar');
      const failed = await runCli([
        'patch',
        '--json',
        '--state',
        workspace.state,
        '--findings',
        findings,
        '--base',
        missing,
      ]);
      expectOneLine(failed, 2, /nowhere\.tar/);
      expect(await workspace.builds()).toBe(0);
      const ran = await workspace.patch(['--findings', findings, '--base', image]);
      expect([ran.code, ran.image.outcome]).toEqual([0, 'patched']);
    });
  });

  it('processes the others where a floor is no version, a line is no JSON and a record is no finding', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const [pair, single, trio] = base
        .eventsFor(
          [{ source: 'forge-pair', floor: '$(reboot)' }, { source: 'forge-single' }, { source: 'forge-trio' }],
          {
            repository,
          },
        )
        .map((event) => JSON.stringify(event));
      const findings = await workspace.file('f.jsonl', [pair, '{"cut', single, '{"detail":3}', trio, ''].join('\n'));
      const ran = await workspace.patch(['--findings', findings, '--base', image]);
      expect(resultsOf(ran.image)).toEqual({ 'forge-single': 'fixed', 'forge-trio': 'fixed' });
      expect([ran.code, ran.image.outcome]).toEqual([1, 'patched']);
      expect(ran.report.malformed.map(({ source, line }) => [source, line])).toEqual([
        [findings, 1],
        [findings, 2],
        [findings, 4],
      ]);
      expect(ran.report.malformed[0]?.message).toContain('$(reboot)');
      const versions = new Map((await debsOf(stable)).map(({ name, version }) => [name, version]));
      expect(versions.get('forge-single')).toBe('1.0-1+deb12u1');
      expect(versions.get('libforge-trio2')).toBe('3.1-1');
      expect(versions.get('libforge-pair1')).toBe('1:2.4.0-3');
    });
  });

  it('never runs what stands in a finding', async () => {
    await withWorkspace(async (workspace) => {
      const { directory, repository } = workspace;
      const canary = join(directory, 'canary');
      const evil = [`forge-single; touch ${canary}`, `$(touch ${canary})`, `x\ntouch ${canary}`, '--force', '../../x'];
      const lines = evil.map((name) =>
        JSON.stringify(base.eventsFor([{ source: 'forge-single' }], { repository })[0]).replaceAll(
          '"name":"forge-single"',
          `"name":${JSON.stringify(name)}`,
        ),
      );
      const findings = await workspace.file('f.jsonl', [...lines, text(workspace)].join('\n'));
      const ran = await workspace.patch(['--findings', findings, '--base', image]);
      expect(await stat(canary).catch(() => undefined)).toBeUndefined();
      expect(resultsOf(ran.image)).toMatchObject({
        'forge-pair': 'fixed',
        'forge-single': 'fixed',
        'forge-trio': 'fixed',
      });
    });
  });
});

/** One error, at most a hint, no stack trace; on standard output nothing, or the report of an image that failed. */
function expectOneLine(ran: CliRun, code: number, says: RegExp): void {
  const lines = ran.stderr.split('\n').filter((line) => line !== '');
  const errors = lines.filter((line) => /^error:? /.test(line));
  expect([ran.code, errors.length, ran.stderr]).toEqual([code, 1, ran.stderr]);
  expect(errors[0]).toMatch(says);
  expect(lines.filter((line) => !/^(?:error:? |hint: |· |\(add --help )/.test(line))).toEqual([]);
  if (ran.stdout === '') return;
  const { images } = JSON.parse(ran.stdout) as Report;
  expect(Object.values(images).map(({ outcome, image }) => [outcome, image])).toEqual([['failed', undefined]]);
}
