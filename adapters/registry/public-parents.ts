import { isDockerHub, parseImageReference } from '../../domain/config/image-reference';
import type { ParentDigest, ParentUnknown } from '../../domain/reconcile/parent-digest';
import { type AnonymousSend, makeAnonymousSend } from './anonymous-request';
import { manifestDigest } from './manifest-digest';
import { makeAskManifest } from './registry-conversation';
import { RegistryTroubleError } from './registry-trouble-error';

/** Milliseconds that all requests about one parent may take together. */
const TIMEOUT_MS = 6_000;
/** The host of Docker Hub that speaks its registry's protocol. */
const DOCKER_HUB_HOST = 'registry-1.docker.io';

/** What parents are looked up with. */
export interface PublicParentsOptions {
  /** @default requests to public places */
  readonly send?: AnonymousSend;
  /** Origin of a registry by its host. For tests. @default `https://<host>` */
  readonly originOf?: (host: string) => string;
  /** Milliseconds. For tests. @default 6000 */
  readonly timeoutMs?: number;
}

/** A parent's reference, its image's architecture, and what was seen of it before. */
export interface PublicParent {
  readonly parent: string;
  readonly architecture: string;
  readonly known?: ParentDigest | undefined;
}

/** Tells a parent's digest. Never throws for what a registry does. */
export type PublicParents = (parent: PublicParent) => Promise<ParentDigest | ParentUnknown>;

/**
 * Digests of parents in public registries, for one run: the same parent is looked up once, and a registry that cannot be had
 * is not asked again. Requests carry no credentials. A parent that is pinned to a digest needs none.
 */
export function makePublicParents(options: PublicParentsOptions = {}): PublicParents {
  const { send = makeAnonymousSend(), originOf = (host) => `https://${host}`, timeoutMs = TIMEOUT_MS } = options;
  const seen = new Map<string, Promise<ParentDigest | ParentUnknown>>();
  const down = new Map<string, ParentUnknown>();

  async function look({ parent, architecture, known }: PublicParent): Promise<ParentDigest | ParentUnknown> {
    const reference = parseImageReference(parent);
    if (reference === undefined) return { trouble: 'not-usable', detail: 'it is no image reference' };
    const { registry = DOCKER_HUB_HOST, tag = 'latest', digest } = reference;
    if (digest !== undefined) return { digest };
    const isHub = isDockerHub(reference);
    const host = isHub ? DOCKER_HUB_HOST : registry;
    const outage = down.get(host);
    if (outage !== undefined) return outage;
    const origin = originOf(host);
    if (!URL.canParse(origin))
      return { trouble: 'not-allowed', detail: `${host} is not the name of a public registry` };
    const isOfficial = isHub && !reference.repository.includes('/');
    const repository = isOfficial ? `library/${reference.repository}` : reference.repository;
    const ask = makeAskManifest({ hostname: host, origin, repository, send, signal: AbortSignal.timeout(timeoutMs) });
    try {
      return await manifestDigest(ask, { hostname: host, tag, architecture, known });
    } catch (error) {
      if (!(error instanceof RegistryTroubleError)) throw error;
      const unknown = { trouble: error.trouble, detail: error.message };
      if (error.isWholeRegistry) down.set(host, unknown);
      return unknown;
    }
  }

  return async (parent) => {
    const key = `${parent.parent} ${parent.architecture}`;
    const found = seen.get(key) ?? look(parent);
    seen.set(key, found);
    return await found;
  };
}
