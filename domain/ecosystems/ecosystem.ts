import type { ScriptInput } from '../script/script-input';
import type { Grammar } from '../vetting/grammar';
import type { VersionOrder } from '../versions';

/** Ids of the package manager families this project patches. */
export const ECOSYSTEM_IDS = ['apt', 'apk', 'dnf', 'yum', 'microdnf', 'zypper'] as const;

/** A package manager family with its own version order and commands. */
export type EcosystemId = (typeof ECOSYSTEM_IDS)[number];

/** One binary package as a package database records it. */
export interface InstalledPackage {
  /** Binary package name, without architecture. */
  readonly name: string;
  /** Full version as the database has it: `[epoch:]version[-release]`. */
  readonly version: string;
  /** Architecture as the database has it, e.g. `amd64`, `all`, `x86_64`, `noarch`. */
  readonly arch: string;
  /** Name of the source package it was built from; equals `name` where the database gives none. */
  readonly source: string;
  /** Version of the source package; equals `version` where the database gives none. */
  readonly sourceVersion: string;
  /** True where the administrator holds the package at its version (`apt-mark hold`). */
  readonly held: boolean;
}

/** How a package database is read from outside, without running anything inside the image. */
export interface PackageDatabase {
  /** `file`: the text of a file is parsed. `rpm`: the `rpm` tool lists a database directory. */
  readonly kind: 'file' | 'rpm';
  /** Paths inside the image, relative to its root, the first that exists is used. */
  readonly paths: readonly string[];
  /** For `rpm`: the `--queryformat` whose output `parse` understands. */
  readonly queryFormat?: string;
  /**
   * Parses the database's text into its installed packages. Malformed records are skipped, never thrown on: the text
   * comes out of an image that is not trusted.
   */
  parse(text: string): InstalledPackage[];
  /** For `file`: where an image without the package manager keeps one record per package in a file of its own. */
  readonly records?: {
    /** Path inside the image, relative to its root; used where none of `paths` exists. */
    readonly directory: string;
    /** Parses the files' texts, joined by blank lines; as forgiving as the other. */
    parse(text: string): InstalledPackage[];
  };
}

/** Everything that is particular to one package manager family. Adding one is adding one folder. */
export interface Ecosystem {
  readonly id: EcosystemId;
  readonly displayName: string;
  /** Order by which its versions are compared. */
  readonly versionOrder: VersionOrder;
  /** URLs of the normative documents: names, versions, commands. */
  readonly sources: readonly string[];
  /** What a package name may be; anything else never gets into a plan. */
  isPackageName(text: string): boolean;
  /** What a version may be; anything else never gets into a plan. */
  isVersion(text: string): boolean;
  /** Commands that vetting recognises. */
  readonly grammar: Grammar;
  readonly database: PackageDatabase;
  /**
   * True where vulnerability databases know source packages: `package` of a target may be the name of one, which stands
   * for every binary built from it, and a floor is a version of the source also where `package` is a binary's name. Debian
   * and Ubuntu: Security Tracker and CVE Tracker have source versions alone, which Trivy (pkg/detector/ospkg/debian) and
   * Inspector (its scans of images, `__tests__/fixtures/inspector-scans`) give beside the names of binaries. Alpine: a
   * package has its origin's version.
   */
  readonly hasSourcePackages: boolean;
  /**
   * The commands of the deterministic author, in the ecosystem's own idiom; they pass vetting.
   * @param upgrade names of the targets to raise to the newest version, in order
   * @param remove names of the targets to take out; policy allowed it
   */
  proposeCommands(upgrade: readonly string[], remove: readonly string[]): string[];
  /**
   * Renders the patch script: fixed POSIX sh, only quoted data differs.
   * @throws BadInputError where a name, version or other datum is outside its alphabet
   */
  renderScript(input: ScriptInput): string;
}
