import { stat } from 'node:fs/promises';
import { runChecked } from '../../adapters/local/run-command';
import type { ForgedBase } from '../support/forge/forged-base';
import { offlineDebBase } from '../support/forge/offline-deb-base';
import { describeWithTools } from '../support/requires-tool';
import { runCli } from './support/cli';
import type { Report } from './support/report';
import { debsOf, importImage, inspectImage, removeImages, removeRepository } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace } from './support/workspace';

describeWithTools(TOOLS, 'patch: what a base says of itself', () => {
  const made: string[] = [];
  let base: ForgedBase;
  let plain: string;

  beforeAll(async () => {
    base = await offlineDebBase();
    plain = await makeImage();
  });
  afterAll(async () => {
    await removeImages(made);
  });

  /** Makes a base of the plain one, or of the forged root where there is none yet. */
  async function makeImage(configure: readonly string[] = [], format = 'oci'): Promise<string> {
    const reference = `localhost/${uniqueRepository()}-base:1`;
    made.push(reference);
    if (made.length === 1) {
      await importImage(base.tar, reference);
      return reference;
    }
    const container = (await runChecked('buildah', ['from', '--pull-never', '--format', format, plain])).trim();
    try {
      if (configure.length > 0) await runChecked('buildah', ['config', ...configure, container]);
      await runChecked('buildah', ['commit', '--quiet', '--format', format, container, reference]);
    } finally {
      await runChecked('buildah', ['rm', container]);
    }
    return reference;
  }

  it.each<[string, string[], string, string]>([
    ['a line feed in USER', ['--user', 'root\nRUN touch /injected'], 'oci', 'USER that is none: "root\\nRUN'],
    ['ONBUILD', ['--onbuild', 'RUN touch /injected'], 'docker', 'ONBUILD'],
  ])('refuses %s with 2, and builds nothing', async (_what, configure, format, says) => {
    const hostile = await makeImage(configure, format);
    await withWorkspace(async (workspace) => {
      const { repository } = workspace;
      const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
      const ran = await workspace.patch(['--findings', findings, '--base', hostile]);
      expect([ran.code, ran.image.outcome, ran.image.reason, ran.image.image]).toEqual([
        ...[2, 'failed', 'bad-input', undefined],
      ]);
      expect(ran.stderr.split('\n').filter((line) => line.startsWith('error'))).toHaveLength(1);
      expect(ran.stderr).toContain(says);
      expect([await workspace.builds(), await workspace.images()]).toEqual([0, []]);
      expect(await stat('/injected').catch(() => undefined)).toBeUndefined();
      // Nothing was even begun from it: buildah runs ONBUILD as soon as a container is made, before any build.
      const containers = await runChecked('buildah', ['containers', '--format', '{{.ImageName}}']);
      expect(containers.split('\n').filter((name) => name === hostile)).toEqual([]);
    });
  });

  it('patches one image although the base of another is refused', async () => {
    const hostile = await makeImage(['--user', 'root\nRUN touch /injected']);
    await withWorkspace(async (workspace) => {
      const { repository, state, stable } = workspace;
      const bad = uniqueRepository();
      // The refused one comes first, by name.
      const images = [
        { name: 'a-hostile', repository: bad, parent: hostile },
        { name: 'b-good', repository, parent: plain },
      ];
      const config = await workspace.file('golden-images.yaml', JSON.stringify({ version: 1, images }));
      const findings = await workspace.findings(
        [bad, repository].flatMap((one) => base.eventsFor(undefined, { repository: one })),
      );
      try {
        const ran = await runCli(['patch', '--json', '--state', state, '--findings', findings, '--config', config]);
        const report = (JSON.parse(ran.stdout) as Report).images;
        expect(Object.entries(report).map(([name, { outcome, reason }]) => [name, outcome, reason])).toEqual([
          ['a-hostile', 'failed', 'bad-input'],
          ['b-good', 'patched', undefined],
        ]);
        expect([ran.code, await workspace.builds()]).toEqual([2, 1]);
        const single = (await debsOf(stable)).find(({ name }) => name === 'forge-single');
        expect(single).toMatchObject({ version: '1.0-1+deb12u1', status: 'ii ' });
      } finally {
        await removeRepository(bad, new Set());
      }
    });
  });

  it('keeps HEALTHCHECK, SHELL and STOPSIGNAL of a base in docker’s format', async () => {
    const checked = await makeImage(
      [
        ...['--healthcheck', 'CMD /bin/true', '--healthcheck-interval', '7s', '--healthcheck-retries', '5'],
        ...['--shell', '/bin/sh -ec', '--stop-signal', 'SIGINT'],
      ],
      'docker',
    );
    const before = await dockerConfig(checked);
    expect(before).toMatchObject({ Healthcheck: { Interval: 7_000_000_000, Retries: 5 }, Shell: ['/bin/sh', '-ec'] });
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
      const ran = await workspace.patch(['--findings', findings, '--base', checked]);
      expect([ran.code, ran.image.outcome, ran.image.contract]).toEqual([0, 'patched', { ok: true, violations: [] }]);
      expect(await dockerConfig(stable)).toEqual(before);
      expect(before['StopSignal']).toBeDefined();
    });
  });

  it('gives the image the user and the working directory that the configuration says', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
      const config = await workspace.config({}, { user: 'nobody', workdir: '/srv' });
      const ran = await workspace.patch(['--findings', findings, '--base', plain, '--config', config]);
      expect([ran.code, ran.image.outcome, ran.image.contract]).toEqual([0, 'patched', { ok: true, violations: [] }]);
      expect((await inspectImage(stable))?.config).toMatchObject({ User: 'nobody', WorkingDir: '/srv' });
      expect((await inspectImage(plain))?.config['User']).toBeUndefined();
    });
  });
});

/** HEALTHCHECK, SHELL and STOPSIGNAL of an image, which only docker's format has. */
async function dockerConfig(reference: string): Promise<Record<string, unknown>> {
  const inspected = JSON.parse(await runChecked('buildah', ['inspect', '--type', 'image', reference])) as {
    Docker: { config: Record<string, unknown> };
  };
  const { Healthcheck, Shell, StopSignal } = inspected.Docker.config;
  return { Healthcheck, Shell, StopSignal };
}
