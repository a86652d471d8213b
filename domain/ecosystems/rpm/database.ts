import type { InstalledPackage, PackageDatabase } from '../ecosystem';
import { isRpmPackageName, isRpmVersion } from './names';

/** What rpm prints for a tag that a package does not have. */
const NONE = '(none)';

/** rpm keeps imported keys as packages of this name. */
const KEY_PACKAGE = 'gpg-pubkey';

/** Tags of one package, in the order that {@link parseRpmList} expects (rpm(8), "Query options"). */
const QUERY_FORMAT = String.raw`%{NAME}\t%{EPOCH}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n`;

/** `name-version-release.src.rpm`, split from the right: names may hold dashes, versions and releases may not. */
const SOURCE_RPM = /^(.+)-([^-]+)-([^-]+)\.(?:no)?src\.rpm$/;

/**
 * Parses the output of `rpm -qa` with {@link QUERY_FORMAT}. The epoch of a source package is its binary's; a
 * source that makes no sense counts as not given.
 */
export function parseRpmList(text: string): InstalledPackage[] {
  return text.split('\n').flatMap((line) => {
    const found = parseLine(line);
    return found === undefined ? [] : [found];
  });
}

function parseLine(line: string): InstalledPackage | undefined {
  const [name = '', epoch = '', version = '', release = '', arch = '', sourceRpm = '', ...rest] = line.split('\t');
  if (rest.length > 0 || name === KEY_PACKAGE || !isRpmPackageName(name)) return undefined;
  if (arch === NONE || !/^[A-Za-z0-9_]{1,64}$/.test(arch)) return undefined;
  const full = join(epoch, version, release);
  if (!isRpmVersion(full)) return undefined;
  const split = sourceRpm.length > 1024 ? null : SOURCE_RPM.exec(sourceRpm);
  const source = split?.[1] ?? name;
  const sourceVersion = split === null ? full : join(epoch, split[2] ?? '', split[3] ?? '');
  const usable = isRpmPackageName(source) && isRpmVersion(sourceVersion);
  const origin = usable ? { source, sourceVersion } : { source: name, sourceVersion: full };
  return { name, version: full, arch, ...origin, held: false };
}

function join(epoch: string, version: string, release: string): string {
  const plain = `${version}-${release}`;
  return epoch === '' || epoch === '0' || epoch === NONE ? plain : `${epoch}:${plain}`;
}

/** rpm's database; newer distributions keep it under `/usr` and leave a link where it was. */
export const rpmDatabase: PackageDatabase = {
  kind: 'rpm',
  paths: ['var/lib/rpm', 'usr/lib/sysimage/rpm'],
  queryFormat: QUERY_FORMAT,
  parse: parseRpmList,
};
