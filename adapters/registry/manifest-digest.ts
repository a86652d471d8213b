import { createHash } from 'node:crypto';
import { BadInputError } from '../../domain/errors';
import type { ParentDigest } from '../../domain/reconcile/parent-digest';
import {
  ACCEPTED_MEDIA_TYPES,
  chooseManifest,
  IMAGE_TYPES,
  NoImageForArchitectureError,
  parseManifest,
} from '../aws/ecr-manifest';
import type { AnonymousAnswer } from './anonymous-request';
import { type AskManifest, assertAnswered } from './registry-conversation';
import { RegistryTroubleError } from './registry-trouble-error';

const ACCEPT = ACCEPTED_MEDIA_TYPES.join(', ');
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** Answers of registries that know no HEAD. */
const NO_HEAD: ReadonlySet<number> = new Set([400, 405, 501]);

/** Which image is meant. */
export interface WantedManifest {
  /** The registry's host, for messages. */
  readonly hostname: string;
  /** Tag or digest. */
  readonly tag: string;
  /** Chooses in a list of manifests, e.g. `arm64`. */
  readonly architecture: string;
  /** What was seen before: a list that is the same has the same image in it, and is not read again. */
  readonly known?: ParentDigest | undefined;
}

/**
 * Digest of the image that a tag has, of a list of manifests the one for the architecture, as for images in ECR. A list within
 * a list is not followed: its own digest stands for its image.
 *
 * A registry is asked with HEAD, which Docker Hub does not count as a pull (docs.docker.com, "Usage and limits"); a list is
 * read where it is another one than before.
 *
 * @throws RegistryTroubleError where the digest cannot be known
 */
export async function manifestDigest(ask: AskManifest, wanted: WantedManifest): Promise<ParentDigest> {
  const { hostname, tag, known } = wanted;
  const head = await ask('HEAD', tag, ACCEPT);
  if (NO_HEAD.has(head.status)) return await readManifest(ask, wanted, tag);
  if (head.status === 429)
    throw new RegistryTroubleError('rate-limited', `${hostname} has been asked too often`, { isWholeRegistry: true });
  assertAnswered(head.status, { hostname });
  const digest = digestIn(head);
  if (digest === undefined) return await readManifest(ask, wanted, tag);
  if (IMAGE_TYPES.has(mediaTypeOf(head) ?? '')) return { digest };
  if (known?.list === digest) return { digest: known.digest, list: digest };
  return await readManifest(ask, wanted, digest);
}

async function readManifest(ask: AskManifest, wanted: WantedManifest, tagOrDigest: string): Promise<ParentDigest> {
  const { hostname, tag, architecture, known } = wanted;
  const answer = await ask('GET', tagOrDigest, ACCEPT);
  assertAnswered(answer.status, { hostname });
  const digest = `sha256:${createHash('sha256').update(answer.body).digest('hex')}`;
  const claimed = DIGEST.test(tagOrDigest) ? tagOrDigest : (digestIn(answer) ?? digest);
  if (claimed !== digest)
    throw new RegistryTroubleError('unreadable', `${hostname} gives a manifest that is not what its digest says`);
  if (known?.list === digest) return { digest: known.digest, list: digest };
  try {
    const manifest = parseManifest(tag, mediaTypeOf(answer), answer.body.toString('utf8'));
    if (manifest.kind === 'image') return { digest };
    return { digest: chooseManifest(tag, manifest, architecture), list: digest };
  } catch (cause) {
    if (cause instanceof NoImageForArchitectureError)
      throw new RegistryTroubleError('not-usable', `it has no image for linux/${architecture}`, { cause });
    if (!(cause instanceof BadInputError)) throw cause;
    throw new RegistryTroubleError('unreadable', `${hostname} gives a manifest that cannot be read`, { cause });
  }
}

/** The digest that a registry tells (OCI distribution-spec, "Pulling manifests"); undefined where it tells none of SHA-256. */
function digestIn({ headers }: AnonymousAnswer): string | undefined {
  const digest = headers['docker-content-digest'];
  return typeof digest === 'string' && DIGEST.test(digest) ? digest : undefined;
}

/** Media type of the answer; undefined where it is not of a manifest, whose own word counts then. */
function mediaTypeOf({ headers }: AnonymousAnswer): string | undefined {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  return type !== undefined && ACCEPTED_MEDIA_TYPES.includes(type) ? type : undefined;
}
