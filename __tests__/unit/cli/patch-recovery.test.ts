import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine, EngineImage } from '../../../adapters/local/engine/engine';
import { patch } from '../../../cli/run/patch';
import type { PatchReport } from '../../../cli/run/patch-report';
import { openStateDirectory } from '../../../cli/run/state-directory';
import { readHead, updateHead } from '../../../domain/table/head-changes';
import { imagePartition, PATCH_PREFIX, patchKey } from '../../../domain/table/keys';
import { isPatchItem } from '../../../domain/table/patch-item';
import { postponeImage } from '../../../domain/table/postpone';
import { modelWorld } from '../author/model-world';
import { answerOf } from '../author/samples';
import { inspectorEvent } from '../finding/inspector-sample';
import { digestOf, makeItem, makeObservation, makePatch, NOW, silent } from '../table/samples';

let engine: Engine;
jest.mock('../../../adapters/local/engine/choose-engine', () => ({
  chooseEngine: async () => await Promise.resolve(engine),
}));

let directory: string;
let builds: number;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'patch-recovery-'));
  builds = 0;
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function image(digest: string): EngineImage {
  return {
    digest,
    size: 1,
    layers: [],
    onBuild: [],
    format: 'oci',
    contract: {
      ...{ user: '', entrypoint: [], cmd: [], env: [], workdir: '', ports: [], volumes: [], labels: {} },
      ...{ architecture: 'amd64', healthcheck: '', shell: [], stopSignal: '' },
    },
  };
}

/** An engine whose builds end before they run the script, e.g. because its network is not there. */
function engineOf(store: Map<string, string>): Engine {
  return {
    name: 'buildah',
    inspect: async (reference) => {
      const digest = store.get(reference);
      return await Promise.resolve(digest === undefined ? undefined : image(digest));
    },
    pull: async () => {
      await Promise.resolve();
    },
    loadArchive: async () => {
      await Promise.resolve();
    },
    build: async ({ logFile }) => {
      builds++;
      writeFileSync(logFile, 'error: no space left on device\n');
      return await Promise.resolve(125);
    },
    tag: async (source, target) => {
      store.set(target, store.get(source) ?? '');
      await Promise.resolve();
    },
    untag: async (reference) => {
      store.delete(reference);
      await Promise.resolve();
    },
    extract: async () => {
      await Promise.resolve();
    },
  };
}

async function run(findings: unknown = inspectorEvent()): Promise<PatchReport> {
  const config = join(directory, 'golden-images.yaml');
  const events = join(directory, 'events.json');
  writeFileSync(
    config,
    `version: 1
images:
  - { name: debian-12, repository: golden/debian-12, parent: "debian:12", platform: DEBIAN_12, ecosystem: apt }
`,
  );
  writeFileSync(events, JSON.stringify(findings));
  return await patch({
    ...{ findings: [events], config, images: [], engine: 'buildah', retry: false, state: join(directory, 'state') },
    ...{
      clock: () => NOW,
      logger: silent,
      onProgress: () => undefined,
      onFailure: () => undefined,
      onWarning: () => undefined,
    },
  });
}

describe('patch on this machine', () => {
  it('leaves a build that the engine could not do for later, and does not say that a model is waited for', async () => {
    engine = engineOf(
      new Map([
        ['debian:12', digestOf('0')],
        ['docker.io/library/debian:12', digestOf('0')],
      ]),
    );
    const report = await run();
    expect({ builds, report: report.images['debian-12'] }).toMatchObject({
      builds: 1,
      report: { outcome: expect.any(String) as string, reason: 'builder' },
    });
  });

  it('carries on with a rollback that was cut off', async () => {
    const stable = 'localhost/golden/debian-12:stable';
    const [from, to] = ['localhost/golden/debian-12:2024-05-02.1', 'localhost/golden/debian-12:2024-05-01.1'];
    const store = new Map([
      ['debian:12', digestOf('0')],
      [stable, digestOf('c')],
      [from, digestOf('c')],
      [to, digestOf('b')],
    ]);
    engine = engineOf(store);
    const state = await openStateDirectory(join(directory, 'state'));
    for (const sequence of [1, 2])
      await state.table.put(
        makePatch({
          ...patchKey('debian-12', sequence),
          sequence,
          state: sequence === 2 ? 'ROLLED_BACK' : 'PROMOTED',
          planHash: String(sequence),
        }),
        0,
      );
    // Where `golden-images rollback` was killed after PATCH became ROLLED_BACK, and before the tag moved.
    await updateHead(state.table, 'debian-12', (head) => ({
      ...head,
      judged: digestOf('c'),
      promoted: { digest: digestOf('c'), reference: from, patch: 2, since: NOW.toISOString(), descendsFrom: [] },
      previous: { digest: digestOf('b'), reference: to, patch: 1, since: NOW.toISOString(), descendsFrom: [] },
      moving: { by: 'rollback', from: digestOf('c'), order: { by: 'me', reason: 'bad', code: 'by-hand' } },
    }));
    state.close();
    await run();
    await run();
    const after = await openStateDirectory(join(directory, 'state'));
    const head = await readHead(after.table, 'debian-12');
    after.close();
    expect({ moving: head?.moving, promoted: head?.promoted?.digest, stable: store.get(stable) }).toEqual({
      moving: undefined,
      promoted: digestOf('b'),
      stable: digestOf('b'),
    });
  });

  it('carries on where a promotion was cut off at its very end, also without findings of the image', async () => {
    engine = engineOf(
      new Map([
        ['debian:12', digestOf('0')],
        ['localhost/golden/debian-12:stable', digestOf('c')],
        ['localhost/golden/debian-12:2024-05-02.1', digestOf('c')],
      ]),
    );
    const state = await openStateDirectory(join(directory, 'state'));
    await state.table.put(makePatch({ state: 'PROMOTED', planHash: 'other' }), 0);
    await state.table.put(
      makeItem({ observations: { [digestOf('c')]: makeObservation() }, judgedOn: digestOf('c') }),
      0,
    );
    await updateHead(state.table, 'debian-12', (head) => ({
      ...head,
      judged: digestOf('b'),
      promoted: {
        ...{ digest: digestOf('c'), reference: 'localhost/golden/debian-12:2024-05-02.1', patch: 1 },
        ...{ since: NOW.toISOString(), descendsFrom: [] },
      },
    }));
    state.close();
    await run([]);
    const after = await openStateDirectory(join(directory, 'state'));
    const head = await readHead(after.table, 'debian-12');
    const patches = (await after.table.query(imagePartition('debian-12'), PATCH_PREFIX)).filter(isPatchItem);
    after.close();
    expect(head?.judged).toBe(digestOf('c'));
    expect(patches.length).toBeGreaterThan(1);
  });
});

describe('author bedrock', () => {
  it('is asked about what has become open since, although a build that failed is to be tried later', async () => {
    const here = await modelWorld({
      choice: 'bedrock',
      answers: [answerOf(['apt-get install -y --only-upgrade glibc'])],
    });
    await postponeImage(here.table, 'debian-12', 'patch 1 was not built: no space left', NOW, 86_400);
    expect(await here.generate()).toMatchObject({ did: 'planned' });
  });
});
