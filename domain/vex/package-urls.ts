import type { GoldenImage } from '../config/golden-image';
import { ecosystemIdFor, platformOf } from '../config/golden-image';
import { parseImageReference } from '../config/image-reference';
import { OS_PACKAGE_MANAGER } from '../finding/finding';

/** Package URL types of the system's packages, by package manager family (purl-spec, "Types"). */
const OS_TYPES: Readonly<Record<string, string>> = {
  apt: 'deb',
  apk: 'apk',
  dnf: 'rpm',
  yum: 'rpm',
  microdnf: 'rpm',
  zypper: 'rpm',
};

/**
 * Package URL types by Inspector's package managers of languages (Inspector API, VulnerablePackage, packageManager).
 */
const LANGUAGE_TYPES: Readonly<Record<string, string>> = {
  BUNDLER: 'gem',
  CARGO: 'cargo',
  COMPOSER: 'composer',
  DOTNET_CORE: 'nuget',
  GEMSPEC: 'gem',
  GOBINARY: 'golang',
  GOMOD: 'golang',
  JAR: 'maven',
  NODEPKG: 'npm',
  NPM: 'npm',
  NUGET: 'nuget',
  PIP: 'pypi',
  PIPENV: 'pypi',
  POETRY: 'pypi',
  POM: 'maven',
  PYTHONPKG: 'pypi',
  YARN: 'npm',
};

/** A package as it is named in a package URL. */
export interface NamedPackage {
  /** As the scanner or the package database names it. */
  readonly name: string;
  /** `[epoch:]version[-release]`; empty where it is not known. */
  readonly version: string;
}

/**
 * Package URL (ECMA-427) of an image by digest: `pkg:oci/<last part of the repository>@sha256%3A…`. The tag is left out: it
 * moves, and a qualifier that a scanner does not say would keep it from matching.
 * @param reference reference of the image in its registry, where one is known: it gives `repository_url`
 */
export function imagePurl(image: GoldenImage, digest: string, reference: string | undefined): string {
  const parsed = reference === undefined ? undefined : parseImageReference(reference);
  const repository = [parsed?.registry, parsed?.repository].filter((part) => part !== undefined).join('/');
  const name = image.repository.split('/').at(-1) ?? image.repository;
  const qualifiers = [
    `arch=${encode(image.architecture)}`,
    ...(repository === '' ? [] : [`repository_url=${encode(repository)}`]),
  ];
  return `pkg:oci/${encode(name.toLowerCase())}@${encode(digest)}?${qualifiers.join('&')}`;
}

/**
 * Package URL of a package in an image. What is of no known kind becomes `pkg:generic/…`, so that a statement is never about
 * more than its package.
 * @param packageManager as on a finding: `OS`, or a language's
 * @param observed Inspector's platform string, where the scanner gave one
 */
export function packagePurl(
  { name, version }: NamedPackage,
  packageManager: string,
  image: GoldenImage,
  observed: string | undefined,
): string {
  if (packageManager === OS_PACKAGE_MANAGER) return systemPurl(name, version, image, observed);
  const type = LANGUAGE_TYPES[packageManager];
  return type === undefined ? purl('generic', [name], version) : purl(type, namesOf(type, name), version);
}

function systemPurl(name: string, version: string, image: GoldenImage, observed: string | undefined): string {
  const platform = platformOf(image, observed);
  const type = OS_TYPES[ecosystemIdFor(image, observed) ?? ''];
  if (type === undefined || platform === undefined) return purl('generic', [name], version);
  const names = [platform.distribution, name];
  if (type !== 'rpm') return purl(type, names, version);
  // An rpm's epoch is no part of its version in a package URL, but a qualifier.
  const { epoch, rest } = /^(?<epoch>\d+):(?<rest>.*)$/.exec(version)?.groups ?? {};
  return epoch === undefined || rest === undefined
    ? purl(type, names, version)
    : `${purl(type, names, rest)}?epoch=${epoch}`;
}

/** Namespace and name of a language's package as its type has them (purl-spec, "Types"). */
function namesOf(type: string, name: string): readonly string[] {
  if (type === 'pypi') return [name.toLowerCase().replaceAll('_', '-')];
  if (type === 'maven') return name.split(/[:/]/);
  return name.split('/');
}

function purl(type: string, names: readonly string[], version: string): string {
  const path = names
    .filter((part) => part !== '')
    .map(encode)
    .join('/');
  return `pkg:${type}/${path}${version === '' ? '' : `@${encode(version)}`}`;
}

/** Percent-encodes all but the unreserved characters; what is no well-formed text is made so. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
