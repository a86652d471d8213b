import { z } from 'zod';
import type { AnonymousAnswer, AnonymousSend } from './anonymous-request';
import { parseBearerChallenge } from './bearer-challenge';
import { RegistryTroubleError } from './registry-trouble-error';

/** Requests that one question may take: the first, a token's, and some redirects. */
const STEPS_LIMIT = 6;
/** Most bytes of a manifest. Source: OCI distribution-spec, "Pushing Manifests": registries should take 4 MB. */
const MANIFEST_BYTES_LIMIT = 4 * 1024 * 1024;
const TOKEN_BYTES_LIMIT = 64 * 1024;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** A token, by either of its names (distribution, "Token Authentication Specification"); fit to be a header's value. */
const token = z.string().regex(/^[\x21-\x7e]{1,16384}$/);
const tokenAnswer = z.union([z.looseObject({ token }), z.looseObject({ access_token: token })]);

/** Whom is asked, about what. */
export interface RegistryConversation {
  /** The registry's host, for messages. */
  readonly hostname: string;
  /** e.g. `https://registry-1.docker.io`. */
  readonly origin: string;
  /** e.g. `library/debian`. */
  readonly repository: string;
  readonly send: AnonymousSend;
  /** Ends all of it. */
  readonly signal: AbortSignal;
}

/** Asks the registry about a manifest: by method, tag or digest, and the media types that can be read. */
export type AskManifest = (method: 'GET' | 'HEAD', tagOrDigest: string, accept: string) => Promise<AnonymousAnswer>;

/**
 * Asks a registry without credentials; where it wants a token, one is fetched that anybody gets. The token goes to nobody but
 * the host that asked for it.
 */
export function makeAskManifest({ hostname, origin, repository, send, signal }: RegistryConversation): AskManifest {
  const home = new URL(origin);
  const tokens = new Map<string, string>();

  /** A place that the registry names. Ports other than that of HTTPS are its own only. */
  function placeOf(text: string, from: URL): URL {
    const url = URL.canParse(text, from.href) ? new URL(text, from) : undefined;
    if (url === undefined) throw new RegistryTroubleError('unreadable', `${hostname} sends to a place that is no URL`);
    if (url.port !== '' && url.origin !== home.origin)
      throw new RegistryTroubleError('not-allowed', `${hostname} sends to ${url.hostname} at another port`);
    return url;
  }

  async function fetchToken(challenged: AnonymousAnswer, from: URL): Promise<void> {
    const challenge = parseBearerChallenge(challenged.headers['www-authenticate']);
    if (challenge === undefined)
      throw new RegistryTroubleError('no-access', `${hostname} answers nobody without credentials`);
    const url = placeOf(challenge.realm, from);
    const { service, scope = `repository:${repository}:pull` } = challenge;
    if (service !== undefined) url.searchParams.set('service', service);
    url.searchParams.set('scope', scope);
    const answer = await send({ ...{ url, signal }, method: 'GET', headers: {}, limit: TOKEN_BYTES_LIMIT });
    if (answer.status === 400) throw noAccess({ hostname });
    assertAnswered(answer.status, { hostname });
    tokens.set(from.origin, readToken(answer.body, hostname));
  }

  return async (method, tagOrDigest, accept) => {
    let url = new URL(`/v2/${repository}/manifests/${tagOrDigest}`, home);
    for (let step = 0; step < STEPS_LIMIT; step++) {
      const bearer = tokens.get(url.origin);
      const headers = { accept, ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) };
      const answer = await send({ ...{ url, method, headers, signal }, limit: MANIFEST_BYTES_LIMIT });
      if (REDIRECTS.has(answer.status)) url = placeOf(answer.headers.location ?? '', url);
      else if (answer.status === 401 && bearer === undefined) await fetchToken(answer, url);
      else return answer;
    }
    throw new RegistryTroubleError('unreadable', `${hostname} sends on and on`);
  };
}

/** @throws RegistryTroubleError where a registry's, or a token giver's, answer is not one of success */
export function assertAnswered(status: number, { hostname }: { readonly hostname: string }): void {
  if (status === 200) return;
  if (status === 401 || status === 403) throw noAccess({ hostname });
  if (status === 404) throw new RegistryTroubleError('not-found', `${hostname} has no such image`);
  if (status === 429) throw new RegistryTroubleError('rate-limited', `${hostname} has been asked too often`);
  if (status >= 500) throw new RegistryTroubleError('unreachable', `${hostname} fails`, { isWholeRegistry: true });
  throw new RegistryTroubleError('unreadable', `${hostname} answers with HTTP status ${status}`);
}

function noAccess({ hostname }: { readonly hostname: string }): RegistryTroubleError {
  return new RegistryTroubleError('no-access', `${hostname} has no such image for one without credentials`);
}

function readToken(body: Buffer, hostname: string): string {
  try {
    const answer = tokenAnswer.parse(JSON.parse(body.toString('utf8')));
    return 'token' in answer ? z.string().parse(answer.token) : z.string().parse(answer.access_token);
  } catch (cause) {
    throw new RegistryTroubleError('unreadable', `${hostname} is given no token that can be read`, { cause });
  }
}
