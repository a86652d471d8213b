import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { Authors } from '../../../domain/author/authors';
import type { Estate, GoldenImage } from '../../../domain/config/golden-image';
import { BuildRefusedError } from '../../../domain/errors';
import type { Finding } from '../../../domain/finding/finding';
import type { Notice } from '../../../domain/notice/notice';
import type { ChangeRecord, Notifier, RebuildSignal } from '../../../domain/ports';
import type { RiskException } from '../../../domain/policy/exception';
import { hasOtherImages } from '../../../domain/reconcile/other-images';
import { keptLog } from '../../../domain/script/kept-log';
import type { FindingItem } from '../../../domain/table/finding-item';
import { isFindingItem } from '../../../domain/table/finding-item';
import type { HeadItem } from '../../../domain/table/head-item';
import { isHeadItem } from '../../../domain/table/head-item';
import type { TableItem } from '../../../domain/table/items';
import { imagePartition } from '../../../domain/table/keys';
import type { PatchItem } from '../../../domain/table/patch-item';
import { isPatchItem } from '../../../domain/table/patch-item';
import { isPostponed } from '../../../domain/table/postpone';
import { isReplanItem } from '../../../domain/table/replan-item';
import { imageOf, wakesGeneratePatch, wakesSignalRebuild } from '../../../domain/table/stream-filters';
import { makeDecideApproval } from '../../../functions/decide-approval/decide-approval';
import { makeExpireApprovals } from '../../../functions/decide-approval/expire-approvals';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import { lookUpSource } from '../../../functions/generate-patch/look-up-source';
import { makeIngestFinding, makeJudgeAgain } from '../../../functions/ingest-finding/ingest-finding';
import type { RebuildRequest } from '../../../functions/rebuild-image/rebuild-image';
import { makeRebuildImage } from '../../../functions/rebuild-image/rebuild-image';
import { makeReconcile } from '../../../functions/reconcile-findings/reconcile-findings';
import type { ReconcileResult } from '../../../functions/reconcile-findings/reconcile-ports';
import { makeSignalRebuild } from '../../../functions/signal-rebuild/signal-rebuild';
import { makeStartBuild } from '../../../functions/start-build/start-build';
import { makeCheckPromoted } from '../../../functions/track-build/check-promoted';
import type { RollBackResult } from '../../../functions/track-build/roll-back';
import { makeRollBack } from '../../../functions/track-build/roll-back';
import { makeScanProof } from '../../../functions/track-build/scan-proof';
import { makeTrackBuild } from '../../../functions/track-build/track-build';
import { retryImage } from '../../../cli/run/retry-image';
import { recordingMetrics } from '../lambda/recorders';
import { silent } from '../table/samples';
import { buildLog } from './build-log';
import type { BuildEnd, CloudBuild } from './cloud';
import { Cloud, versionTag } from './cloud';
import type { DiesAt } from './effects';
import { Effects } from './effects';
import { Scanner } from './scanner';

/** What a world is made of. */
export interface WorldOptions {
  readonly images: readonly GoldenImage[];
  readonly exceptions?: readonly RiskException[];
  readonly diesAt?: DiesAt;
  /** ISO 8601. @default 2024-06-01T00:00:00.000Z */
  readonly begins?: string;
  /** @default rules */
  readonly authors?: Authors;
}

/** Events that may be lost or come twice, by where they come from. */
export type EventKind = 'findings' | 'parameters' | 'builds' | 'scans';

/**
 * The closed loop in memory: every use case on local adapters, a scanner, a registry and a builder, and the events
 * between them, which a test delivers, loses or repeats. Processes may die at any side effect; what was not answered for
 * comes again.
 */
export class World {
  readonly table = new MemoryFindingTable();
  readonly scripts = new MemoryScriptStore();
  readonly notices: Notice[] = [];
  readonly metrics = recordingMetrics();
  readonly cloud: Cloud;
  readonly scanner: Scanner;
  readonly effects: Effects;
  readonly parameters = new Map<string, { value: string; version: number }>();
  /** Is told of a notice before people get it; what it throws, the topic answers. */
  onNotice: ((notice: Notice) => void) | undefined;
  /** Every value that a parameter was given, in order. */
  readonly signals: { readonly image: string; readonly value: string }[] = [];
  now: Date;
  estate: Estate;
  /** False: builds leave no log, as where it cannot be had. */
  leavesLogs = true;
  /** What a build prints beside what its script says of itself. */
  printed = '';
  private readonly authors: Authors;
  private readonly queues: Record<Exclude<EventKind, 'findings'>, string[]> = { parameters: [], builds: [], scans: [] };
  private lost: EventKind | undefined;
  private readonly checkpoints = { generatePatch: 0, signalRebuild: 0 };

