import { createHash } from 'node:crypto';
import { REPOSITORY_NAME } from '../repository-name';

/** Where a document came from. */
export interface DocumentSource {
  /** Name of the file, with or without its folder. */
  readonly name: string;
}

/** Which image a scan result is about, in the terms of a finding. */
export interface ImageIdentity {
  readonly repository: string;
  readonly digest: string;
  readonly tags: readonly string[];
  /**
   * ISO 8601; when the image was made, where that is known. Where the digest stands for the document itself, the time of
   * the scan, so that the newest scan is the current one.
   */
  readonly pushedAt?: string;
}

/** An image reference taken apart. */
export interface ImageReference {
  /** Without the registry. */
  readonly repository: string;
  readonly tag?: string;
  /** `sha256:…` */
  readonly digest?: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** ECR takes 256 characters. */
const MAX_REPOSITORY = 256;

/** True for `sha256:` and 64 lower-case hexadecimal digits. */
export function isDigest(text: string | undefined): text is string {
  return text !== undefined && DIGEST.test(text);
}

/**
 * Takes an image reference apart (grammar of the distribution project's `reference` package): the part before the first
 * slash is the registry where it has a dot or a colon, or is `localhost`.
 * @returns undefined where the repository is outside ECR's grammar
 */
export function parseReference(text: string): ImageReference | undefined {
  const [named = '', digest] = text.split('@');
  const slash = named.lastIndexOf('/');
  const colon = named.indexOf(':', slash + 1);
  const path = colon === -1 ? named : named.slice(0, colon);
  const tag = colon === -1 ? '' : named.slice(colon + 1);
  const repository = path.replace(/^(?:localhost|(?=[^/]*[.:])[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)(?::\d+)?\//, '');
  if (repository.length > MAX_REPOSITORY || !REPOSITORY_NAME.test(repository)) return undefined;
  return { repository, ...(TAG.test(tag) && { tag }), ...(isDigest(digest) && { digest }) };
}

/**
 * The repository of a scan result that does not name its image: the file's name without folder and format suffixes
 * (`.json`, `.scan`, `.cdx`, `.sbom`, `.trivy`, …), in ECR's grammar: lower case, every run of other characters one `-`.
 * `alpine_3.18.2.json.scan` makes `alpine_3.18.2`.
 */
export function repositoryOfFile(name: string): string {
  let stem = (name.split(/[/\\]/).at(-1) ?? '').toLowerCase();
  for (let shorter = ''; shorter !== stem;) {
    shorter = stem;
    stem = stem.replace(/(?<=.)\.(?:jsonl?|scan|cdx|cyclonedx|bom|sbom|trivy)$/, '');
  }
  const repository = stem
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/[._-]{2,}/g, (separators) => separators[0] ?? '-')
    .slice(0, MAX_REPOSITORY)
    .replaceAll(/^[._-]+|[._-]+$/g, '');
  return repository === '' ? 'findings' : repository;
}

/** A digest that stands for a document: SHA-256 of what identifies it. */
export function documentDigest(identifying: string): string {
  return `sha256:${createHash('sha256').update(identifying).digest('hex')}`;
}
