import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runChecked, runCommand } from '../adapters/local/run-command';
import type { AptScratch } from './apt-scratch';
import { parseStanzas } from './deb822';

/** What is needed to find out what an update fixes. */
export interface UpdateOfSource {
  readonly source: string;
  /** Installed source version: entries of the changelog that are newer count. */
  readonly installedSource: string;
  readonly binaries: readonly { readonly binary: string; readonly candidate: string }[];
}

/**
 * CVE ids by source package, read from the changelogs inside the newer packages. One package for each source is
 * downloaded, smallest first, until the budget is spent; sources beyond it, and those whose package holds no changelog
 * of its own, are left out.
 * @param maxBytes budget of downloads in bytes; 0 downloads nothing
 */
export async function cvesBySource(
  updates: readonly UpdateOfSource[],
  scratch: AptScratch,
  maxBytes: number,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  if (maxBytes <= 0 || updates.length === 0) return found;
  const sizes = await downloadSizes(updates, scratch);
  const chosen = updates
    .flatMap((update) => {
      const smallest = update.binaries
        .map(({ binary, candidate }) => ({ binary, candidate, size: sizes.get(`${binary}=${candidate}`) ?? Infinity }))
        .sort((a, b) => a.size - b.size)[0];
      return smallest === undefined ? [] : [{ update, ...smallest }];
    })
    .sort((a, b) => a.size - b.size);
  const directory = join(scratch.directory, 'changelogs');
  await mkdir(directory, { recursive: true });
  let left = maxBytes;
  const affordable = chosen.filter(({ size }) => (left -= size) >= 0);
  if (affordable.length === 0) return found;
  const specs = affordable.map(({ binary, candidate }) => `${binary}=${candidate}`);
  await runChecked('apt-get', ['download', '-qq', ...specs], { cwd: directory, env: scratch.env });
  const files = await readdir(directory);
  for (const { update, binary } of affordable) {
    const file = files.find((name) => name.startsWith(`${binary}_`));
    if (file === undefined) continue;
    const cves = await newerCves(await changelogOf(join(directory, file)), update.installedSource);
    if (cves.length > 0) found.set(update.source, cves);
  }
  return found;
}

/** CVE ids in a Debian changelog's entries that are newer than a version; sorted, each once. */
export async function newerCves(changelog: string, installedSource: string): Promise<string[]> {
  const cves = new Set<string>();
  for (const entry of changelog.split(/^(?=\S+ \([^)]+\) )/m)) {
    const version = /^\S+ \(([^)]+)\) /.exec(entry)?.[1];
    if (version === undefined) continue;
    const isNewer = (await runCommand('dpkg', ['--compare-versions', version, 'gt', installedSource])).code === 0;
    if (!isNewer) break;
    for (const id of entry.match(/CVE-\d{4}-\d{4,}/g) ?? []) cves.add(id);
  }
  return [...cves].sort();
}

async function downloadSizes(updates: readonly UpdateOfSource[], scratch: AptScratch): Promise<Map<string, number>> {
  const specs = updates.flatMap(({ binaries }) => binaries.map(({ binary, candidate }) => `${binary}=${candidate}`));
  const stanzas = parseStanzas(await runChecked('apt-cache', ['show', ...specs], { env: scratch.env }));
  return new Map(
    stanzas.map((stanza) => [
      `${stanza.get('Package') ?? ''}=${stanza.get('Version') ?? ''}`,
      Number(stanza.get('Size') ?? Infinity),
    ]),
  );
}

/** The package's own Debian changelog (`changelog.gz` in native packages); empty where it is another package's. */
async function changelogOf(deb: string): Promise<string> {
  const archive = `${deb}.tar`;
  await runChecked('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" > "$2"', 'sh', deb, archive]);
  const members = (await runChecked('tar', ['-tf', archive])).split('\n');
  const member =
    members.find((name) => /^\.\/usr\/share\/doc\/[^/]+\/changelog\.Debian\.gz$/.test(name)) ??
    members.find((name) => /^\.\/usr\/share\/doc\/[^/]+\/changelog\.gz$/.test(name));
  if (member === undefined) return '';
  const compressed = `${deb}.changelog.gz`;
  await runChecked('sh', ['-c', 'tar -xOf "$1" "$2" > "$3"', 'sh', archive, member, compressed]);
  const bytes = await readFile(compressed);
  return bytes.length === 0 ? '' : gunzipSync(bytes).toString('utf8');
}
