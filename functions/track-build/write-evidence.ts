import type { GoldenImage } from '../../domain/config/golden-image';
import type { FindingTable } from '../../domain/ports';
import type { SettledFinding } from '../../domain/proof/settled-findings';
import { settledFindings } from '../../domain/proof/settled-findings';
import { isFindingItem } from '../../domain/table/finding-item';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import type { EvidenceFacts } from './evidence';
import { evidence } from './evidence';
import { readScriptReport } from './script-report';
import type { TrackBuildPorts } from './track-build-ports';

/**
 * Writes the evidence of a candidate, in place of what was written before, when it is held or promoted. A patch id is one
 * patch's: plan and attempt stand in its script. @returns its URI
 */
export async function writeEvidence(
  { scripts }: Pick<TrackBuildPorts, 'scripts'>,
  image: GoldenImage,
  patch: PatchItem,
  facts: Omit<EvidenceFacts, 'report'>,
): Promise<string> {
  const report = await readScriptReport(scripts, patch);
  const document = evidence(image, patch, { ...facts, report });
  return await scripts.putAudit(image.name, `${patch.patchId}.evidence.json`, `${JSON.stringify(document, null, 2)}\n`);
}

/** What becomes of an image's findings where one digest takes the place of another. */
export async function readSettled(
  table: FindingTable,
  image: GoldenImage,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<SettledFinding[]> {
  const findings = (await table.query(imagePartition(image.name), FINDING_PREFIX)).filter(isFindingItem);
  return settledFindings(findings, from, to);
}
