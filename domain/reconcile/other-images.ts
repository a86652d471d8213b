import { isCandidateTag } from '../config/image-tag';

/** An image of a repository, as its registry lists it. */
export interface RegisteredDigest {
  readonly digest: string;
  readonly tags: readonly string[];
}

/**
 * True where a repository has an image that somebody could use: one with a tag that is not just a candidate's. To be asked
 * before anything was built here: a build that came to nothing keeps the version tag that the builder gave it.
 */
export function hasOtherImages(images: readonly RegisteredDigest[]): boolean {
  return images.some(({ tags }) => tags.some((tag) => !isCandidateTag(tag)));
}
