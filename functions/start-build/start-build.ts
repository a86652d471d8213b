import type { GoldenImage } from '../../domain/config/golden-image';
import type { Clock, FindingTable, ImageBuilder, Logger, RebuildSignal } from '../../domain/ports';
import { readHead, updateHead } from '../../domain/table/head-changes';
import { patchKey } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';

/** What start-build works with. */
export interface StartBuildPorts {
  readonly table: FindingTable;
  readonly signal: RebuildSignal;
  readonly builder: ImageBuilder;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What start-build did for an image, and why. */
export type StartBuildResult =
  | { readonly did: 'started'; readonly patch: PatchItem; readonly buildId: string }
  | { readonly did: 'nothing'; readonly why: StartBuildRefusal };

/**
 * Why nothing was started. `signal-unfinished`: the parameter's change was quicker than the patch's own state; to be
 * asked again.
 */
export type StartBuildRefusal = 'no-signal' | 'no-lease' | 'other-script' | 'signal-unfinished' | 'not-signaled';

/**
 * Starts the build that an image's parameter asks for, if the lease is that patch's. The builder takes the patch id as
 * its token, so a repeated event starts nothing twice.
 */
export function makeStartBuild(ports: StartBuildPorts): (image: GoldenImage) => Promise<StartBuildResult> {
  const { table, signal, builder, clock, logger } = ports;
  return async (image) => {
    const value = await signal.get(image.name);
    if (value === undefined) return { did: 'nothing', why: 'no-signal' };
    const lease = (await readHead(table, image.name))?.lease;
    if (lease === undefined) return { did: 'nothing', why: 'no-lease' };
    const patch = await table.get(patchKey(image.name, lease.patch));
    const isPatch = patch !== undefined && isPatchItem(patch);
    // Before the build the parameter is about to agree with the lease, or to be read as it is.
    if (isPatch && patch.scriptUri !== value.value && (patch.state === 'READY' || patch.state === 'SIGNALED'))
      return { did: 'nothing', why: 'signal-unfinished' };
    if (!isPatch || patch.scriptUri !== value.value) {
      logger.warn('the parameter names another script than the lease', { image: image.name, value: value.value });
      return { did: 'nothing', why: 'other-script' };
    }
    if (patch.state === 'READY') return { did: 'nothing', why: 'signal-unfinished' };
    if (patch.state !== 'SIGNALED') return { did: 'nothing', why: 'not-signaled' };
    const buildId = await builder.start({ image, patchId: patch.patchId, scriptUri: patch.scriptUri });
    await updateHead(table, image.name, (head) =>
      head.lease?.patch === patch.sequence ? { ...head, lease: { ...head.lease, buildId } } : undefined,
    );
    const building = await movePatch(table, patch, ['SIGNALED'], clock(), { state: 'BUILDING', buildId });
    logger.info('build started', { image: image.name, patch: patch.sequence, patchId: patch.patchId, buildId });
    return { did: 'started', patch: building ?? patch, buildId };
  };
}
