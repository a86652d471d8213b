import type { GoldenImage } from '../../domain/config/golden-image';
import { readHead } from '../../domain/table/head-changes';
import type { RollBackPorts } from '../../functions/track-build/roll-back';
import { makeRollBack } from '../../functions/track-build/roll-back';

/** Finishes a rollback that was cut off: nothing else is done for the image before. */
export async function finishRollBack(ports: RollBackPorts, image: GoldenImage): Promise<void> {
  const moving = (await readHead(ports.table, image.name))?.moving;
  if (moving?.by === 'rollback') await makeRollBack(ports)(image, { ...moving.order, code: 'by-hand' });
}
