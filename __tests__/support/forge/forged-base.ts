import { createHash } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, forgeCacheDir } from '../../../demo/cache';
import { runChecked } from '../../../adapters/local/run-command';
import { type ImageFacts, type InspectorFindingEvent, makeInspectorEvents } from '../../../demo/inspector-events';

/** A made-up source package whose binaries are installed in a forged base. */
export interface ForgeSource {
  readonly name: string;
  /** Binary packages that are built from it; at least one. */
  readonly binaries: readonly string[];
  /** Installed version of every binary, `[epoch:]version-release`. */
  readonly installed: string;
  /** Newer version in the image's repository; absent: the repository has the installed one only. */
  readonly available?: string;
}

/** What is wrong with a forged base's repository. Names are those of binary packages. */
export interface ForgeOptions {
  /** Default: the base's own, each with a name that tells its part. */
  readonly sources?: readonly ForgeSource[];
  /** The index lists the newer version, the package file is not there (as a 404 is on a network). */
  readonly missingFile?: readonly string[];
  /** A maintainer script of the newer version exits 1 (deb: postinst; rpm: %pre, as a failing %post is a warning). */
  readonly failingScript?: readonly string[];
  /** The newer version depends on a package that exists nowhere. */
  readonly unmetDependency?: readonly string[];
  /** The administrator holds the installed version (deb: `apt-mark hold`; rpm: `exclude=` in dnf.conf; zypper: a lock). */
  readonly held?: readonly string[];
  /**
   * deb only. False: apt upgrades nothing but the named packages, as it did up to Debian 11. True: it takes the other
   * installed binaries of the same source along, as Debian 12's does by default. @default true
   */
  readonly upgradeBySource?: boolean;
}

/** One installed binary of a forged base. */
export interface ForgedPackage {
  readonly source: string;
  readonly name: string;
  readonly arch: string;
  readonly installed: string;
  /** Version of the source that the installed one was built from. */
  readonly installedSource: string;
  /** Newer version in the image's repository. */
  readonly available?: string;
}

/** Which vulnerability of a source package to report. */
export interface FindingChoice {
  readonly source: string;
  /** Lowest version that fixes it. @default the available version, or no fix known where there is none */
  readonly floor?: string;
  /** @default one made-up CVE id, stable for the source's name */
  readonly vulnerabilities?: readonly string[];
}

/** A real root file system with real packages in an own, offline repository inside it (`file:///srv/repo`). */
export interface ForgedBase {
  /** Absolute path of the root file system's tar; in the cache: read it, never change it. */
  readonly tar: string;
  /** The forged packages among the installed ones, in the order of the sources and their binaries. */
  readonly packages: readonly ForgedPackage[];
  /**
   * The Inspector events about some sources.
   * @param choices default: every source that has a newer version available
   * @param image replaces single facts of the image, such as its digest
   */
  eventsFor(choices?: readonly FindingChoice[], image?: Partial<ImageFacts>): InspectorFindingEvent[];
}

/** What differs between the families of forged bases. */
export interface ForgeFamily {
  readonly id: 'deb' | 'rpm' | 'zypper';
  readonly platform: string;
  readonly arch: string;
  readonly defaultSources: readonly ForgeSource[];
  /** Name that Inspector gives to a package: Debian's source, an rpm distribution's binary. */
  readonly findingName: 'source' | 'binary';
  /** Version of the source of a binary's version. */
  sourceVersion(version: string): string;
  /** @returns the tar of the untouched root */
  baseTar(): Promise<string>;
  /** Builds the packages, installs the old ones into the unpacked root, and makes the repository in `srv/repo`. */
  fill(root: string, scratch: string, sources: readonly ForgeSource[], options: ForgeOptions): Promise<void>;
}

/** Repository of a forged base, relative to its root. */
export const REPOSITORY = 'srv/repo';

/** Raise it when what is made from the same options changes. */
const FORMAT = 1;

/**
 * Makes a forged base, or gives the cached one: same options, same tar.
 * @throws EngineError where a tool is missing or fails
 * @throws Error where an option names a binary that no source has
 */
