/** The tag of a reference `<repository>:<tag>`. */
export function tagOf(reference: string): string {
  return reference.slice(reference.lastIndexOf(':') + 1);
}

/** The reference by digest of the image that a reference by tag is about, whatever the tag. */
export function digestReference(tagged: string, digest: string): string {
  return `${tagged.slice(0, tagged.lastIndexOf(':'))}@${digest}`;
}
