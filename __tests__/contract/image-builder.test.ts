import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../adapters/local/engine/engine';
import { makeEngineRegistry } from '../../adapters/local/engine-registry';
import { LocalImageBuilder } from '../../adapters/local/local-image-builder';
import { MemoryScriptStore } from '../../adapters/local/memory-script-store';
import { makeImage } from '../unit/table/samples';
import { describeImageBuilder } from './image-builder.contract';
import { memoryEngine } from './memory-engine';

describeImageBuilder('a container engine', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'golden-images-builder-'));
  const store = memoryEngine();
  store.add('localhost/base:1');
  const engine: Engine = {
    ...store,
    build: async (build) => {
      if (store.exitCode !== 0) await writeFile(build.logFile, 'golden-images: refresh failed\n');
      return await store.build(build);
    },
  };
  const scripts = new MemoryScriptStore();
  const registry = makeEngineRegistry({ engine, base: 'localhost/base:1' });
  const builder = new LocalImageBuilder({ engine, registry, scripts, directory: join(directory, 'builds') });
  return {
    builder,
    image: makeImage(),
    script: async (text) => {
      const { uri, sha256 } = await scripts.putScript('debian-12', text);
      return { patchId: sha256, scriptUri: uri };
    },
    plan: (end) => {
      store.exitCode = end === 'available' ? 0 : 1;
    },
    end: async (id) => {
      await builder.wait(id);
    },
    runs: () => store.builds.length,
    dispose: async () => {
      await rm(directory, { recursive: true });
    },
  };
});