export async function forgeBase(family: ForgeFamily, options: ForgeOptions): Promise<ForgedBase> {
  const sources = options.sources ?? family.defaultSources;
  requireKnown(sources, options);
  const baseTar = await family.baseTar();
  const inputs = JSON.stringify({ FORMAT, family: family.id, baseTar, sources, options });
  const key = `forged-${family.id}-${createHash('sha256').update(inputs).digest('hex').slice(0, 12)}`;
  const directory = await cached(forgeCacheDir(), key, async (scratch) => {
    const root = join(scratch, 'root');
    const work = join(scratch, 'work');
    await mkdir(root);
    await mkdir(work);
    await runChecked('tar', ['-xf', baseTar, '-C', root, '--numeric-owner']);
    await family.fill(root, work, sources, options);
    await runChecked('tar', ['-cf', join(scratch, 'partial.tar'), '-C', root, '--numeric-owner', '--sort=name', '.']);
    await rename(join(scratch, 'partial.tar'), join(scratch, 'rootfs.tar'));
    await rm(root, { recursive: true });
    await rm(work, { recursive: true });
  });
  const packages = sources.flatMap((source) => source.binaries.map((name) => packageOf(family, source, name)));
  return {
    tar: join(directory, 'rootfs.tar'),
    packages,
    eventsFor: (choices, image) => eventsFor(family, sources, choices, image),
  };
}

function packageOf(family: ForgeFamily, source: ForgeSource, name: string): ForgedPackage {
  return {
    source: source.name,
    name,
    arch: family.arch,
    installed: source.installed,
    installedSource: family.sourceVersion(source.installed),
    ...(source.available === undefined ? {} : { available: source.available }),
  };
}

function eventsFor(
  family: ForgeFamily,
  sources: readonly ForgeSource[],
  choices: readonly FindingChoice[] = sources
    .filter(({ available }) => available !== undefined)
    .map(({ name }) => ({ source: name })),
  image: Partial<ImageFacts> = {},
): InspectorFindingEvent[] {
  const vulnerable = choices.flatMap((choice) => {
    const source = sources.find(({ name }) => name === choice.source);
    if (source === undefined) throw new Error(`the forged base has no source package ${choice.source}`);
    const fixed = choice.floor ?? (source.available && family.sourceVersion(source.available));
    const facts = {
      installed: family.sourceVersion(source.installed),
      ...(fixed === undefined ? {} : { fixed }),
      vulnerabilities: choice.vulnerabilities ?? [madeUpCve(source.name)],
      arch: family.arch,
    };
    const names = family.findingName === 'source' ? [source.name] : source.binaries;
    return names.map((name) => ({ name, ...facts }));
  });
  return makeInspectorEvents(vulnerable, { ...defaultImage(family), ...image });
}

/** Facts of the image where a test says nothing else. */
function defaultImage(family: ForgeFamily): ImageFacts {
  return {
    repository: `golden/forged-${family.id}`,
    digest: `sha256:${createHash('sha256').update(family.id).digest('hex')}`,
    imageTags: ['stable'],
    platform: family.platform,
    region: 'us-east-1',
    account: '123456789012',
    now: new Date('2026-01-15T12:00:00.000Z'),
  };
}

/** A CVE id far above the numbers that are given out; the same for the same name. */
function madeUpCve(name: string): string {
  return `CVE-2026-9${String(createHash('sha256').update(name).digest().readUInt32BE(0) % 1_000_000).padStart(6, '0')}`;
}

function requireKnown(sources: readonly ForgeSource[], options: ForgeOptions): void {
  const known = new Set(sources.flatMap(({ binaries }) => binaries));
  const { missingFile = [], failingScript = [], unmetDependency = [], held = [] } = options;
  for (const name of [...missingFile, ...failingScript, ...unmetDependency, ...held]) {
    if (!known.has(name)) throw new Error(`the forged base has no binary package ${name}`);
  }
}
