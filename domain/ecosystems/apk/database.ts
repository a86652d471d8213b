import type { InstalledPackage, PackageDatabase } from '../ecosystem';
import { isApkPackageName, isApkVersion } from './names';

/** Longest line that is read, in characters; those of the four fields are far shorter, dependencies are not. */
const MAX_LINE = 1024;

/** One record, by the letters of its fields: `P` name, `V` version, `A` architecture, `o` origin. */
type RecordFields = Partial<Record<'P' | 'V' | 'A' | 'o', string>>;

/**
 * Parses apk's database of installed packages: records of lines `<letter>:<value>`, an empty line after each
 * (apk-package(5) has the letters). A package's origin is its source, always of the same version, because Alpine builds
 * all packages of an origin at once; an origin that makes no sense counts as not given.
 */
export function parseApkInstalled(text: string): InstalledPackage[] {
  const packages: InstalledPackage[] = [];
  let fields: RecordFields = {};
  const close = (): void => {
    const found = toPackage(fields);
    if (found !== undefined) packages.push(found);
    fields = {};
  };
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (end === start) close();
    else if (text[start + 1] === ':' && end - start <= MAX_LINE) readField(text[start], text, start + 2, end, fields);
    start = end + 1;
  }
  close();
  return packages;
}

/** The first of two fields counts. */
function readField(letter: string | undefined, text: string, start: number, end: number, fields: RecordFields): void {
  if (letter === 'P' || letter === 'V' || letter === 'A' || letter === 'o') fields[letter] ??= text.slice(start, end);
}

function toPackage(fields: RecordFields): InstalledPackage | undefined {
  const { P: name = '', V: version = '', A: arch = '', o: origin = '' } = fields;
  if (!isApkPackageName(name) || !isApkVersion(version) || !/^[a-z0-9_]{1,64}$/.test(arch)) return undefined;
  const source = isApkPackageName(origin) ? origin : name;
  return { name, version, arch, source, sourceVersion: version, held: false };
}

/** apk's database; distributions with a merged `/usr` keep it there and leave a link where it was. */
export const apkDatabase: PackageDatabase = {
  kind: 'file',
  paths: ['lib/apk/db/installed', 'usr/lib/apk/db/installed'],
  parse: parseApkInstalled,
};
