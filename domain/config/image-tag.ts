/** Grammar of a tag (OCI distribution-spec). */
export const IMAGE_TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Tags of images that await their proof begin with this. */
export const CANDIDATE_TAG = 'candidate';

/** True where a tag is that of an image that awaits its proof. */
export function isCandidateTag(tag: string): boolean {
  return tag === CANDIDATE_TAG || tag.startsWith(`${CANDIDATE_TAG}-`);
}

/** True where a tag is one that the system gives itself: a candidate's, or the immutable `<date>.<n>`. */
export function isReservedTag(tag: string): boolean {
  return isCandidateTag(tag) || /^\d{4}-\d{2}-\d{2}\.\d+$/.test(tag);
}
