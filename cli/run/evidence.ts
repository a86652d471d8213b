import { createHash } from 'node:crypto';
import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError, GoldenImagesError } from '../../domain/errors';
import type { ScriptStore } from '../../domain/ports';
import type { ImageStatus } from '../../domain/status/image-status';
import { imageStatus } from '../../domain/status/image-status';
import { isHeadItem } from '../../domain/table/head-item';
import type { TableItem } from '../../domain/table/items';
import { imagePartition } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import type { OperatedState } from './operated-state';

/** What `evidence` prints. */
export interface EvidenceReport {
  readonly image: string;
  readonly patch: number;
  readonly state: PatchItem['state'];
  readonly approval?: PatchItem['approval'];
  /** Of the promoted patch: that the floating tag is not on its image any more, so that this is no evidence of what people get. */
  readonly tagMoved?: ImageStatus['tagMoved'];
  /** The script that was run; its bytes hash to `sha256`. */
  readonly script: { readonly uri: string; readonly sha256: string; readonly verified: true };
  /** Where the document is. */
  readonly uri: string;
  /** The document itself, as it was written when the candidate was proven. */
  readonly evidence: unknown;
}

/**
 * Reads the evidence of a patch, and checks that the script that it names is the one that was stored.
 * @param sequence of the patch; absent: the one whose image is promoted
 * @throws BadInputError where there is no such patch, or no evidence of it
 * @throws GoldenImagesError (proof) where the script is gone, or was changed
 */
export async function readEvidence(
  { table, scripts }: Pick<OperatedState, 'table' | 'scripts'>,
  image: GoldenImage,
  sequence: number | undefined,
): Promise<EvidenceReport> {
  const items = await table.query(imagePartition(image.name));
  const patch = patchOf(image, items, sequence);
  const { evidenceUri: uri, approval } = patch;
  if (uri === undefined)
    throw new BadInputError(`patch ${patch.sequence} of ${image.name} has no evidence: it is ${patch.state}`, {
      hint: 'evidence is written when a candidate is proven',
    });
  const text = await scripts.getAudit(uri);
  if (text === undefined)
    throw new BadInputError(`the evidence ${uri} is gone`, {
      hint: "the store's lifecycle rules may have removed it (environments.<name>.retention.auditDays)",
    });
  await verifyScript(scripts, patch);
  const isPromoted = items.find(isHeadItem)?.promoted?.patch === patch.sequence;
  const { tagMoved } = isPromoted ? imageStatus(image, items) : {};
  return {
    image: image.name,
    patch: patch.sequence,
    state: patch.state,
    ...(approval !== undefined && { approval }),
    ...(tagMoved !== undefined && { tagMoved }),
    script: { uri: patch.scriptUri, sha256: patch.patchId, verified: true },
    uri,
    evidence: parse(uri, text),
  };
}

function patchOf(image: GoldenImage, items: readonly TableItem[], sequence: number | undefined): PatchItem {
  const wanted = sequence ?? items.find(isHeadItem)?.promoted?.patch;
  if (wanted === undefined)
    throw new BadInputError(`no patch of ${image.name} is promoted`, {
      hint: 'name one with --patch; "golden-images status" shows them',
    });
  const patch = items.filter(isPatchItem).find((one) => one.sequence === wanted);
  if (patch === undefined) throw new BadInputError(`golden image ${image.name} has no patch ${wanted}`);
  return patch;
}

/** The patch id says what the script is; the store's name of it says the same, and its bytes must. */
async function verifyScript(scripts: ScriptStore, { scriptUri, patchId }: PatchItem): Promise<void> {
  let script: string;
  try {
    script = await scripts.getScript(scriptUri);
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    throw new GoldenImagesError('proof', error.message, { hint: error.hint, cause: error });
  }
  const sha256 = createHash('sha256').update(script, 'utf8').digest('hex');
  if (sha256 === patchId) return;
  throw new GoldenImagesError('proof', `the script ${scriptUri} hashes to ${sha256}, but the patch is ${patchId}`, {
    hint: 'the PATCH item or the script was changed by somebody: compare with the build log, and find out who',
  });
}

function parse(uri: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new GoldenImagesError('proof', `the evidence ${uri} is not JSON any more`, { cause: error });
  }
}
