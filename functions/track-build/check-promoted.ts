import type { GoldenImage } from '../../domain/config/golden-image';
import { compareContracts } from '../../domain/contract/compare-contracts';
import { ecosystemOfPatch } from '../../domain/ecosystems/ecosystem-of-patch';
import { findNewFindings } from '../../domain/proof/find-new-findings';
import { presentIn } from '../../domain/proof/listed-findings';
import { readHead } from '../../domain/table/head-changes';
import type { PromotedDigest } from '../../domain/table/head-item';
import { patchKey } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import type { RollBackCode, RollBackPorts, RollBackResult } from './roll-back';
import { makeRollBack } from './roll-back';
import type { ScanListPorts } from './scan-lists';
import { acceptedRisk, knownOn, readList, SCANNER_GRACE_HOURS } from './scan-lists';

/** What the check works with. */
export type CheckPromotedPorts = RollBackPorts & ScanListPorts;

/** What checking a promoted image came to. */
export type CheckPromotedResult =
  | RollBackResult
  | {
      readonly did: 'nothing';
      readonly why:
        /** No patch's image is promoted, or there is none to go back to. */
        | 'not-promoted'
        /** The promotion is longer ago than policy looks back. */
        | 'outside-window'
        /** One of the two images is not in the registry, or not what it was. */
        | 'gone'
        | 'as-good-as-before';
    };

const HOUR = 3_600_000;

/**
 * Makes the check of a promoted image for a while after its promotion (`rollbackWindowHours`): its contract and what the
 * scanner lists of it now, against the image before. Where it is worse, it is rolled back.
 */
export function makeCheckPromoted(ports: CheckPromotedPorts): (image: GoldenImage) => Promise<CheckPromotedResult> {
  const rollBack = makeRollBack(ports);
  return async (image) => {
    const { table, clock } = ports;
    const { promoted, previous, moving } = (await readHead(table, image.name)) ?? {};
    // A rollback that was cut off is finished, whatever became of the patch since.
    if (moving?.by === 'rollback') return await rollBack(image, { ...moving.order, code: 'by-hand' });
    if (promoted?.patch === undefined || previous === undefined) return { did: 'nothing', why: 'not-promoted' };
    const patch = await table.get(patchKey(image.name, promoted.patch));
    if (patch === undefined || !isPatchItem(patch)) return { did: 'nothing', why: 'not-promoted' };
    if (patch.state !== 'PROMOTED') return { did: 'nothing', why: 'not-promoted' };
    const age = clock().getTime() - Date.parse(promoted.since);
    if (age > image.policy.rollbackWindowHours * HOUR || image.policy.rollbackWindowHours === 0)
      return { did: 'nothing', why: 'outside-window' };
    const worse = await whyWorse(ports, image, patch, { promoted, previous });
    if (worse === undefined) return { did: 'nothing', why: 'as-good-as-before' };
    if (worse === 'gone') return { did: 'nothing', why: 'gone' };
    return await rollBack(image, { by: 'system', ...worse });
  };
}

async function whyWorse(
  ports: CheckPromotedPorts,
  image: GoldenImage,
  patch: PatchItem,
  { promoted, previous }: { readonly promoted: PromotedDigest; readonly previous: PromotedDigest },
): Promise<{ readonly code: RollBackCode; readonly reason: string } | 'gone' | undefined> {
  const { registry, source } = ports;
  const [after, before] = [
    await registry.describe(promoted.reference, image.architecture),
    await registry.describe(previous.reference, image.architecture),
  ];
  if (after?.digest !== promoted.digest || before?.digest !== previous.digest) return 'gone';
  // Its labels and environment were judged with its parent in view, which may be another by now.
  const rules = { ...image.contract, removable: image.policy.removable, parent: after.contract };
  // What the image before breaks as well is not mended by going back to it.
  const alike = new Set(compareContracts(before, before, rules));
  const violations = compareContracts(before, after, rules).filter((violation) => !alike.has(violation));
  if (violations.length > 0 && patch.acceptsContract !== true)
    return { code: 'contract-broken', reason: violations.join('; ') };
  const { state } = await source.scanOf(image.repository, promoted.digest);
  if (state !== 'scanned') return undefined;
  const { listed } = await readList(source, image.repository, promoted.digest);
  // What is undecided is looked at again by the next run.
  const { worse } = findNewFindings(await knownOn(ports, image, previous.digest), presentIn(listed), {
    policy: image.policy,
    isAccepted: acceptedRisk(ports, image),
    targets: patch.targets,
    ecosystem: ecosystemOfPatch(patch),
    now: ports.clock(),
    graceHours: SCANNER_GRACE_HOURS,
  });
  return worse.length === 0 ? undefined : { code: 'worse', reason: worse.join('; ') };
}
