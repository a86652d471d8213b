import type { GoldenImage } from '../../domain/config/golden-image';
import { BuildRefusedError } from '../../domain/errors';
import type { Clock, FindingTable, ImageBuilder, Logger, RebuildSignal } from '../../domain/ports';
import { isRefused } from '../../domain/plan/failed-builds';
import { readHead, updateHead } from '../../domain/table/head-changes';
import type { Lease } from '../../domain/table/head-item';
import { patchKey } from '../../domain/table/keys';
import { movePatch } from '../../domain/table/move-patch';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { visible } from '../../domain/vetting/text';
import { endRefused } from './end-refused';

/** Most characters of why a build was refused. */
const DETAIL_LIMIT = 600;

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
  /** The builder has refused the build, and nothing was started: the patch has failed, and is looked at again later. */
  | { readonly did: 'refused'; readonly patch: PatchItem; readonly error?: unknown }
  | { readonly did: 'nothing'; readonly why: StartBuildRefusal };

/**
 * Why nothing was started. `signal-unfinished`: the parameter's change was quicker than the patch's own state; to be
 * asked again.
 */
export type StartBuildRefusal = 'no-signal' | 'no-lease' | 'other-script' | 'signal-unfinished' | 'not-signaled';

/**
 * Starts the build that an image's parameter asks for, if the lease is that patch's. The builder takes the patch id as
 * its token, so a repeated event starts nothing twice. A build that is refused for good gives its lease back, unless an
 * earlier try may have started it: HEAD says so from before the builder is asked until it is known that it did not.
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
    // One that was cut off before its lease was given back.
    if (isRefused(patch)) return { did: 'refused', patch: await endRefused(ports, image, patch, patch.detail ?? '') };
    if (patch.state !== 'SIGNALED') return { did: 'nothing', why: 'not-signaled' };
    const note = async (facts: Partial<Pick<Lease, 'asked' | 'buildId'>>): Promise<void> => {
      await updateHead(table, image.name, (head) =>
        head.lease?.patch === patch.sequence ? { ...head, lease: { ...head.lease, ...facts } } : undefined,
      );
    };
    if (lease.asked === undefined) await note({ asked: clock().toISOString() });
    let buildId: string;
    try {
      buildId = await builder.start({ image, patchId: patch.patchId, scriptUri: patch.scriptUri });
    } catch (error) {
      if (!(error instanceof BuildRefusedError) || lease.asked !== undefined) throw error;
      const detail = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
      return { did: 'refused', patch: await endRefused(ports, image, patch, visible(detail, DETAIL_LIMIT)), error };
    }
    await note({ buildId });
    const building = await movePatch(table, patch, ['SIGNALED'], clock(), { state: 'BUILDING', buildId });
    logger.info('build started', { image: image.name, patch: patch.sequence, patchId: patch.patchId, buildId });
    return { did: 'started', patch: building ?? patch, buildId };
  };
}
