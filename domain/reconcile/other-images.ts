import { isCandidateTag } from '../config/image-tag';

/** An image of a repository, as its registry lists it. */
export interface RegisteredDigest {
  readonly digest: string;
  readonly tags: readonly string[];
}

/**
 * True where a repository has an image that somebody could use: one with a tag that is not just a candidate's.
 * @param except digests that do not count, whatever tags they have: those that were built here and came to nothing keep the
 *   version tag that the builder gave them
 */
export function hasOtherImages(images: readonly RegisteredDigest[], except: ReadonlySet<string>): boolean {
  return images.some(({ digest, tags }) => !except.has(digest) && tags.some((tag) => !isCandidateTag(tag)));
}
