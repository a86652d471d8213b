import type { Engine } from '../../adapters/local/engine/engine';
import { LocalImageBuilder } from '../../adapters/local/local-image-builder';
import { makePackageInventory } from '../../adapters/local/package-inventory';
import type { GoldenImage } from '../../domain/config/golden-image';
import { readHead } from '../../domain/table/head-changes';
import { makeStartBuild } from '../../functions/start-build/start-build';
import { makePackageProof } from '../../functions/track-build/package-proof';
import { makeTrackBuild } from '../../functions/track-build/track-build';
import { resumeBuild } from './resume-build';
import type { StateDirectory } from './state-directory';

/** Starts what the parameter asks for, waits for its end, and follows it through proof and promotion. */
export function makeBuildStep(
  ports: Omit<Parameters<typeof makeTrackBuild>[0], 'builder' | 'proof'> &
    Omit<Parameters<typeof makeStartBuild>[0], 'builder'> & {
      readonly state: StateDirectory;
      readonly engine: Engine;
      readonly onProgress: (message: string) => void;
    },
): (image: GoldenImage) => Promise<void> {
  const { state, registry, engine, onProgress } = ports;
  const builder = new LocalImageBuilder({ engine, registry, scripts: state.scripts, directory: state.builds });
  const startBuild = makeStartBuild({ ...ports, builder });
  const proof = makePackageProof({ ...ports, inventory: makePackageInventory(engine) });
  const trackBuild = makeTrackBuild({ ...ports, builder, proof, isAttended: true });
  return async (image) => {
    if ((await readHead(state.table, image.name))?.lease === undefined) {
      // A promotion may have been cut off at its very end.
      await trackBuild(image);
      return;
    }
    // A base that cannot be used is the user's to mend: nothing is started, and the signal stays.
    await registry.parentOf(image);
    const started = await startBuild(image);
    const buildId =
      started.did === 'started' ? started.buildId : await resumeBuild({ table: state.table, builder }, image);
    if (buildId !== undefined) {
      onProgress(`building ${image.name} with ${engine.name}`);
      await builder.wait(buildId);
      onProgress(`proving ${image.name}`);
    }
    await trackBuild(image);
  };
}
