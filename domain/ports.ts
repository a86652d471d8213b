import type { PatchRequest } from './author/patch-request';
import type { PatchProposal } from './author/proposal';
import type { GoldenImage } from './config/golden-image';
import type { SizedImage } from './contract/image-size';
import type { ImageContract } from './contract/image-contract';
import type { InstalledPackage } from './ecosystems/ecosystem';
import type { Notice } from './notice/notice';
import type { RegistryReason } from './policy/registry-reason';
import type { FindingPage, ScanCoverage, ScanStatus } from './scan/image-scan';
import type { ItemKey, TableItem } from './table/items';

/** Tells the time. Injected, so that every decision that depends on it can be tested. */
export type Clock = () => Date;

/** Structured log: a constant message and its facts. */
export interface Logger {
  debug(message: string, facts?: Readonly<Record<string, unknown>>): void;
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** Units of {@link Metrics.measure}. */
export type MeasureUnit = 'seconds' | 'count' | 'percent' | 'cost';

/** Counts what is worth a graph or an alarm. */
export interface Metrics {
  /**
   * Adds to a count.
   * @param name upper camel case, e.g. `FindingsFolded`
   * @param value how many; 0 counts nothing
   * @param reason a code out of a closed list, where the count is kept by reason as well as in all
   */
  count(name: string, value: number, reason?: string): void;
  /**
   * Notes a value as it stands: an age, a cost, how many there are.
   * @param name upper camel case, e.g. `TimeToPatch`
   * @param unit of the value; `cost` is in the currency of `model.prices`
   * @param by further dimensions, each value out of a closed list, e.g. `{ severity: 'HIGH' }`
   */
  measure(name: string, value: number, unit: MeasureUnit, by?: Readonly<Record<string, string>>): void;
}

/** One record of the table's stream: an item that changed, before and after. */
export interface ChangeRecord {
  /** Position in the stream; later changes have greater ones. */
  readonly sequence: string;
  readonly event: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly key: ItemKey;
  readonly oldImage?: TableItem;
  readonly newImage?: TableItem;
}

/**
 * The table that holds the truth. Writes are conditional on the item's version; each write that changes something
 * appends one change record to the stream, a write that changes nothing (but the version) is the caller's to avoid.
 */
export interface FindingTable {
  /** @returns the item, strongly consistent, or undefined */
  get(key: ItemKey): Promise<TableItem | undefined>;
  /**
   * Creates or replaces an item.
   * @param item its `version` must be `expected + 1`
   * @param expected version that the stored item must have; 0 where it must not exist
   * @throws ConditionFailedError where the stored item has another version
   * @throws BadInputError where the item is over 400 KB as JSON, or a key part is empty or over its limit
   *   (pk 2,048 bytes, sk 1,024 bytes: DynamoDB's)
   */
  put(item: TableItem, expected: number): Promise<void>;
  /** Deletes the item where it is at `expected`. @throws ConditionFailedError otherwise */
  delete(key: ItemKey, expected: number): Promise<void>;
  /** All items of a partition whose sort key begins with the prefix, in sort key order (UTF-8 bytes). */
  query(pk: string, skPrefix?: string): Promise<TableItem[]>;
}

/**
 * Keeps rendered scripts under the hash of their bytes, and the papers of a patch (proposals, logs, evidence).
 * Image and audit names may hold any characters; `.`, `..` and the empty name are refused with BadInputError, as is a
 * URI that the store did not give out.
 */
export interface ScriptStore {
  /**
   * Stores a script under `scripts/<image>/<sha256>.sh`. A script that is there already is left alone after its
   * bytes are verified, so a repeated call changes nothing.
   * @returns where it is, for {@link ScriptStore.getScript}, and the lower-case hexadecimal SHA-256 of its UTF-8 bytes
   */
  putScript(image: string, script: string): Promise<{ uri: string; sha256: string }>;
  /** @throws BadInputError where the script is missing or its bytes do not hash to its name */
  getScript(uri: string): Promise<string>;
  /** Stores a text under `audit/<image>/<name>`, replacing what is there. @returns its URI */
  putAudit(image: string, name: string, body: string): Promise<string>;
  /** @returns the text, or undefined where there is none */
  getAudit(uri: string): Promise<string | undefined>;
}

/** The parameter of an image whose change starts a rebuild (SSM Parameter Store on AWS). */
export interface RebuildSignal {
  /**
   * Sets the image's parameter. The version counts up from 1 with every put, also of the same value, and no two puts
   * get the same one.
   * @param value 1 to 4,096 bytes of UTF-8 (SSM's limit for a standard parameter)
   * @throws BadInputError where the value is empty, too long or not well-formed Unicode
   */
  put(image: string, value: string): Promise<{ version: number }>;
  /** @returns the newest value and its version, or undefined where nothing was ever put */
  get(image: string): Promise<{ value: string; version: number } | undefined>;
}

/** Writes patch commands. Whatever it says is vetted. */
export interface PatchAuthor {
  /**
   * @returns commands for the request's targets; never throws for want of an idea, but proposes none
   * @throws ModelUnavailableError where the author is a model that cannot be asked now
   */
  propose(request: PatchRequest): Promise<PatchProposal>;
}

/** What a build is asked to do. */
export interface BuildRequest {
  readonly image: GoldenImage;
  /** SHA-256 (hex) of the script; the same token never builds twice. */
  readonly patchId: string;
  readonly scriptUri: string;
}

/** How a build stands. */
export type BuildStatus =
  | { readonly state: 'BUILDING' }
  | {
      readonly state: 'AVAILABLE';
      readonly candidate: { readonly reference: string; readonly digest: string };
      readonly logUri?: string;
    }
  | {
      readonly state: 'FAILED' | 'CANCELLED';
      /** `nothing-improved`: the script ran and said so. `script`: it failed. `builder`: it never ran to its end. */
      readonly reason: 'nothing-improved' | 'script' | 'builder';
      /** One line for people. */
      readonly detail: string;
      readonly logUri?: string;
    };

/** Runs builds: EC2 Image Builder, or a container engine on this machine. */
export interface ImageBuilder {
  /**
   * Starts a build, or finds the one that the same patch id started.
   * @returns its id (an ARN on AWS)
   * @throws BuildRefusedError where this call has certainly started nothing, and the next would neither
   */
  start(request: BuildRequest): Promise<string>;
  /** @returns the build's status; undefined where no such build is known */
  get(buildId: string): Promise<BuildStatus | undefined>;
}

/** An image as its registry and its own package database describe it. */
export interface ImageDescription extends SizedImage {
  readonly reference: string;
  readonly digest: string;
  readonly contract: ImageContract;
  /** Format of its manifest. */
  readonly format: 'oci' | 'docker';
}

/** Images by reference. */
export interface ImageRegistry {
  /**
   * @param architecture chooses in a list of manifests
   * @returns the image, or undefined where there is none
   */
  describe(reference: string, architecture?: string): Promise<ImageDescription | undefined>;
  /**
   * The image that a golden image is built from, made available to the builder.
   * @throws BadInputError where it does not exist or cannot be used
   */
  parentOf(image: GoldenImage): Promise<ImageDescription>;
  /** Reference under which an image's tag lives here. */
  referenceOf(image: GoldenImage, tag: string): string;
  /** Points a tag at an image. */
  tag(source: string, target: string): Promise<void>;
  /** Takes a tag away, where there is one. */
  untag(reference: string): Promise<void>;
}

/** Tells what is installed in an image: the proof that a floor is met. */
export interface PackageInventory {
  /** @returns the packages; undefined where the image has no package database of that ecosystem, or none was read */
  packagesOf(reference: string, ecosystem: string): Promise<readonly InstalledPackage[] | undefined>;
}

/** An image as its registry has it. */
export interface RegisteredImage {
  readonly digest: string;
  /** Sorted; none where it is untagged, as the images of a list of manifests are. */
  readonly tags: readonly string[];
  /** ISO 8601. */
  readonly pushedAt?: string;
  /** e.g. `linux`. */
  readonly os: string;
  /** e.g. `arm64`. */
  readonly architecture: string;
  /** Digests of its layers as stored, first to last. */
  readonly layers: readonly string[];
  /** Labels of its configuration: what the image says of itself. */
  readonly labels: Readonly<Record<string, string>>;
}

/** An image that cannot be patched, by its registry. */
export interface UnusableImage {
  readonly unusable: RegistryReason;
  /** One sentence for people. */
  readonly detail: string;
}

/** Looks images up in their registry before anything is planned for them. */
export interface ImageLookup {
  /**
   * @param digest of a manifest, or of a list of manifests
   * @param architecture chooses in a list of manifests
   * @returns the image, or why it cannot be used, which no retry changes. Where the registry cannot be had, it throws.
   */
  lookUp(repository: string, digest: string, architecture: string): Promise<RegisteredImage | UnusableImage>;
}

/** Tells what tags point at now. */
export interface ImageTags {
  /**
   * @param architecture chooses in a list of manifests
   * @returns digest of the image itself, also where the tag is of a list; undefined where there is no such image
   * @throws BadInputError where the list has none for the architecture, or the manifest is of a type that is not known
   */
  digestOf(repository: string, tag: string, architecture: string): Promise<string | undefined>;
}

/** The layers of an image, by the registry's manifest: how lineage is told. */
export interface ImageLayers {
  /**
   * Digests (`sha256:…`) of an image's layers, first to last. Those of a digest never change.
   * @param digest of a manifest, or of a list of manifests
   * @param architecture chooses in a list of manifests, e.g. `arm64`
   * @returns undefined where the registry has no such image
   * @throws BadInputError where the manifest is of a type that tells no layers
   */
  layersOf(repository: string, digest: string, architecture?: string): Promise<readonly string[] | undefined>;
}

/** What a scanner (Amazon Inspector on AWS) says now, asked and not told: the proof of a candidate, and what lost events said. */
export interface FindingSource {
  /** How the scanner stands to an image. */
  scanOf(repository: string, digest: string): Promise<ScanStatus>;
  /** Every image of a repository that the scanner knows, any order; none where it knows no such repository. */
  coverageOf(repository: string): Promise<readonly ScanCoverage[]>;
  /**
   * Everything that the scanner lists, in pages: of one image, or of all images of a repository; every status.
   * Where a digest is given, findings on other digests are left out.
   */
  findingsOf(repository: string, digest?: string): AsyncIterable<FindingPage>;
}

/** Tells people, and other systems, what happened. */
export interface Notifier {
  /** Sends a notice, at least once. */
  notify(notice: Notice): Promise<void>;
}
