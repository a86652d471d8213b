import { readBaseFacts } from '../../adapters/local/base-facts';
import type { Engine } from '../../adapters/local/engine/engine';
import { makePackageInventory } from '../../adapters/local/package-inventory';
import type { GoldenImage } from '../../domain/config/golden-image';
import { ecosystemIdFor, platformOf } from '../../domain/config/golden-image';
import { GoldenImagesError } from '../../domain/errors';
import type { BaseFacts } from '../../domain/platform/base-facts';
import type { ParkedReason } from '../../domain/policy/judge';
import type { FindingTable, ImageRegistry } from '../../domain/ports';
import type { FindingItem } from '../../domain/table/finding-item';
import { isFindingItem } from '../../domain/table/finding-item';
import { FINDING_PREFIX, imagePartition } from '../../domain/table/keys';

/** Reasons that another platform could change. */
const OF_THE_PLATFORM: ReadonlySet<string> = new Set<ParkedReason>([
  'fix-out-of-reach',
  'end-of-life',
  'unsupported-platform',
  'suppressed',
]);

/** What a golden image is completed with. */
export interface CompleteImagePorts {
  readonly table: FindingTable;
  readonly engine: Engine;
  readonly registry: ImageRegistry;
}

/**
 * Completes a golden image with what its base says of itself: its package manager, its platform. The base is only looked
 * at where a finding depends on it, that is before every plan.
 * @throws GoldenImagesError where nobody else says the platform, and the base cannot be used
 */
export async function completeImage(
  { table, engine, registry }: CompleteImagePorts,
  image: GoldenImage,
): Promise<GoldenImage> {
  if (image.ecosystem !== undefined && image.platform !== undefined) return image;
  const items = await table.query(imagePartition(image.name), FINDING_PREFIX);
  const dependent = items.filter(isFindingItem).filter((finding) => dependsOnBase(finding, image));
  if (dependent.length === 0) return image;
  try {
    const { reference } = await registry.parentOf(image);
    return { ...image, base: await readBaseFacts(engine, makePackageInventory(engine), reference) };
  } catch (error) {
    // Where the findings tell enough for a plan, the build says what is wrong with the base.
    const isKnown = dependent.every((finding) => platformKnown(finding, image));
    if (error instanceof GoldenImagesError && isKnown) return image;
    throw error;
  }
}

function dependsOnBase(finding: FindingItem, image: GoldenImage): boolean {
  if (finding.state === 'OPEN' || finding.state === 'RESIDUAL' || finding.reason === 'unsupported-platform')
    return true;
  return finding.state === 'PARKED' && OF_THE_PLATFORM.has(finding.reason ?? '') && !platformKnown(finding, image);
}

function platformKnown({ judgedOn, observations }: FindingItem, image: GoldenImage): boolean {
  const observed = judgedOn === undefined ? undefined : observations[judgedOn];
  return platformOf(image, observed?.platform) !== undefined;
}

/** What to tell of an image in whose base nothing can be upgraded; undefined where something can, or nobody looked. */
export function noPackageManager(image: GoldenImage): string | undefined {
  const { base } = image;
  if (base === undefined || image.ecosystem !== undefined) return undefined;
  if (base.distroless) return `its base is distroless${packagesOf(base)}, so nothing in it can be upgraded: ${REMEDY}`;
  return base.managers.length === 0 && ecosystemIdFor(image, undefined) === undefined
    ? `its base has no package manager that is known here, so nothing in it can be upgraded: ${REMEDY}`
    : undefined;
}

const REMEDY = 'rebuild it from a newer digest of its parent, or patch the parent';

function packagesOf({ packages, platform }: BaseFacts): string {
  const release = platform === undefined ? '' : ` ${platform.distribution} ${platform.version}`.trimEnd();
  return packages === undefined ? '' : ` (${packages} packages${release === '' ? '' : ` of${release}`})`;
}
