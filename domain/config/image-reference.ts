/** An image reference in its parts (OCI distribution-spec, "Pulling manifests"; distribution reference grammar). */
export interface ImageReference {
  /** Host of the registry, with its port; absent: Docker Hub. */
  readonly registry?: string;
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REFERENCE = new RegExp(
  `^(?<path>(?:[A-Za-z0-9.-]+(?::\\d{1,5})?/)?${COMPONENT}(?:/${COMPONENT})*)` +
    '(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$',
);
/** Longest name of a repository with its registry, in characters (distribution reference grammar). */
const NAME_LIMIT = 255;

/** Docker Hub's names; the last is the host that speaks its registry's protocol. */
const DOCKER_HUB: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** True where a reference's registry is Docker Hub, by any of its names or because none is given. */
export function isDockerHub({ registry }: Pick<ImageReference, 'registry'>): boolean {
  return registry === undefined || DOCKER_HUB.has(registry);
}

/** Takes an image reference apart. @returns undefined where it is none that could be pulled */
export function parseImageReference(text: string): ImageReference | undefined {
  const { path, tag, digest } = REFERENCE.exec(text)?.groups ?? {};
  if (path === undefined || path.length > NAME_LIMIT) return undefined;
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  // The first part is a host where it looks like one; else all of it is a repository of Docker Hub.
  const isHost = /[.:]/.test(first) || first === 'localhost';
  if (!isHost && first !== first.toLowerCase()) return undefined;
  return {
    ...(isHost && { registry: first }),
    repository: isHost ? path.slice(slash + 1) : path,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}
