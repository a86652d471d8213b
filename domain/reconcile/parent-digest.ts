/** Why nobody knows an image's parent by its digest: codes, for counts and for people. */
export type ParentTrouble =
  /** Its registry answers nobody without credentials, or has no such repository: many say the same to both (401, 403). */
  | 'no-access'
  /** The registry has no such tag or repository (404). */
  | 'not-found'
  /** Too many requests (429); later. */
  | 'rate-limited'
  /** No connection, no answer in time, or a failure of the registry (5xx). */
  | 'unreachable'
  /** Its registry is, or sends on to, a place that no request may go to: an address that is not public, or no HTTPS. */
  | 'not-allowed'
  /** What the registry answered is not what the protocol says. */
  | 'unreadable'
  /** It is there and cannot be built from, e.g. it has no image for the architecture. */
  | 'not-usable';

/** The parent of a golden image, as its registry has it now. */
export interface ParentDigest {
  /** `sha256:…` of the manifest of the image's own architecture; of a parent that is pinned, the digest it is pinned to. */
  readonly digest: string;
  /** `sha256:…` of the list of manifests that it stands in; absent where it is in none, or that was not looked at. */
  readonly list?: string;
}

/** The digest is not known this time. */
export interface ParentUnknown {
  readonly trouble: ParentTrouble;
  /** One sentence for people, without its full stop. Of the same trouble it is the same every time. */
  readonly detail: string;
}
