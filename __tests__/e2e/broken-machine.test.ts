import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runChecked } from '../../adapters/local/run-command';
import type { ForgedBase } from '../support/forge/forged-base';
import { offlineDebBase } from '../support/forge/offline-deb-base';
import { describeWithTools } from '../support/requires-tool';
import { runCli } from './support/cli';
import { debsOf, importImage, inspectImage, removeImages } from './support/store';
import { TOOLS, uniqueRepository, withWorkspace, type Workspace } from './support/workspace';

describeWithTools([...TOOLS, 'mount', 'umount'], 'patch: a machine that lets it down', () => {
  const image = `localhost/${uniqueRepository()}-base:1`;
  let base: ForgedBase;

  beforeAll(async () => {
    base = await offlineDebBase();
    await importImage(base.tar, image);
  });
  afterAll(async () => {
    await removeImages([image]);
  });

  it('ends with 3 where the builder cannot build at all, moves no tag, and the same command succeeds later', async () => {
    await withWorkspace(async (workspace) => {
      const toolsFirst = await fakeBuildah(workspace, 'build) echo "no space for layers" >&2; exit 125;;');
      const args = await argsFor(workspace);
      for (let time = 0; time < 4; time++) {
        const failed = await workspace.patch(args, { toolsFirst });
        expect([failed.code, failed.image.outcome, failed.image.reason]).toEqual([3, 'failed', 'builder']);
        expect(failed.image.detail).toContain('no space for layers');
        expect(await workspace.images()).toEqual([]);
      }
      await expectSuccess(workspace, args);
    });
  });

  it('goes on after a run that was killed in the middle of its build', async () => {
    await withWorkspace(async (workspace) => {
      const toolsFirst = await fakeBuildah(workspace, 'build) sleep 60; exit 125;;');
      const args = await argsFor(workspace);
      const killed = await runCli(['patch', '--json', '--state', workspace.state, ...args], {
        toolsFirst,
        killAt: 'building ',
        temporary: workspace.directory,
      });
      expect([killed.code, killed.stdout]).toEqual([-1, '']);
      expect(await workspace.images()).toEqual([]);
      await expectSuccess(workspace, args);
    });
  });

  it('goes on after a run that was killed between the build and the promotion', async () => {
    await withWorkspace(async (workspace) => {
      const args = await argsFor(workspace);
      const killed = await runCli(['patch', '--json', '--state', workspace.state, ...args], {
        killAt: 'proving ',
        temporary: workspace.directory,
      });
      expect([killed.code, killed.stdout]).toEqual([-1, '']);
      await expectSuccess(workspace, args);
      expect(await workspace.builds()).toBe(1);
    });
  });

  it('does not move the tag where the candidate cannot be read for its proof, and the same command succeeds later', async () => {
    await withWorkspace(async (workspace) => {
      const toolsFirst = await fakeBuildah(workspace, 'mount) echo "cannot mount" >&2; exit 1;;');
      const args = await argsFor(workspace);
      const failed = await runCli(['patch', '--json', '--state', workspace.state, ...args], { toolsFirst });
      expect([3, 4]).toContain(failed.code);
      expect(failed.stderr).toMatch(/^error:? .*cannot mount/m);
      expect(failed.stderr).not.toMatch(/^\s+at /m);
      expect(await inspectImage(workspace.stable)).toBeUndefined();
      await expectSuccess(workspace, args);
      expect(await workspace.builds()).toBe(1);
    });
  });

  // Kilobytes that are left on a state directory's file system: nothing, too little for the table, for the log.
  it.each([0, 60, 120, 200])(
    'says that the disk is full with %i KB left, moves no tag, and succeeds when it has room',
    async (left) => {
      await withWorkspace(async (workspace) => {
        const { state } = workspace;
        await mkdir(state);
        await runChecked('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', state]);
        try {
          const ballast = join(state, 'ballast');
          await writeFile(ballast, Buffer.alloc((1024 - left) * 1024)).catch(() => undefined);
          const args = await argsFor(workspace);
          const failed = await runCli(['patch', '--json', '--state', state, ...args]);
          expect([failed.code === 0, failed.code === -1]).toEqual([false, false]);
          expect(failed.stderr + failed.stdout).toMatch(/no space/i);
          expect(failed.stderr).not.toMatch(/^\s+at /m);
          expect(await inspectImage(workspace.stable)).toBeUndefined();
          await rm(ballast);
          await expectSuccess(workspace, args);
        } finally {
          await runChecked('umount', [state]);
        }
      });
    },
  );

  async function argsFor(workspace: Workspace): Promise<string[]> {
    const { repository } = workspace;
    return ['--findings', await workspace.findings(base.eventsFor(undefined, { repository })), '--base', image];
  }
});

/** A directory with a `buildah` that fails in one subcommand and is the machine's own in all others. */
async function fakeBuildah({ directory }: Workspace, branch: string): Promise<string> {
  const tools = join(directory, 'tools');
  await mkdir(tools);
  const program = join(tools, 'buildah');
  await writeFile(
    program,
    `#!/bin/sh\ncase "$1" in\n  ${branch}\nesac\nPATH=\${PATH#*:}\nexport PATH\nexec buildah "$@"\n`,
  );
  await chmod(program, 0o755);
  return tools;
}

async function expectSuccess(workspace: Workspace, args: readonly string[]): Promise<void> {
  const ran = await workspace.patch(args);
  expect([ran.code, ran.image.outcome, ran.image.image]).toEqual([0, 'patched', workspace.stable]);
  expect((await inspectImage(workspace.stable))?.digest).toBe(ran.image.digest);
  const single = (await debsOf(workspace.stable)).find(({ name }) => name === 'forge-single');
  expect(single).toMatchObject({ version: '1.0-1+deb12u1', status: 'ii ' });
  expect((await workspace.patch(args)).image.outcome).toBe('nothing-to-do');
}