  constructor({
    images,
    exceptions = [],
    diesAt,
    begins = '2024-06-01T00:00:00.000Z',
    authors = { choice: 'rules' },
  }: WorldOptions) {
    this.authors = authors;
    this.now = new Date(begins);
    this.cloud = new Cloud(() => this.now);
    this.scanner = new Scanner(this.cloud, () => this.now);
    this.effects = new Effects(diesAt);
    this.estate = { byRepository: new Map(images.map((image) => [image.repository, image])), exceptions };
  }

  /** A declared image, by name. */
  image(name: string): GoldenImage {
    const found = this.images().find((image) => image.name === name);
    if (found === undefined) throw new Error(`no image ${name}`);
    return found;
  }

  images(): GoldenImage[] {
    return [...this.estate.byRepository.values()];
  }

  /** Lets time pass. */
  tick(hours: number): void {
    this.now = new Date(this.now.getTime() + hours * 3_600_000);
  }

  /** Completes the scans of every image that was pushed. */
  scanAll(): void {
    for (const digest of this.scanner.waiting()) {
      const repository = this.cloud.images.get(digest)?.repository ?? '';
      this.scanner.scan(digest);
      const image = this.estate.byRepository.get(repository);
      if (image !== undefined) this.queues.scans.push(image.name);
    }
  }

  /**
   * Has every build in flight push its image before it ends, and the scanner tell of it at once.
   * @param tagged whether the image has the builder's own tag by then, or none
   */
  async pushEarly(tagged: 'versioned' | 'untagged'): Promise<void> {
    for (const build of this.cloud.running()) {
      const image = this.image(build.image);
      const tags = tagged === 'versioned' ? [versionTag(build)] : [];
      this.cloud.pushEarly(build, image, tags, await this.raisedBy(build, []));
    }
    this.scanAll();
  }

  /**
   * Ends every build in flight.
   * @param unavailable packages that the distribution's repositories do not offer at their floor
   */
  async endBuilds(how: BuildEnd = 'works', unavailable: readonly string[] = []): Promise<void> {
    for (const build of this.cloud.running()) {
      const image = this.image(build.image);
      const patch = await this.patchOf(build);
      // What is pushed already has what it has.
      const lacking = build.pushed === undefined ? unavailable : [];
      this.cloud.end(build, image, how, await this.raisedBy(build, lacking));
      if (this.leavesLogs && patch !== undefined)
        await this.leaveLog(
          build,
          buildLog(patch, how, {
            unavailable: lacking,
            parent: this.cloud.parents.get(image.name) ?? {},
            printed: this.printed,
          }),
        );
      this.queues.builds.push(image.name);
    }
  }

  private async patchOf(build: CloudBuild): Promise<PatchItem | undefined> {
    return (await this.patches(build.image)).find(({ patchId }) => patchId === build.patchId);
  }

  /** Versions that a build's patch reaches, by package. */
  private async raisedBy(build: CloudBuild, unavailable: readonly string[]): Promise<Record<string, string>> {
    const targets = (await this.patchOf(build))?.targets ?? [];
    const raised = targets.filter((target) => !unavailable.includes(target.package));
    return Object.fromEntries(raised.map((target) => [target.package, target.floor]));
  }

  /** As the adapter of Image Builder does, when it is asked how the build stands. */
  private async leaveLog(build: CloudBuild, log: string): Promise<void> {
    if (build.status.state === 'BUILDING') return;
    const logUri = await this.scripts.putAudit(build.image, `${versionTag(build)}.build.log`, keptLog(log));
    build.status = { ...build.status, logUri };
  }

  /** Loses the events of a kind: those that are on their way, and those to come, until none is lost any more. */
  lose(kind: EventKind | undefined): void {
    this.lost = kind;
    this.dropLost();
  }

  /** Has the events that are on their way come twice. */
  repeat(kind: EventKind): void {
    if (kind === 'findings') this.scanner.events.push(...this.scanner.events);
    else this.queues[kind].push(...this.queues[kind]);
  }

  /** Works until nothing moves any more but builds and scans. */
  async settle(): Promise<void> {
    for (let round = 0; round < 500; round++) if (!(await this.step())) return;
    throw new Error('the loop does not come to rest');
  }

