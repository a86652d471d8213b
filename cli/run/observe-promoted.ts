import { z } from 'zod';
import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import { platformOf } from '../../domain/config/golden-image';
import { requireEcosystem } from '../../domain/ecosystems';
import type { EcosystemId, InstalledPackage } from '../../domain/ecosystems/ecosystem';
import type { Clock, FindingTable, ScriptStore } from '../../domain/ports';
import { deriveObservation } from '../../domain/proof/derive-observation';
import type { FindingItem, Observation } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { judgeFinding } from '../../domain/table/finding-state';
import { foldObservation } from '../../domain/table/fold-observation';
import { readHead } from '../../domain/table/head-changes';
import { FINDING_PREFIX, imagePartition, patchKey } from '../../domain/table/keys';
import { isPatchItem } from '../../domain/table/patch-item';
import { updateItem } from '../../domain/table/update-item';

const packageList = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    arch: z.string(),
    source: z.string(),
    sourceVersion: z.string(),
    held: z.boolean(),
  }),
);

/**
 * The local mode has no scanner of its own: findings keep coming for the image that was scanned, while the current one
 * is what was promoted here. What its package database says about each of them is observed, so that a finding that is
 * new and not yet fixed opens, and one that the patch has settled stays settled.
 */
export async function observePromoted(
  ports: { readonly table: FindingTable; readonly scripts: ScriptStore; readonly clock: Clock },
  image: GoldenImage,
  exceptions: Estate['exceptions'],
): Promise<void> {
  const { table, scripts, clock } = ports;
  const head = await readHead(table, image.name);
  const promoted = head?.promoted;
  if (promoted?.packagesUri === undefined || promoted.patch === undefined) return;
  const patch = await table.get(patchKey(image.name, promoted.patch));
  if (patch === undefined || !isPatchItem(patch)) return;
  const scanned = new Set([...promoted.descendsFrom, head?.adopted?.digest]);
  let packages: InstalledPackage[] | undefined;
  for (const item of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    if (!isFindingItem(item)) continue;
    const observed = newest(item, scanned);
    const known = item.observations[promoted.digest];
    if (observed === undefined || (known !== undefined && known.observedAt >= observed.observedAt)) continue;
    packages ??= packageList.parse(JSON.parse((await scripts.getAudit(promoted.packagesUri)) ?? '[]'));
    const next = deriveObservation(
      item.packageManager,
      item.package,
      observed,
      {
        packages,
        ecosystem: requireEcosystem(patch.ecosystem as EcosystemId),
        platform: platformOf(image, observed.platform),
      },
      observed.observedAt,
    );
    await updateItem<FindingItem>(table, item, isFindingItem, (stored) => {
      if (stored === undefined) return undefined;
      const folded = foldObservation(stored, promoted.digest, next, stored.firstObservedAt, new Set([promoted.digest]));
      if (folded === stored) return undefined;
      const { reason: _reason, residualSince: _since, judgedOn: _on, ...rest } = stored;
      const verdict = judgeFinding(stored, folded, stored, {
        image,
        exceptions,
        current: promoted.digest,
        now: clock(),
      });
      return { ...rest, ...folded, ...verdict };
    });
  }
}

function newest(item: FindingItem, digests: ReadonlySet<string | undefined>): Observation | undefined {
  return Object.entries(item.observations)
    .filter(([digest]) => digests.has(digest))
    .map(([, observation]) => observation)
    .reduce<Observation | undefined>(
      (left, right) => (left === undefined || right.observedAt > left.observedAt ? right : left),
      undefined,
    );
}
