import { readFile } from 'node:fs/promises';
import { runChecked } from '../adapters/local/run-command';
import { makeAptScratch, type AptScratch } from './apt-scratch';
import { debianArchives } from './apt-sources';
import { withTempDir } from './cache';
import { cvesBySource } from './changelog-cves';
import { parseStanzas, sourceOf } from './deb822';
import { type ImageFacts, type InspectorFindingEvent, makeInspectorEvents } from './inspector-events';

/** One installed binary package that the security suite has a newer version of. */
export interface PendingBinary {
  readonly binary: string;
  readonly arch: string;
  /** Installed and candidate version of the binary; they differ from the source's for binary rebuilds (`+b1`). */
  readonly installed: string;
  readonly candidate: string;
  readonly source: string;
  /** Source versions that installed and candidate were built from. */
  readonly installedSource: string;
  readonly candidateSource: string;
}

/** A source package with pending security updates: what Inspector names on Debian, and what its findings are about. */
export interface PendingSource {
  readonly source: string;
  readonly installedSource: string;
  readonly candidateSource: string;
  /** Every installed binary of it that has an update, sorted by name; at least one. */
  readonly binaries: readonly PendingBinary[];
  /**
   * CVE ids that the candidate's changelog names in entries newer than the installed version (an upper bound: an entry
   * may mention a CVE for another reason). Without changelogs, or where they name none: `DSA-PENDING-<source>`, an id
   * that is made up and stands for "whatever the pending security advisory fixes".
   */
  readonly vulnerabilities: readonly string[];
}

/** How to look for pending updates. */
export interface PendingOptions {
  /** Code name of the root's Debian release. @default bookworm */
  readonly suite?: string;
  /**
   * Bytes of packages to download for the CVE ids in their changelogs, smallest packages first; 0: none, and all
   * vulnerabilities are `DSA-PENDING-<source>`. @default 0
   */
  readonly changelogBytes?: number;
}

/**
 * Finds the security updates that a Debian root really has pending: the suite's main and security archives (their
 * addresses come from this machine's apt sources) are asked by a simulated `dist-upgrade` over a copy of the root's
 * package database. The root itself is only read.
 * @param rootfs a Debian root: a tar, or an unpacked directory
 * @returns by source package, sorted by name
 * @throws EngineError where apt is missing, has no Debian security suite, or cannot reach it
 */
export async function findPendingUpdates(rootfs: string, options: PendingOptions = {}): Promise<PendingSource[]> {
  const { main, security } = await debianArchives(options.suite ?? 'bookworm');
  return await withTempDir(async (directory) => {
    const scratch = await makeAptScratch(rootfs, directory, [main, security]);
    const sources = groupBySource(await pendingBinaries(scratch));
    const cves = await cvesBySource(sources, scratch, options.changelogBytes ?? 0);
    return sources.map((entry): PendingSource => {
      const known = cves.get(entry.source) ?? [];
      return { ...entry, vulnerabilities: known.length > 0 ? known : [`DSA-PENDING-${entry.source}`] };
    });
  });
}

/**
 * The findings that Inspector would have about these updates: severity HIGH, a fix available, one event for each
 * vulnerability, Debian's source package names, fixed in the candidate's source version.
 */
export function toInspectorEvents(pending: readonly PendingSource[], image: ImageFacts): InspectorFindingEvent[] {
  return makeInspectorEvents(
    pending.map((entry) => ({
      name: entry.source,
      installed: entry.installedSource,
      fixed: entry.candidateSource,
      vulnerabilities: entry.vulnerabilities,
    })),
    image,
  );
}

/** One line of apt's simulation: `Inst name [installed] (candidate archive:label, … [arch])`. */
const INST = /^Inst (\S+) \[(\S+)\] \((\S+) (.*) \[(\S+)\]\)/;

async function pendingBinaries(scratch: AptScratch): Promise<PendingBinary[]> {
  const simulation = await runChecked('apt-get', ['--simulate', 'dist-upgrade'], { env: scratch.env });
  const found = simulation.split('\n').flatMap((line) => {
    const [, binary, installed, candidate, archives, arch] = INST.exec(line) ?? [];
    if (binary === undefined || installed === undefined || candidate === undefined || arch === undefined) return [];
    return /security/i.test(archives ?? '') ? [{ binary: stripArch(binary), installed, candidate, arch }] : [];
  });
  if (found.length === 0) return [];
  const before = parseStanzas(await readFile(scratch.statusFile, 'utf8'));
  const after = parseStanzas(
    await runChecked('apt-cache', ['show', ...found.map((entry) => `${entry.binary}=${entry.candidate}`)], {
      env: scratch.env,
    }),
  );
  return found.map((entry) => {
    const isOf = (version: string) => (stanza: ReadonlyMap<string, string>) =>
      stanza.get('Package') === entry.binary && stanza.get('Version') === version;
    const was = sourceOf(before.find(isOf(entry.installed)) ?? new Map([['Package', entry.binary]]));
    const will = sourceOf(after.find(isOf(entry.candidate)) ?? new Map([['Package', entry.binary]]));
    return {
      ...entry,
      source: was.source,
      installedSource: was.sourceVersion,
      candidateSource: will.sourceVersion,
    };
  });
}

function groupBySource(binaries: readonly PendingBinary[]): Omit<PendingSource, 'vulnerabilities'>[] {
  const groups = new Map<string, PendingBinary[]>();
  for (const entry of binaries) groups.set(entry.source, [...(groups.get(entry.source) ?? []), entry]);
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([source, entries]) => {
      const sorted = entries.toSorted((a, b) => (a.binary < b.binary ? -1 : 1));
      const [first] = sorted;
      if (first === undefined) return [];
      return [
        { source, installedSource: first.installedSource, candidateSource: first.candidateSource, binaries: sorted },
      ];
    });
}

function stripArch(name: string): string {
  return name.replace(/:[a-z0-9-]+$/, '');
}
