import { MemoryFindingSource } from '../../../adapters/local/memory-finding-source';
import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { Estate, GoldenImage } from '../../../domain/config/golden-image';
import type { Finding } from '../../../domain/finding/finding';
import type { RegistryReason } from '../../../domain/policy/registry-reason';
import type { Notice } from '../../../domain/notice/notice';
import type { ParentDigest, ParentUnknown } from '../../../domain/reconcile/parent-digest';
import type { RegisteredDigest } from '../../../domain/reconcile/other-images';
import { hasOtherImages } from '../../../domain/reconcile/other-images';
import type { FindingItem } from '../../../domain/table/finding-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import type { PatchItem } from '../../../domain/table/patch-item';
import { isPatchItem } from '../../../domain/table/patch-item';
import { reconcileKey } from '../../../domain/table/keys';
import type { ReconcileItem, UnwatchedParent } from '../../../domain/table/reconcile-item';
import { isReconcileItem } from '../../../domain/table/reconcile-item';
import type { ReplanItem } from '../../../domain/table/replan-item';
import { isReplanItem } from '../../../domain/table/replan-item';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import { makeIngestFinding, makeJudgeAgain } from '../../../functions/ingest-finding/ingest-finding';
import { makeReconcile } from '../../../functions/reconcile-findings/reconcile-findings';
import type {
  OtherUseCases,
  Outcome,
  ReconcilePorts,
  ReconcileResult,
} from '../../../functions/reconcile-findings/reconcile-ports';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import { makeStartBuild } from '../../../functions/start-build/start-build';
import { digestOf, makeFinding, makeImage, NOW, silent } from '../table/samples';

/** The repository of the samples' image. */
export const REPOSITORY = 'golden/debian-12';

/** The parent, as it is at first. */
const PRIVATE: ParentUnknown = { trouble: 'no-access', detail: 'it is private' };

/** What a world begins with. */
export interface WorldOptions {
  readonly image?: GoldenImage;
  readonly exceptions?: Estate['exceptions'];
  /** In place of some of the ports. */
  readonly ports?: Partial<ReconcilePorts>;
  /** In place of some of the other functions' use cases. */
  readonly useCases?: Partial<OtherUseCases>;
}

/**
 * A reconcile-findings with a table, a scanner, a registry and a builder in memory. ingest-finding, generate-patch,
 * signal-rebuild and start-build are the real ones; track-build, rollback, rebuild and expiry write down that they were asked.
 */
