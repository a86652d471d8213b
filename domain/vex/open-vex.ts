import { createHash } from 'node:crypto';
import type { GoldenImage } from '../config/golden-image';
import { observationOn } from '../lineage/observation-on';
import { isAbout } from '../plan/target-findings';
import type { RiskException } from '../policy/exception';
import { exceptionFor, lapsedExceptionFor } from '../policy/exception';
import type { FindingItem, Observation } from '../table/finding-item';
import type { HeadItem } from '../table/head-item';
import { currentDigest } from '../table/head-item';
import type { PatchItem } from '../table/patch-item';
import { imagePurl, packagePurl } from './package-urls';
import type { VexStatus } from './vex-status';
import { vexStatusOf } from './vex-status';

/** Version of OpenVEX that documents are written in. */
export const OPENVEX_CONTEXT = 'https://openvex.dev/ns/v0.2.0';

/** A package of the image that a statement is about. */
export interface VexSubcomponent {
  readonly '@id': string;
  readonly identifiers: { readonly purl: string };
}

/** The image that a statement is about. */
export interface VexProduct extends VexSubcomponent {
  readonly hashes: { readonly 'sha-256': string };
  readonly subcomponents: readonly VexSubcomponent[];
}

/** What is stated of one vulnerability in some packages of the image. */
export interface VexStatement {
  readonly vulnerability: { readonly name: string };
  /** ISO 8601; when the facts were seen. */
  readonly timestamp: string;
  readonly products: readonly VexProduct[];
  readonly status: VexStatus;
  readonly status_notes: string;
  /** What is done about it; there where the status is `affected`. */
  readonly action_statement?: string;
}

/** An OpenVEX document (https://github.com/openvex/spec, v0.2.0) on one digest of one golden image. */
export interface OpenVexDocument {
  readonly '@context': typeof OPENVEX_CONTEXT;
  readonly '@id': string;
  readonly author: string;
  readonly role: string;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly version: number;
  readonly tooling: string;
  readonly statements: readonly VexStatement[];
}

/** What a document is made of. */
export interface OpenVexInput {
  readonly head: HeadItem | undefined;
  readonly findings: readonly FindingItem[];
  readonly exceptions: readonly RiskException[];
  /** Patches of the image, oldest first. */
  readonly patches: readonly PatchItem[];
  readonly now: Date;
  /** Person or organization that states it. */
  readonly author: string;
  /** IRI of the document. @default a URN made of its content, so that another content is another document */
  readonly id?: string;
}

/** A statement about one package, before those that say the same are put together. */
interface Entry extends Omit<VexStatement, 'products'> {
  readonly purl: string;
}

/** A package may be named by several findings of one vulnerability: the worst word counts. */
const WORST_FIRST: readonly VexStatus[] = ['affected', 'under_investigation', 'fixed'];

/**
 * States, for the current digest of a golden image, what is known of each vulnerability that was found in it. The same input
 * gives the same document, whatever the order of findings.
 * @returns undefined where there is nothing to state: no digest is known yet, or no finding; OpenVEX wants a statement
 */
export function openVexOf(image: GoldenImage, input: OpenVexInput): OpenVexDocument | undefined {
  const current = currentDigest(input.head);
  if (current === undefined || input.findings.length === 0) return undefined;
  const entries = worstOf(input.findings.flatMap((finding) => entriesOf(finding, image, current, input)));
  const purl = imagePurl(image, current, input.head?.promoted?.reference);
  const content = {
    author: input.author,
    role: 'Document Creator',
    timestamp: input.now.toISOString(),
    version: 1,
    tooling: 'golden-images',
    statements: togetherOf(entries, purl, current.replace(/^sha256:/, '')),
  };
  return { '@context': OPENVEX_CONTEXT, '@id': input.id ?? urnOf(JSON.stringify(content)), ...content };
}

