import type { Severity } from '../finding/severity';

/** A vulnerability of a package, as people and other systems are told of it. */
export interface NotedVulnerability {
  readonly vulnerabilityId: string;
  readonly package: string;
  readonly severity: Severity;
  /** Why it stays; only of residual ones. */
  readonly reason?: string;
}

interface AboutImage {
  /** Name of the golden image. */
  readonly image: string;
  /** ECR repository, without registry. */
  readonly repository: string;
}

interface AboutPatch extends AboutImage {
  /** Sequence of the patch. */
  readonly patch: number;
  /** SHA-256 (hex) of its script. */
  readonly patchId: string;
}

/** The floating tag points at a new digest. Also sent to EventBridge (docs/golden-image-promoted.schema.json). */
export interface PromotedNotice extends AboutPatch {
  readonly kind: 'promoted';
  readonly digest: string;
  /** Digest that it took the place of: what the tag pointed at, else the newest that was scanned; absent where there was none. */
  readonly previousDigest?: string;
  /** Tags that point at the digest now. */
  readonly tags: readonly string[];
  readonly fixed: readonly NotedVulnerability[];
  readonly residual: readonly NotedVulnerability[];
  readonly evidenceUri: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The floating tag points at the digest before again. Also sent to EventBridge (docs/golden-image-rolled-back.schema.json). */
export interface RolledBackNotice extends AboutPatch {
  readonly kind: 'rolled-back';
  readonly digest: string;
  /** Digest that was taken back. */
  readonly from: string;
  readonly tags: readonly string[];
  readonly by: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
}

/** What people are told; each is sent at least once, and may be sent again after a crash. */
export type Notice =
  | PromotedNotice
  | RolledBackNotice
  /** A candidate is not promoted. */
  | (AboutPatch & {
      readonly kind: 'held';
      readonly reason: string;
      readonly detail: string;
      /** True where a person has asked for the build: it is not tried again by itself. */
      readonly isByHand?: true;
    })
  /** The breaker has stopped an image: too many failures in a row. */
  | (AboutPatch & {
      readonly kind: 'stopped';
      readonly failures: number;
      /** ISO 8601; when the first of them failed. */
      readonly since: string;
      /** Of the last one. `builder`: its script never ran to its end. */
      readonly reason: 'script' | 'builder';
      /** The last one's, in the builder's words. */
      readonly detail: string;
    })
  /** Builds of an image are refused again and again, before anything is started; they are asked for again all the same. */
  | (AboutPatch & {
      readonly kind: 'refused';
      /** Starts that were refused in a row. */
      readonly refusals: number;
      /** ISO 8601; when the first of them was refused. */
      readonly since: string;
      /** The last one's, in the builder's words. */
      readonly detail: string;
    })
  /** A patch waits for a person. `summary`: what it would do, a sentence each. */
  | (AboutPatch & {
      readonly kind: 'approval-requested';
      readonly summary: readonly string[];
      /** ISO 8601; when it is too old. */
      readonly expiresAt: string;
    })
  /** The scanner is about to stop looking at the promoted image, or has: then findings close without being fixed. */
  | (AboutImage & {
      readonly kind: 'scan-eligibility';
      readonly digest: string;
      readonly state: 'expiring' | 'expired';
      readonly detail: string;
    })
  /** Somebody else has moved the floating tag, or taken it away: what people get by it is not what was proven. */
  | (AboutImage & {
      readonly kind: 'tag-moved';
      /** The floating tag. */
      readonly tag: string;
      /** Digest that it is on; absent where there is no such tag any more. */
      readonly digest?: string;
      /** Digest that was promoted. */
      readonly proven: string;
      /** Reference of that one, with its immutable tag. */
      readonly reference: string;
      /** What is known of the digest: the promoted image before; one that was built here; nothing; no digest at all. */
      readonly origin: 'previous' | 'built' | 'unknown' | 'none';
      /** ISO 8601; when it was first seen there. */
      readonly since: string;
    });

/** Kinds of notices. */
export type NoticeKind = Notice['kind'];