  /** Takes everything once that is on its way. @returns whether there was anything */
  async step(): Promise<boolean> {
    this.dropLost();
    const findings = this.scanner.events.splice(0);
    if (
      findings.length > 0 &&
      !(await this.run(async () => {
        await this.ingestNow(findings);
      }))
    )
      this.scanner.events.unshift(...findings);
    const generated = await this.consume('generatePatch', wakesGeneratePatch, async (image) => {
      await makeGeneratePatch(this.ports())(image);
    });
    const signaled = await this.consume('signalRebuild', wakesSignalRebuild, async (image) => {
      await makeSignalRebuild(this.ports())(image);
    });
    this.dropLost();
    const started = await this.take('parameters', async (image) => {
      await this.startBuild(image);
    });
    const tracked = await this.take('builds', async (image) => {
      await this.trackNow(image.name);
    });
    const scanned = await this.take('scans', async (image) => {
      await this.trackNow(image.name);
    });
    return findings.length > 0 || [generated, signaled, started, tracked, scanned].includes(true);
  }

  /** One run of reconcile-findings over every image. @returns what became of each; none of an image whose run died */
  async reconcile(): Promise<readonly ReconcileResult[]> {
    const results: ReconcileResult[] = [];
    for (const image of this.images())
      await this.run(async () => {
        results.push(await makeReconcile(this.reconcilePorts())(image));
      });
    return results;
  }

  /** A person takes the promoted image back. @returns undefined where that died */
  async rollBack(name: string, reason: string): Promise<RollBackResult | undefined> {
    let result: RollBackResult | undefined;
    await this.run(async () => {
      result = await makeRollBack(this.trackPorts())(this.image(name), { by: 'somebody', reason });
    });
    return result;
  }

  /**
   * Somebody who may push to the registry moves the floating tag of an image that was promoted, past everything that is
   * proven: to an image that they push, as vulnerable as the parent; to the oldest that is there; away; or back.
   */
  async moveTag(name: string, where: 'to a new image' | 'to an old one' | 'away' | 'back'): Promise<void> {
    const { repository, floatingTag } = this.image(name);
    const tag = `${repository}:${floatingTag}`;
    const promoted = (await this.head(name))?.promoted?.digest;
    if (promoted === undefined) return;
    if (where === 'away') this.cloud.tags.delete(tag);
    else if (where === 'back') this.cloud.tags.set(tag, promoted);
    else if (where === 'to a new image') this.cloud.push(repository, [floatingTag], this.cloud.parents.get(name) ?? {});
    else this.cloud.tags.set(tag, this.cloud.imagesOf(repository)[0]?.digest ?? promoted);
  }

  /** Somebody pushes an image beside the one with the floating tag, as vulnerable as the parent. */
  pushBeside(name: string): void {
    this.cloud.push(this.image(name).repository, ['nightly'], this.cloud.parents.get(name) ?? {});
  }

  /** A person decides on a patch. */
  async decide(name: string, patch: number, decision: 'approved' | 'rejected'): Promise<void> {
    await makeDecideApproval(this.ports())(this.image(name), { patch, decision, by: 'somebody', reason: 'a reason' });
  }

  /** A person has an image start over. */
  async retry(name: string): Promise<void> {
    await this.run(
      async () => await retryImage(this.ports(), this.image(name), { by: 'somebody', reason: 'a reason' }),
    );
  }

  /** A person wants an image built again. */
  async rebuild(name: string, why: string, more: Pick<RebuildRequest, 'acceptsContract'> = {}): Promise<void> {
    const request = { why, by: 'somebody', ...more };
    await this.run(async () => await makeRebuildImage(this.ports())(this.image(name), request));
  }

  /** Takes facts in at once, also in the midst of something else. */
  async ingestNow(findings: readonly Finding[]): Promise<void> {
    await makeIngestFinding({ ...this.ports(), estate: this.estate, layers: this.cloud.layers })(findings);
  }

  /** Looks after the build of an image at once, also in the midst of something else: a second delivery of its event. */
  async trackNow(name: string): Promise<void> {
    await makeTrackBuild(this.trackPorts())(this.image(name));
  }

  async head(name: string): Promise<HeadItem | undefined> {
    return (await this.items(name)).find(isHeadItem);
  }

  async patches(name: string): Promise<PatchItem[]> {
    return (await this.items(name)).filter(isPatchItem);
  }

  async findings(name: string): Promise<FindingItem[]> {
    return (await this.items(name)).filter(isFindingItem);
  }

  /** ISO 8601; until when an image is put off that could not be looked at; undefined where it is not. */
  async postponed(name: string): Promise<string | undefined> {
    const note = (await this.items(name)).find(isReplanItem);
    const notBefore = note?.state === 'REQUESTED' ? note.notBefore : undefined;
    return notBefore !== undefined && this.now.toISOString() < notBefore ? notBefore : undefined;
  }

  /** Digest that the floating tag points at. */
  floating(name: string): string | undefined {
    const { repository, floatingTag } = this.image(name);
    return this.cloud.tags.get(`${repository}:${floatingTag}`);
  }

