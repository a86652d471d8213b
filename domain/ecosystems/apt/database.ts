import type { InstalledPackage, PackageDatabase } from '../ecosystem';
import { isAptPackageName, isAptVersion } from './names';

/** The fields of a stanza that are read; all of them are single lines (deb822(5), Debian Policy 5.1 and 5.3). */
const FIELDS = new Set(['package', 'status', 'source', 'version', 'architecture']);

/** States in which a package has no files on the disk (dpkg(1), "Package states"). */
const ABSENT_STATES = new Set(['not-installed', 'config-files']);

const SOURCE = /^([^ ]+)(?: +\(([^)]*)\))?$/;

type Stanza = Map<string, string>;

/**
 * Parses dpkg's status file. Every package with files on the disk counts as installed, also one that is half
 * configured or chosen for removal: its vulnerable files are there. A source that makes no sense counts as not given.
 */
export function parseDpkgStatus(text: string): InstalledPackage[] {
  return parseStanzas(text, undefined);
}

/**
 * Parses the records of a distroless image: control files of binary packages, which have no `Status`, because dpkg never
 * ran there. Source: https://github.com/GoogleContainerTools/distroless (`/var/lib/dpkg/status.d`).
 */
export function parseControlRecords(text: string): InstalledPackage[] {
  return parseStanzas(text, 'install ok installed');
}

function parseStanzas(text: string, defaultStatus: string | undefined): InstalledPackage[] {
  const packages: InstalledPackage[] = [];
  let stanza: Stanza = new Map();
  const close = (): void => {
    const found = stanza.size === 0 ? undefined : toPackage(stanza, defaultStatus);
    if (found !== undefined) packages.push(found);
    stanza = new Map();
  };
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (isBlank(text, start, end)) close();
    else readField(text, start, end, stanza);
    start = end + 1;
  }
  close();
  return packages;
}

function isBlank(text: string, start: number, end: number): boolean {
  return text.slice(start, Math.min(end, start + 64)).trim() === '' && text.slice(start, end).trim() === '';
}

/** A line that starts with white space continues a field that is of no interest here. The first of two fields counts. */
function readField(text: string, start: number, end: number, stanza: Stanza): void {
  const first = text[start];
  if (first === ' ' || first === '\t') return;
  const colon = text.slice(start, Math.min(end, start + 40)).indexOf(':');
  if (colon === -1) return;
  const field = text.slice(start, start + colon).toLowerCase();
  if (FIELDS.has(field) && !stanza.has(field)) stanza.set(field, text.slice(start + colon + 1, end).trim());
}

function toPackage(stanza: Stanza, defaultStatus: string | undefined): InstalledPackage | undefined {
  const name = stanza.get('package') ?? '';
  const version = stanza.get('version') ?? '';
  const arch = stanza.get('architecture') ?? '';
  const [want, , state, ...rest] = (stanza.get('status') ?? defaultStatus ?? '').split(/\s+/);
  if (want === undefined || state === undefined || rest.length > 0 || ABSENT_STATES.has(state)) return undefined;
  if (!isAptPackageName(name) || !isAptVersion(version) || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(arch)) return undefined;
  const [, source = name, sourceVersion = version] = SOURCE.exec(stanza.get('source') ?? '') ?? [];
  const usable = isAptPackageName(source) && isAptVersion(sourceVersion);
  const origin = usable ? { source, sourceVersion } : { source: name, sourceVersion: version };
  return { name, version, arch, ...origin, held: want === 'hold' };
}

/** dpkg's database. */
export const dpkgDatabase: PackageDatabase = {
  kind: 'file',
  paths: ['var/lib/dpkg/status'],
  parse: parseDpkgStatus,
  records: { directory: 'var/lib/dpkg/status.d', parse: parseControlRecords },
};
