import type { GoldenImage } from '../config/golden-image';
import type { FindingTable } from '../ports';
import type { FindingItem } from './finding-item';
import { isFindingItem } from './finding-item';
import type { StateContext } from './finding-state';
import { judgeFinding, sameVerdict } from './finding-state';
import { pruneObservations } from './fold-observation';
import { FINDING_PREFIX, imagePartition } from './keys';
import type { Draft } from './update-item';
import { updateItem } from './update-item';

/** What an image's findings are judged on. */
export interface JudgeFindingsOptions extends Omit<StateContext, 'image'> {
  /** Digests whose observations are never dropped. */
  readonly keep: ReadonlySet<string>;
}

/**
 * Judges every finding of an image on a digest. Writes only the verdicts that differ, so that repeating it changes nothing.
 */
export async function judgeFindings(
  table: FindingTable,
  image: GoldenImage,
  { keep, ...options }: JudgeFindingsOptions,
): Promise<void> {
  const context = { ...options, image };
  const judged = (finding: FindingItem): Draft<FindingItem> | undefined => {
    const observations = pruneObservations(finding.observations, keep);
    const { state: _state, reason: _reason, judgedOn: _on, residualSince: _since, ...facts } = finding;
    const verdict = judgeFinding(finding, { ...finding, observations }, finding, context);
    const isSame = observations === finding.observations && sameVerdict(finding, verdict);
    return isSame ? undefined : { ...facts, observations, ...verdict };
  };
  for (const item of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    if (!isFindingItem(item) || judged(item) === undefined) continue;
    await updateItem<FindingItem>(table, item, isFindingItem, (known) =>
      known === undefined ? undefined : judged(known),
    );
  }
}
