import { MemoryFindingSource } from '../../../adapters/local/memory-finding-source';
import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { GoldenImage } from '../../../domain/config/golden-image';
import { BadInputError } from '../../../domain/errors';
import type { Finding } from '../../../domain/finding/finding';
import type { RiskException } from '../../../domain/policy/exception';
import type {
  BuildStatus,
  FindingTable,
  ImageDescription,
  ImageLayers,
  ImageLookup,
  ImageRegistry,
  Notifier,
  ScriptStore,
} from '../../../domain/ports';
import type { FindingItem } from '../../../domain/table/finding-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import { readHead, updateHead } from '../../../domain/table/head-changes';
import type { HeadItem } from '../../../domain/table/head-item';
import type { PatchItem } from '../../../domain/table/patch-item';
import { isPatchItem } from '../../../domain/table/patch-item';
import { isReplanItem } from '../../../domain/table/replan-item';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { makeCheckPromoted } from '../../../functions/track-build/check-promoted';
import { makeRollBack } from '../../../functions/track-build/roll-back';
import { makeScanProof } from '../../../functions/track-build/scan-proof';
import { makeTrackBuild } from '../../../functions/track-build/track-build';
import { RecordingNotifier } from '../../support/recording-notifier';
import { recordingMetrics } from '../lambda/recorders';
import { digestOf, makeFinding, makeImage, makePatch, silent } from '../table/samples';
import { describeImage } from '../use-cases/pipeline-world';

/** Repository of the image. */
export const REPOSITORY = 'golden/debian-12';
export const HOST = '123456789012.dkr.ecr.us-east-1.amazonaws.com';
/** Digest that findings were about, and that the floating tag is on. */
export const SCANNED = digestOf('a');
/** Digest of the candidate of patch 1. */
export const BUILT = digestOf('c');
/** Digest of the candidate of patch 2. */
export const BUILT_NEXT = digestOf('e');
export const PARENT = digestOf('b');
/** When the candidate was pushed, and its scan completed; the clock stands at the latter. */
export const PUSHED = '2024-06-01T10:00:00.000Z';
export const SCANNED_AT = '2024-06-01T10:05:00.000Z';
/** Reference by digest. */
export const at = (digest: string): string => `${HOST}/${REPOSITORY}@${digest}`;
export const tagged = (tag: string): string => `${HOST}/${REPOSITORY}:${tag}`;

/** A finding on the candidate. */
export const onCandidate = (overrides: Partial<Finding> = {}): Finding =>
  makeFinding({ digest: BUILT, tags: ['candidate'], pushedAt: PUSHED, observedAt: SCANNED_AT, ...overrides });
/** krb5, HIGH, with a fix. */
export const KRB5 = { vulnerabilityId: 'CVE-2024-0002', package: 'krb5', installed: '1.20-1', floor: '1.20-2' };

/** Which side effects there are. */
export type Effect = <T>(run: () => Promise<T>) => Promise<T>;

export interface ScanWorldOptions {
  readonly image?: GoldenImage;
  /** Findings on what is current, as the scanner has listed them. */
  readonly findings?: readonly Finding[];
  readonly patch?: Partial<PatchItem>;
  readonly exceptions?: readonly RiskException[];
  /** Wraps every side effect. */
  readonly effect?: Effect;
  /** False: the parent is not in the registry, as is usual. */
  readonly hasParent?: boolean;
}

