import type { GoldenImage } from '../../domain/config/golden-image';
import { BadInputError } from '../../domain/errors';
import type { ImageRegistry } from '../../domain/ports';
import type { ParentDigest, ParentUnknown } from '../../domain/reconcile/parent-digest';
import type { PublicParents } from '../registry/public-parents';

/** Where parents are. */
export interface ParentDigestsOptions {
  /** Host name of the account's own registry. */
  readonly host: string;
  /** The account's own registry. */
  readonly registry: Pick<ImageRegistry, 'parentOf'>;
  /** All others. */
  readonly publicParents: PublicParents;
}

/**
 * Digests of parents: those of the account's own registry by ECR, with the function's rights, and all others without any.
 * Throws where ECR cannot be had.
 */
export function makeParentDigests({
  host,
  registry,
  publicParents,
}: ParentDigestsOptions): (image: GoldenImage, known?: ParentDigest) => Promise<ParentDigest | ParentUnknown> {
  return async (image, known) => {
    const { parent, architecture } = image;
    if (parent === undefined) return { trouble: 'not-usable', detail: 'the image has no parent' };
    if (!parent.startsWith(`${host}/`)) return await publicParents({ parent, architecture, known });
    try {
      return { digest: (await registry.parentOf(image)).digest };
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      return { trouble: 'not-usable', detail: error.message };
    }
  };
}
