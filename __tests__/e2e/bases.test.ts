import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked } from '../../adapters/local/run-command';
import type { ForgedBase } from '../support/forge/forged-base';
import { offlineDebBase } from '../support/forge/offline-deb-base';
import { describeWithTools } from '../support/requires-tool';
import { resultsOf } from './support/report';
import {
  debsOf,
  filesOf,
  importImage,
  inspectImage,
  ownedByDebs,
  removeImages,
  topLayer,
  withMounted,
} from './support/store';
import { textOf, TOOLS, uniqueRepository, withWorkspace, type Workspace } from './support/workspace';

const PATH = 'PATH=/opt/app/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** A base that holds much more than Debian's defaults. */
const APPLICATION_CONFIG: readonly string[] = [
  ...['--user', '1000:1000', '--workingdir', '/srv', '--port', '8080/tcp', '--volume', '/data'],
  ...['--env', PATH, '--env', 'GREETING=it is "quoted" $HOME', '--label', 'team=platform'],
  ...['--entrypoint', '["/bin/sh","-c"]', '--cmd', '["id"]'],
];

/** A volume's directory is in an image that declares one; an engine would make it else. */
const makeVolume = async (root: string): Promise<void> => {
  await mkdir(join(root, 'data'));
};

describeWithTools(TOOLS, 'patch: bases', () => {
  const image = `localhost/${uniqueRepository()}-base:1`;
  let base: ForgedBase;

  beforeAll(async () => {
    base = await offlineDebBase();
    await importImage(base.tar, image, APPLICATION_CONFIG, makeVolume);
  });
  afterAll(async () => {
    await removeImages([image]);
  });

  it('keeps user, working directory, environment, entry point, command, ports, volumes and labels of an image', async () => {
    await withWorkspace(async (workspace) => {
      await expectPatched(workspace, image);
      const before = await inspectImage(image);
      const after = await inspectImage(workspace.stable);
      expect(before?.config).toMatchObject({ User: '1000:1000', WorkingDir: '/srv' });
      expect(after?.config).toEqual(before?.config);
      expect(after?.layers).toHaveLength((before?.layers.length ?? 0) + 1);
      expect(after?.layers[0]).toBe(before?.layers[0]);
    });
  });

  it('puts into the layer what the packages changed, and nothing of the script, the lists or the run', async () => {
    await withWorkspace(async (workspace) => {
      const { stable } = workspace;
      await expectPatched(workspace, image);
      const had = await filesOf(image);
      const owned = await ownedByDebs(stable);
      const has = await filesOf(stable);
      const added = [...has].filter((path) => !had.has(path) && !owned.has(path));
      expect(added.filter((path) => path !== 'var/lib/apt/extended_states')).toEqual([]);
      expect([...has].filter((path) => path.startsWith('var/lib/apt/lists/'))).toEqual([]);
      const layer = await topLayer(stable);
      const rubbish = /golden-images|patch\.sh|\.deb$|^(?:tmp|run|var\/tmp|var\/log)\/.*[^/]$|lists\/(?!\.wh\.)./;
      expect(layer.filter((path) => rubbish.test(path))).toEqual([]);
      expect(layer).toContain('usr/share/forge-single/version');
      await withMounted(stable, async (root) => {
        expect(await textOf(join(root, 'usr/share/forge-single/version'))).toBe('1.0-1+deb12u1\n');
      });
    });
  });

  it('takes an OCI archive, and gives the result the tag that is asked for', async () => {
    await withWorkspace(async (workspace) => {
      const { directory, repository } = workspace;
      const archive = join(directory, 'base.oci');
      const packed = `localhost/${repository}:packed`;
      await importImage(base.tar, packed, [...APPLICATION_CONFIG, '--label', `packed=${repository}`], makeVolume);
      await runChecked('buildah', ['push', '--quiet', packed, `oci-archive:${archive}`]);
      await removeImages([packed]);
      const ran = await workspace.patch([
        ...['--findings', await workspace.findings(base.eventsFor(undefined, { repository }))],
        ...['--base', archive, '--tag', 'approved'],
      ]);
      expect([ran.code, ran.image.outcome, ran.image.image]).toEqual([
        0,
        'patched',
        `localhost/${repository}:approved`,
      ]);
      await expectFixed(`localhost/${repository}:approved`);
      expect((await inspectImage(`localhost/${repository}:approved`))?.config).toMatchObject({ User: '1000:1000' });
      expect(await inspectImage(workspace.stable)).toBeUndefined();
    });
  });

  it('takes the tar of a root file system', async () => {
    await withWorkspace(async (workspace) => {
      await expectPatched(workspace, base.tar);
    });
  });

  it('takes an image whose configuration is empty', async () => {
    await withWorkspace(async (workspace) => {
      const bare = `localhost/${workspace.repository}:bare`;
      await importImage(base.tar, bare, []);
      await expectPatched(workspace, bare);
    });
  });

  it('gives the promoted image a tag of its day as well, and the same digest under both', async () => {
    await withWorkspace(async (workspace) => {
      const { repository, stable } = workspace;
      await expectPatched(workspace, image);
      const dated = (await workspace.images()).find((name) => /:\d{4}-\d{2}-\d{2}\.1$/.test(name));
      expect(dated).toMatch(new RegExp(`^localhost/${repository}:`));
      expect((await inspectImage(dated ?? ''))?.digest).toBe((await inspectImage(stable))?.digest);
    });
  });

  async function expectPatched(workspace: Workspace, from: string): Promise<void> {
    const { repository, stable } = workspace;
    const findings = await workspace.findings(base.eventsFor(undefined, { repository }));
    const ran = await workspace.patch(['--findings', findings, '--base', from]);
    expect([ran.code, ran.image.outcome, ran.image.detail]).toEqual([0, 'patched', undefined]);
    expect(ran.image).toMatchObject({ image: stable, contract: { ok: true, violations: [] } });
    expect(resultsOf(ran.image)).toEqual({ 'forge-pair': 'fixed', 'forge-single': 'fixed', 'forge-trio': 'fixed' });
    expect((await inspectImage(stable))?.digest).toBe(ran.image.digest);
    await expectFixed(stable);
  }

  async function expectFixed(reference: string): Promise<void> {
    const installed = new Map(
      (await debsOf(reference)).map(({ name, version, status }) => [name, `${status}${version}`]),
    );
    for (const { name, available, installed: old } of base.packages)
      expect([name, installed.get(name)]).toEqual([name, `ii ${available ?? old}`]);
  }
});
