import type { GoldenImage } from '../../domain/config/golden-image';
import { refusedInARow } from '../../domain/plan/failed-builds';
import { readStand, remember } from './image-facts';
import type { Actions, ReconcilePorts } from './reconcile-ports';

/**
 * Tells people where the start of an image's build was refused as often in a row as failed builds would stop it
 * (`policy.failuresBeforeStop`): once per run of refusals, which the next build that begins, or a person (`retry`), ends.
 * That it was told is remembered after it was, so that a crash between tells it again.
 */
export async function warnOfRefusals({ table, notifier, clock }: ReconcilePorts, image: GoldenImage): Promise<Actions> {
  const { patches, memory } = await readStand(table, image);
  const refused = refusedInARow(patches);
  const [first, last] = [refused[0], refused.at(-1)];
  if (first === undefined || last === undefined || refused.length < image.policy.failuresBeforeStop) return {};
  if (memory?.refusals?.first === first.sequence) return {};
  await notifier.notify({
    kind: 'refused',
    ...{ image: image.name, repository: image.repository, patch: last.sequence, patchId: last.patchId },
    refusals: refused.length,
    since: first.stateSince,
    detail: last.detail ?? '',
  });
  await remember(table, image, { refusals: { first: first.sequence, at: clock().toISOString() } });
  return { 'refusals-noticed': 1 };
}