export function reconcileWorld({ image = makeImage(), exceptions = [], ports = {}, useCases = {} }: WorldOptions = {}) {
  const table = new MemoryFindingTable();
  const source = new MemoryFindingSource(2);
  const asked: string[] = [];
  const notices: Notice[] = [];
  const deleted = new Set<string>();
  const parameters = new Map<string, { value: string; version: number }>();
  const builds: string[] = [];
  const state = {
    now: NOW,
    /** A digest alone stands for one that is in no list. */
    parent: PRIVATE as string | ParentDigest | ParentUnknown,
    /** What the image's repository has. */
    registered: [{ digest: digestOf('a'), tags: ['stable'] }] as readonly RegisteredDigest[],
    unusable: undefined as RegistryReason | undefined,
    track: { did: 'nothing', why: 'building' } as Outcome,
  };
  const clock = (): Date => state.now;
  // An earlier run has seen it: what a run writes is what a test is about.
  const unwatched: UnwatchedParent = { ...PRIVATE, reference: image.parent ?? '', since: NOW.toISOString() };
  void table.put({ ...reconcileKey(image.name), type: 'RECONCILE', version: 1, image: image.name, unwatched }, 0);
  const estate = { byRepository: new Map([[image.repository, image]]), exceptions };
  const common = { table, estate, clock, logger: silent };
  const signal = {
    put: async (name: string, value: string) => {
      const version = (parameters.get(name)?.version ?? 0) + 1;
      parameters.set(name, { value, version });
      return await Promise.resolve({ version });
    },
    get: async (name: string) => await Promise.resolve(parameters.get(name)),
  };
  const builder = {
    start: async ({ patchId }: { patchId: string }) => {
      builds.push(patchId);
      return await Promise.resolve(`build-${patchId.slice(0, 4)}`);
    },
    get: async (): Promise<never> => await Promise.reject(new Error('must not be asked')),
  };
  const note = async <T>(name: string, result: T): Promise<T> => {
    asked.push(name);
    return await Promise.resolve(result);
  };
  const generatePatch = makeGeneratePatch({
    ...common,
    scripts: new MemoryScriptStore(),
    authors: { choice: 'rules' },
  });
  const reconcile = makeReconcile({
    table,
    source,
    registry: {
      parentDigest: async () =>
        await Promise.resolve(typeof state.parent === 'string' ? { digest: state.parent } : state.parent),
      floatingDigest: async ({ floatingTag }) => {
        const tagged = state.registered.find(({ digest, tags }) => tags.includes(floatingTag) && !deleted.has(digest));
        return await Promise.resolve(tagged?.digest);
      },
      unusable: async (_image, digest) =>
        await Promise.resolve(deleted.has(digest) ? 'image-not-found' : state.unusable),
      hasImages: async () => await Promise.resolve(hasOtherImages(state.registered)),
    },
    signal,
    notifier: {
      notify: async (notice) => {
        notices.push(notice);
        await Promise.resolve();
      },
    },
    useCases: {
      ingest: makeIngestFinding(common),
      judgeAgain: makeJudgeAgain(common),
      expireApprovals: async () => {
        await note('expire-approvals', undefined);
      },
      signalRebuild: makeSignalRebuild({ ...common, signal }),
      startBuild: makeStartBuild({ ...common, signal, builder }),
      trackBuild: async () => await note('track-build', state.track),
      checkPromoted: async () => {
        await note('check-promoted', undefined);
      },
      rebuildImage: async (_image, { why }) => await note(`rebuild: ${why}`, { did: 'written' }),
      ...useCases,
    },
    exceptions,
    gatherSeconds: 60,
    rescanDays: 14,
    clock,
    logger: silent,
    ...ports,
  });
  const items = async () => await table.query('IMAGE#debian-12');
  return {
    table,
    source,
    asked,
    notices,
    deleted,
    parameters,
    builds,
    state,
    run: async (): Promise<ReconcileResult> => await reconcile(image),
    ingest: makeIngestFinding(common),
    generate: async () => await generatePatch(image),
    /** Lets time go by. */
    wait: (minutes: number): void => {
      state.now = new Date(state.now.getTime() + minutes * 60_000);
    },
    /** What the scanner lists of a digest that it has scanned. */
    scan: (findings: readonly Finding[], digest = digestOf('a')): void => {
      source.setFindings(REPOSITORY, digest, findings);
      source.setStatus(REPOSITORY, digest, { state: 'scanned', at: '2024-05-31T00:00:00.000Z' });
    },
    findings: async (): Promise<FindingItem[]> => (await items()).filter(isFindingItem),
    /** State and reason of each finding. */
    verdicts: async (): Promise<string[]> =>
      (await items()).filter(isFindingItem).map(({ state: is, reason }) => [is, reason].join(' ').trim()),
    patches: async (): Promise<PatchItem[]> => (await items()).filter(isPatchItem),
    memory: async (): Promise<ReconcileItem | undefined> => (await items()).find(isReconcileItem),
    replan: async (): Promise<ReplanItem | undefined> => (await items()).find(isReplanItem),
    /** Writes since the beginning. */
    writes: (): number => table.changes().length,
  };
}

/** Two findings, one of them not to be acted on. */
export const FINDINGS = [makeFinding(), makeFinding({ vulnerabilityId: 'CVE-2024-0002', severity: 'LOW' })];
