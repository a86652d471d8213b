import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { Finding } from '../../domain/finding/finding';
import { findBase } from '../../domain/lineage/find-base';
import type { UnattributedReason } from '../../domain/table/unattributed-item';
import type { LineagePorts } from './ingest-ports';

/** A golden image that a finding of an application belongs to. */
export interface Base {
  readonly image: GoldenImage;
  /** Digest of the golden image that the application is built on. */
  readonly digest: string;
}

/** Whose a finding is: that of golden images, or nobody's and why. */
export type Attribution = { readonly bases: readonly Base[] } | { readonly reason: UnattributedReason };

/** What may be for want of knowing the golden image; a layer may seem the application's own for the same reason. */
const MAY_BE_UNKNOWN: ReadonlySet<UnattributedReason> = new Set(['no-golden-base', 'own-layer']);

/** What an image is built on. */
type Ancestry =
  | { readonly layers: readonly string[]; readonly bases: readonly (Base & { readonly length: number })[] }
  | { readonly reason: UnattributedReason };

/**
 * Makes the attribution of findings on images that are not golden themselves (docs/architecture.md, "Lineage"): a
 * finding belongs to the
 * golden image that its image is built on, if the layer that brought the package in is one of the golden image's. What an
 * image is built on is looked up once; where that makes the finding nobody's, once more after `learn` has learned of golden
 * images that were not known yet.
 * @param learn registers golden images; true where one was new
 */
export function makeAttribute(
  ports: LineagePorts,
  learn: () => Promise<boolean>,
): (finding: Finding) => Promise<Attribution> {
  const known = new Map<string, Promise<Ancestry>>();
  const attribute = async (finding: Finding): Promise<Attribution> => {
    const { repository, digest, architecture, sourceLayerHash } = finding;
    if (sourceLayerHash === undefined) return { reason: 'no-source-layer' };
    const key = `${repository}@${digest} ${architecture ?? ''}`;
    const ancestry = known.get(key) ?? findAncestry(ports, finding);
    known.set(key, ancestry);
    const found = await ancestry;
    if ('reason' in found) return found;
    const at = found.layers.indexOf(sourceLayerHash);
    const bases = found.bases.filter(({ length }) => at >= 0 && at < length);
    return bases.length > 0 ? { bases } : { reason: 'own-layer' };
  };
  return async (finding) => {
    const found = await attribute(finding);
    if (!('reason' in found) || !MAY_BE_UNKNOWN.has(found.reason) || !(await learn())) return found;
    known.clear();
    return await attribute(finding);
  };
}

async function findAncestry(
  { table, layers: registry, estate }: LineagePorts,
  { repository, digest, architecture }: Finding,
): Promise<Ancestry> {
  let layers: readonly string[] | undefined;
  try {
    layers = await registry.layersOf(repository, digest, architecture);
  } catch (error) {
    if (error instanceof BadInputError) return { reason: 'manifest-not-supported' };
    throw error;
  }
  if (layers === undefined) return { reason: 'image-not-found' };
  const images = new Map([...estate.byRepository.values()].map((image) => [image.name, image]));
  const items = await findBase(table, layers, (name) => images.has(name));
  const bases = items.flatMap((item) => {
    const image = images.get(item.image);
    return image === undefined ? [] : [{ image, digest: item.digest, length: item.layers.length }];
  });
  return bases.length > 0 ? { layers, bases } : { reason: 'no-golden-base' };
}
