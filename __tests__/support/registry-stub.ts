import { createHash } from 'node:crypto';
import { makeAnonymousSend } from '../../adapters/registry/anonymous-request';
import { makePublicParents, type PublicParents } from '../../adapters/registry/public-parents';
import { type HttpStub, startHttpStub, type StubAction, type StubRequest } from './aws/http-stub';

/** Media types of manifests (OCI image-spec; docker's manifest v2 schema 2). */
export const TYPES = {
  image: 'application/vnd.oci.image.manifest.v1+json',
  dockerImage: 'application/vnd.docker.distribution.manifest.v2+json',
  list: 'application/vnd.oci.image.index.v1+json',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
} as const;

/** A manifest as a registry has it. */
export interface StubManifest {
  readonly type: string;
  readonly text: string;
  readonly digest: string;
}

function manifest(type: string, content: object): StubManifest {
  const text = JSON.stringify({ schemaVersion: 2, mediaType: type, ...content });
  return { type, text, digest: `sha256:${createHash('sha256').update(text).digest('hex')}` };
}

/** The manifest of an image that is told from others by a word. */
export function imageManifest(word: string, type: string = TYPES.image): StubManifest {
  const digest = `sha256:${createHash('sha256').update(word).digest('hex')}`;
  const mediaType = 'application/vnd.oci.image.config.v1+json';
  return manifest(type, { config: { mediaType, digest, size: 2 }, layers: [] });
}

/** A list of manifests, by architecture. */
export function manifestList(images: Readonly<Record<string, StubManifest>>, type: string = TYPES.list): StubManifest {
  const manifests = Object.entries(images).map(([architecture, image]) => ({
    ...{ mediaType: image.type, digest: image.digest, size: image.text.length },
    platform: { architecture, os: 'linux' },
  }));
  return manifest(type, { manifests });
}

/** A registry of a test that wants a token that anybody gets, as public registries do. */
export interface RegistryStub {
  readonly http: HttpStub;
  /** By `<repository>:<tag>`; their digests work, too. */
  readonly manifests: Map<string, StubManifest>;
  /** Answers in place of the registry, where it says something. */
  intercept: ((request: StubRequest) => StubAction | undefined) | undefined;
  /** Requests so far: `HEAD library/debian:12 with token`, `GET /token?…`. */
  asked(): string[];
}

/** The token that the stub gives, and takes. */
export const TOKEN = 'a.token-of_anybody';

/** Starts a registry on loopback. */
export async function startRegistryStub(): Promise<RegistryStub> {
  const manifests = new Map<string, StubManifest>();
  const stub: { intercept: RegistryStub['intercept'] } = { intercept: undefined };
  const http: HttpStub = await startHttpStub((request) => stub.intercept?.(request) ?? answer(request));

  function answer({ method, path, headers }: StubRequest): StubAction {
    if (path.startsWith('/token')) return { status: 200, body: { token: TOKEN, expires_in: 300 } };
    const { repository = '', tag = '' } = /^\/v2\/(?<repository>.+)\/manifests\/(?<tag>.+)$/.exec(path)?.groups ?? {};
    if (headers['authorization'] !== `Bearer ${TOKEN}`) {
      const challenge = `Bearer realm="${http.url}/token",service="stub",scope="repository:${repository}:pull"`;
      return { status: 401, headers: { 'www-authenticate': challenge } };
    }
    const found =
      manifests.get(`${repository}:${tag}`) ??
      [...manifests].find(([name, { digest }]) => name.startsWith(`${repository}:`) && digest === tag)?.[1];
    if (found === undefined) return { status: 404 };
    const { type, text, digest } = found;
    const told = { 'content-type': type, 'docker-content-digest': digest };
    return { status: 200, headers: told, body: method === 'HEAD' ? '' : text };
  }

  return Object.assign(stub, {
    http,
    manifests,
    asked: () =>
      http.requests.map(({ method, path, headers }) => {
        const what = path.replace(
          /^\/v2\/(.+)\/manifests\/(sha256:)?(.+)$/,
          (_all, repository: string, sha, tag: string) =>
            sha === undefined ? `${repository}:${tag}` : `${repository}@${String(sha)}${tag}`,
        );
        return `${method} ${what}${headers['authorization'] === undefined ? '' : ' with token'}`;
      }),
  });
}

/** Parents by stubs: hosts of registries, and the stubs that stand for them. Everything else is the real way. */
export function parentsBy(stubs: Readonly<Record<string, HttpStub>>, timeoutMs = 5000): PublicParents {
  return makePublicParents({
    send: makeAnonymousSend({ stubs: Object.values(stubs).map(({ url }) => url) }),
    originOf: (host) => stubs[host]?.url ?? `https://${host}`,
    timeoutMs,
  });
}