  async items(name: string): Promise<TableItem[]> {
    return await this.table.query(imagePartition(name));
  }

  private dropLost(): void {
    if (this.lost === 'findings') this.scanner.events.length = 0;
    else if (this.lost !== undefined) this.queues[this.lost].length = 0;
  }

  /** A refusal after a try that may have started the build is tried for hours, and ends in the dead-letter queue. */
  private async startBuild(image: GoldenImage): Promise<void> {
    try {
      await makeStartBuild(this.ports())(image);
    } catch (error) {
      if (!(error instanceof BuildRefusedError)) throw error;
    }
  }

  /** Lets a consumer of the stream read what is new. @returns whether there was anything */
  private async consume(
    name: keyof World['checkpoints'],
    wakes: (record: ChangeRecord) => boolean,
    run: (image: GoldenImage) => Promise<void>,
  ): Promise<boolean> {
    const records = this.table.changes(String(this.checkpoints[name]));
    // As functions/shared/stream-batch.ts: a note for later wakes nobody.
    const names = new Set(records.filter((one) => wakes(one) && !isPostponed(one, this.now)).map(imageOf));
    for (const image of this.images().filter((one) => names.has(one.name)))
      if (
        !(await this.run(async () => {
          await run(image);
        }))
      )
        return true;
    this.checkpoints[name] += records.length;
    return records.length > 0;
  }

  /** Takes every event of a queue. @returns whether there was any */
  private async take(
    kind: Exclude<EventKind, 'findings'>,
    run: (image: GoldenImage) => Promise<void>,
  ): Promise<boolean> {
    const names = this.queues[kind].splice(0);
    for (const name of names)
      if (
        !(await this.run(async () => {
          await run(this.image(name));
        }))
      )
        this.queues[kind].push(name);
    return names.length > 0;
  }

  private async run(invocation: () => Promise<unknown>): Promise<boolean> {
    return await this.effects.invoke(invocation);
  }

  /** What the use cases work with; every write is a side effect that may kill the process. */
  private ports() {
    return {
      table: this.effects.guard(this.table, ['put', 'delete']),
      scripts: this.effects.guard(this.scripts, ['putScript', 'putAudit']),
      signal: this.effects.guard(this.signal, ['put']),
      builder: this.effects.guard(this.cloud.builder, ['start']),
      authors: this.authors,
      lookup: this.cloud.lookup,
      clock: () => this.now,
      logger: silent,
      metrics: this.metrics,
      notifier: this.effects.guard(this.notifier, ['notify']),
    };
  }

  private trackPorts() {
    const ports = {
      ...this.ports(),
      registry: this.effects.guard(this.cloud.registry, ['tag', 'untag']),
      exceptions: this.estate.exceptions,
      layers: this.cloud.layers,
      source: this.scanner,
    };
    return { ...ports, proof: makeScanProof(ports) };
  }

  private reconcilePorts() {
    const ports = { ...this.trackPorts(), estate: this.estate };
    return {
      ...ports,
      gatherSeconds: 60,
      rescanDays: 14,
      registry: {
        parentDigest: async (image: GoldenImage) =>
          await ports.registry
            .parentOf(image)
            .catch(() => ({ trouble: 'no-access' as const, detail: 'it is private' })),
        floatingDigest: async (image: GoldenImage) => await Promise.resolve(this.floating(image.name)),
        unusable: async (image: GoldenImage, digest: string) => {
          const found = await lookUpSource(this.cloud.lookup, image, digest);
          return 'unusable' in found ? found.unusable : undefined;
        },
        hasImages: async ({ repository }: GoldenImage) =>
          await Promise.resolve(hasOtherImages(this.cloud.imagesOf(repository))),
      },
      useCases: {
        ingest: makeIngestFinding(ports),
        judgeAgain: makeJudgeAgain(ports),
        expireApprovals: makeExpireApprovals(ports),
        signalRebuild: makeSignalRebuild(ports),
        startBuild: makeStartBuild(ports),
        trackBuild: makeTrackBuild(ports),
        checkPromoted: makeCheckPromoted(ports),
        rebuildImage: makeRebuildImage(ports),
      },
    };
  }

  private readonly notifier: Notifier = {
    notify: async (notice) => {
      this.onNotice?.(notice);
      this.notices.push(notice);
      await Promise.resolve();
    },
  };

  private readonly signal: RebuildSignal = {
    put: async (image, value) => {
      const version = (this.parameters.get(image)?.version ?? 0) + 1;
      this.parameters.set(image, { value, version });
      this.signals.push({ image, value });
      this.queues.parameters.push(image);
      return await Promise.resolve({ version });
    },
    get: async (image) => await Promise.resolve(this.parameters.get(image)),
  };
}