/** The document as the text of a file. */
export function openVexJson(document: OpenVexDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function entriesOf(finding: FindingItem, image: GoldenImage, current: string, input: OpenVexInput): Entry[] {
  const observed = observationOn(finding, current);
  const exception = exceptionFor(finding, image.name, input.exceptions, input.now);
  const { status, notes, action } = vexStatusOf(finding, {
    current,
    observed,
    exception,
    lapsed: lapsedExceptionFor(finding, image.name, input.exceptions, input.now),
    head: input.head,
    patches: input.patches,
    policy: image.policy,
  });
  const seen = new Date(Math.min(Date.parse(observed?.observedAt ?? finding.firstObservedAt), input.now.getTime()));
  return packagesOf(finding, observed, status, input).map((one) => ({
    purl: packagePurl(one, finding.packageManager, image, observed?.platform ?? anyPlatform(finding)),
    vulnerability: { name: finding.vulnerabilityId },
    timestamp: seen.toISOString(),
    status,
    status_notes: notes,
    ...(action !== undefined && { action_statement: action }),
  }));
}

/**
 * The binaries that the promoted patch found behind a package, at their versions now; else the package as the scanner names
 * it, on Debian a source. A fixed one without known binaries has no version: the scanner's is the one before the fix.
 */
function packagesOf(
  { package: name }: FindingItem,
  observed: Observation | undefined,
  status: VexStatus,
  { head, patches }: OpenVexInput,
): readonly { readonly name: string; readonly version: string }[] {
  const patch = patches.find(({ sequence }) => sequence === head?.promoted?.patch);
  const target = patch?.targets.find((one) => isAbout(one, name));
  const binaries = patch?.outcomes?.find((one) => one.package === target?.package)?.binaries ?? [];
  if (target !== undefined && binaries.length > 0)
    return binaries.map(({ name: binary, after }) => ({ name: binary, version: after }));
  return [{ name, version: status === 'fixed' ? '' : (observed?.installed ?? '') }];
}

/** Platform by any digest of the image, oldest digest name first, so that the order of arrival does not matter. */
function anyPlatform({ observations }: FindingItem): string | undefined {
  const [first] = Object.keys(observations)
    .sort()
    .flatMap((digest) => observations[digest]?.platform ?? []);
  return first;
}

function worstOf(entries: readonly Entry[]): Entry[] {
  const rank = (entry: Entry): string =>
    [WORST_FIRST.indexOf(entry.status), entry.timestamp, entry.status_notes, entry.action_statement ?? ''].join('\n');
  const worst = new Map<string, Entry>();
  for (const entry of entries) {
    const key = `${entry.vulnerability.name}\n${entry.purl}`;
    const known = worst.get(key);
    if (known === undefined || rank(entry) < rank(known)) worst.set(key, entry);
  }
  return [...worst.values()];
}

/** One statement per vulnerability and word on it, with all packages that it is true of; sorted. */
function togetherOf(entries: readonly Entry[], purl: string, sha256: string): VexStatement[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { purl: _purl, ...said } = entry;
    const key = JSON.stringify([said.vulnerability.name, said]);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()]
    .map((group) => group.sort((left, right) => compare(left.purl, right.purl)))
    .sort(([left], [right]) => compare(rankOf(left), rankOf(right)))
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { purl: _purl, status, vulnerability, timestamp, ...texts } = first;
      const subcomponents = group.map((entry) => component(entry.purl));
      const product = { ...component(purl), hashes: { 'sha-256': sha256 }, subcomponents };
      return [{ vulnerability, timestamp, products: [product], status, ...texts }];
    });
}

function rankOf(entry: Entry | undefined): string {
  return `${entry?.vulnerability.name ?? ''}\n${entry?.purl ?? ''}`;
}

function component(purl: string): VexSubcomponent {
  return { '@id': purl, identifiers: { purl } };
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A UUID of version 8 (RFC 9562: of one's own making) out of a hash. */
function urnOf(content: string): string {
  const hash = createHash('sha256').update(content).digest('hex');
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16);
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `${variant}${hash.slice(17, 20)}`];
  return `urn:uuid:${[...parts, hash.slice(20, 32)].join('-')}`;
}