/** An image on AWS in memory: patch 1 is BUILDING, and its build has ended with the candidate; nothing is scanned yet. */
export async function scanWorld({
  image = makeImage({ parent: 'parent' }),
  findings = [makeFinding()],
  patch = {},
  exceptions = [],
  effect = async (run) => await run(),
  hasParent = false,
}: ScanWorldOptions = {}) {
  const [store, texts, source] = [new MemoryFindingTable(), new MemoryScriptStore(), new MemoryFindingSource(2)];
  const [notifier, metrics] = [new RecordingNotifier(), recordingMetrics()];
  let now = new Date(SCANNED_AT);
  const images = new Map<string, ImageDescription>();
  const tags = new Map<string, string>();
  /** Every move of the floating tag. */
  const moves: string[] = [];
  const untagged: string[] = [];
  const add = (digest: string, overrides: Partial<ImageDescription> = {}): void => {
    images.set(digest, { ...describeImage(at(digest), digest), ...overrides });
  };
  const layer = (name: string): { digest: string; size: number } => ({
    digest: `sha256:${name}`,
    size: name === 'diff-parent' ? 900 : 100,
  });
  add(SCANNED);
  for (const digest of [BUILT, BUILT_NEXT])
    add(digest, { layers: ['parent', 'script', 'run', 'above'].map((name) => layer(`diff-${name}`)) });
  add(PARENT, { layers: [layer('diff-parent')] });
  tags.set(tagged('stable'), SCANNED);
  tags.set(tagged('candidate'), BUILT);
  const resolve = (reference: string): ImageDescription | undefined => {
    const digest = reference.includes('@') ? reference.slice(reference.indexOf('@') + 1) : tags.get(reference);
    const found = images.get(digest ?? '');
    return found && { ...found, reference };
  };
  const registry: ImageRegistry = {
    describe: async (reference) => await Promise.resolve(resolve(reference)),
    parentOf: async () => {
      if (!hasParent) throw new BadInputError('the parent is not in the registry');
      return await Promise.resolve({ ...images.get(PARENT)!, reference: `${HOST}/parents/debian:12` });
    },
    referenceOf: (_image, tag) => tagged(tag),
    tag: async (from, to) => {
      await effect(async () => {
        const digest = resolve(from)?.digest;
        if (digest === undefined) throw new Error(`there is no ${from}`);
        if (to === tagged('stable') && tags.get(to) !== digest) moves.push(digest);
        tags.set(to, digest);
        await Promise.resolve();
      });
    },
    untag: async (reference) => {
      await effect(async () => {
        untagged.push(reference);
        if (!reference.includes('@')) tags.delete(reference);
        await Promise.resolve();
      });
    },
  };
  const lookup: ImageLookup = {
    lookUp: async (_repository, digest) =>
      await Promise.resolve(
        images.has(digest)
          ? {
              ...{ digest, tags: [], pushedAt: PUSHED, os: 'linux', architecture: 'amd64', labels: {} },
              layers: ['parent', 'script', 'run', 'above'].map((name) => `sha256:${name}-${digest.slice(7, 8)}`),
            }
          : { unusable: 'image-not-found' as const, detail: `${digest} is gone` },
      ),
  };
  const layers: ImageLayers = {
    layersOf: async (_repository, digest) =>
      await Promise.resolve(images.has(digest) ? ['sha256:parent', `sha256:last-${digest.slice(7, 8)}`] : undefined),
  };
  const table: FindingTable = {
    get: store.get.bind(store),
    query: store.query.bind(store),
    put: async (...args) => {
      await effect(async () => {
        await store.put(...args);
      });
    },
    delete: store.delete.bind(store),
  };
  const scripts: ScriptStore = {
    putScript: texts.putScript.bind(texts),
    getScript: texts.getScript.bind(texts),
    putAudit: async (...args) => await effect(async () => await texts.putAudit(...args)),
    getAudit: texts.getAudit.bind(texts),
  };
  const told: Notifier = {
    notify: async (notice) => {
      await effect(async () => {
        await notifier.notify(notice);
      });
    },
  };
  let status: BuildStatus = { state: 'AVAILABLE', candidate: { reference: at(BUILT), digest: BUILT } };
  const ports = {
    ...{ table, scripts, registry, lookup, layers, source, metrics, exceptions, logger: silent },
    builder: {
      start: async () => await Promise.resolve('build'),
      get: async () => await Promise.resolve(status),
    },
    notifier: told,
    clock: () => now,
  };
  const ingest = makeIngestFinding({
    ...{ table: store, clock: ports.clock, logger: silent },
    estate: { byRepository: new Map([[image.repository, image]]), exceptions },
  });
  await ingest(findings);
  source.setStatus(REPOSITORY, SCANNED, { state: 'scanned', at: '2024-05-31T00:00:00.000Z' });
  source.setFindings(REPOSITORY, SCANNED, findings);
  const lease = async (sequence: number): Promise<void> => {
    await updateHead(store, image.name, (head) => ({
      ...head,
      state: 'BUSY',
      sequence,
      lease: { patch: sequence, since: now.toISOString(), buildId: 'build' },
    }));
  };
  await lease(1);
  await store.put(
    makePatch({ state: 'BUILDING', buildId: 'build', stateSince: '2024-06-01T09:00:00.000Z', ...patch }),
    0,
  );
  const items = async () => await store.query('IMAGE#debian-12');
  return {
    ...{ store, texts, source, notifier, metrics, images, tags, moves, untagged, ingest },
    setNow: (time: string) => {
      now = new Date(time);
    },
    setStatus: (next: BuildStatus) => {
      status = next;
    },
    /** Completes the scan of a digest with what it lists. */
    scan: (listed: readonly Finding[], digest = BUILT, completed = now.toISOString()) => {
      source.setStatus(REPOSITORY, digest, { state: 'scanned', at: completed });
      source.setFindings(REPOSITORY, digest, listed);
    },
    /** Lets another patch have its build end with a candidate of its own. */
    next: async (overrides: Partial<PatchItem> = {}) => {
      await lease(2);
      tags.set(tagged('candidate'), BUILT_NEXT);
      status = { state: 'AVAILABLE', candidate: { reference: at(BUILT_NEXT), digest: BUILT_NEXT } };
      await store.put(
        makePatch({ ...{ sequence: 2, state: 'BUILDING', patchId: 'd'.repeat(64), buildId: 'build' }, ...overrides }),
        0,
      );
    },
    track: async () => await makeTrackBuild({ ...ports, proof: makeScanProof(ports) })(image),
    rollBack: async (by = 'alice', reason = 'it breaks our build') => await makeRollBack(ports)(image, { by, reason }),
    check: async (as: GoldenImage = image) => await makeCheckPromoted(ports)(as),
    items,
    head: async (): Promise<HeadItem | undefined> => await readHead(store, image.name),
    patch: async (sequence = 1): Promise<PatchItem | undefined> =>
      (await items()).filter(isPatchItem).find((one) => one.sequence === sequence),
    finding: async (name: string): Promise<FindingItem | undefined> =>
      (await items()).filter(isFindingItem).find((one) => one.package === name),
    findings: async (): Promise<string[]> =>
      (await items())
        .filter(isFindingItem)
        .map(({ package: name, state, reason }) => [name, state, reason].filter(Boolean).join(' ')),
    replan: async () => (await items()).find(isReplanItem)?.why,
    floating: () => tags.get(tagged('stable')),
  };
}

/** A world whose patch 1 is promoted, with glibc fixed. */
export async function promotedWorld(options: ScanWorldOptions = {}) {
  const here = await scanWorld(options);
  here.scan([]);
  await here.track();
  return here;
}
