import type { Estate, GoldenImage } from '../../domain/config/golden-image';
import { platformOf } from '../../domain/config/golden-image';
import { requireEcosystem } from '../../domain/ecosystems';
import type { EcosystemId, InstalledPackage } from '../../domain/ecosystems/ecosystem';
import type { Clock, FindingTable } from '../../domain/ports';
import { newestOn } from '../../domain/lineage/observation-on';
import { deriveObservation } from '../../domain/proof/derive-observation';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { judgeFinding } from '../../domain/table/finding-state';
import { foldObservation } from '../../domain/table/fold-observation';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';
import type { ResidualReason } from '../../domain/script/result-line';
import { updateItem } from '../../domain/table/update-item';

/** A digest whose package database is known. */
export interface KnownDigest {
  readonly digest: string;
  readonly ecosystem: string;
  readonly packages: readonly InstalledPackage[];
}

/** How findings are observed on a digest. */
export interface ObserveOptions {
  readonly exceptions: Estate['exceptions'];
  /** Digests whose findings speak about this one too. */
  readonly from: ReadonlySet<string>;
  /** Digests whose observations must stay. */
  readonly keep: ReadonlySet<string>;
  /** Why a finding about a package stays below its floor, where a build has just shown that. */
  readonly residual?: (packageName: string, floor: string | undefined) => ResidualReason | undefined;
}

/**
 * Notes, for every finding of an image that was seen on one of the digests `from`, or in an application built on it, what the
 * package database of another digest says about it, and judges it there. Repeating it changes nothing.
 */
export async function observeDigest(
  { table, clock }: { readonly table: FindingTable; readonly clock: Clock },
  image: GoldenImage,
  known: KnownDigest,
  options: ObserveOptions,
): Promise<void> {
  const { exceptions, from, residual } = options;
  const ecosystem = requireEcosystem(known.ecosystem as EcosystemId);
  const keep = new Set([...options.keep, known.digest]);
  const now = clock();
  for (const item of await table.query(imagePartition(image.name), FINDING_PREFIX)) {
    if (!isFindingItem(item)) continue;
    await updateItem<FindingItem>(table, item, isFindingItem, (finding) => {
      const observed = finding === undefined ? undefined : newestOn(finding, from);
      if (finding === undefined || observed === undefined) return undefined;
      const inventory = { packages: known.packages, ecosystem, platform: platformOf(image, observed.platform) };
      const next = deriveObservation(finding.packageManager, finding.package, observed, inventory);
      const folded = foldObservation(finding, known.digest, next, finding.firstObservedAt, keep);
      if (folded === finding) return undefined;
      const verdict = judgeFinding(finding, folded, finding, { image, exceptions, current: known.digest, now });
      const reason = verdict.state === 'OPEN' ? residual?.(finding.package, next.floor) : undefined;
      const { reason: _reason, residualSince: _since, ...rest } = finding;
      return {
        ...rest,
        ...folded,
        ...verdict,
        ...(reason !== undefined && { state: 'RESIDUAL', reason, residualSince: now.toISOString() }),
      };
    });
  }
}
