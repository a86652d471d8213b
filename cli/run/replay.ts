import { MemoryFindingTable } from '../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../adapters/local/memory-script-store';
import type { Logger } from '../../domain/ports';
import { isFindingItem } from '../../domain/table/finding-item';
import { imagePartition } from '../../domain/table/keys';
import type { PatchItem } from '../../domain/table/patch-item';
import { isPatchItem } from '../../domain/table/patch-item';
import { makeGeneratePatch } from '../../functions/generate-patch/generate-patch';
import { makeIngestFinding } from '../../functions/ingest-finding/ingest-finding';
import type { MalformedRecord } from './ingest-files';
import { ingestFiles } from './ingest-files';
import { imagesOf, loadEstate } from './load-estate';

/** What `replay` prints. */
export interface ReplayReport {
  readonly records: number;
  readonly malformed: readonly MalformedRecord[];
  readonly duplicates: number;
  readonly ignored: Readonly<Record<string, number>>;
  /** Findings by state. */
  readonly findings: Readonly<Record<string, number>>;
  /** Parked findings by reason. */
  readonly parked: Readonly<Record<string, number>>;
  readonly images: Readonly<Record<string, ReplayedImage>>;
}

/** What would be done to one image. */
export interface ReplayedImage {
  readonly targets: readonly {
    readonly ecosystem: string;
    readonly package: string;
    readonly floor: string;
    readonly vulnerabilities: readonly string[];
  }[];
  readonly patches: number;
  readonly modelCalls: number;
  readonly builds: number;
}

/** What `replay` is asked for. */
export interface ReplayOptions {
  readonly findings: readonly string[];
  readonly config?: string;
  /** Decides as of this time. */
  readonly now: Date;
  readonly logger: Logger;
}

/** Makes the decisions that `patch` would make on these findings alone, in memory, and leaves nothing behind. */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { now, logger } = options;
  const clock = (): Date => now;
  const estate = await loadEstate(options.config, 'always');
  const table = new MemoryFindingTable({ keepsChanges: false });
  const ingest = makeIngestFinding({ table, estate, clock, logger });
  const summary = await ingestFiles(options.findings, ingest);
  const generatePatch = makeGeneratePatch({
    table,
    scripts: new MemoryScriptStore(),
    authors: { choice: 'rules' },
    clock,
    logger,
  });

  const states = new Map<string, number>();
  const parked = new Map<string, number>();
  const images: [string, ReplayedImage][] = [];
  for (const image of imagesOf(estate.byRepository, summary.images)) {
    await generatePatch(image);
    const patches: PatchItem[] = [];
    for (const item of table.read(imagePartition(image.name))) {
      if (isPatchItem(item)) patches.push(item);
      if (!isFindingItem(item)) continue;
      increment(states, item.state);
      if (item.state === 'PARKED') increment(parked, item.reason ?? 'unknown');
    }
    images.push([
      image.name,
      {
        targets: (patches.at(-1)?.targets ?? []).map(({ ecosystem, package: name, floor, vulnerabilities }) => ({
          ecosystem,
          package: name,
          floor,
          vulnerabilities,
        })),
        patches: patches.length,
        modelCalls: patches.reduce((sum, patch) => sum + patch.modelCalls, 0),
        builds: patches.filter((patch) => patch.state === 'READY').length,
      },
    ]);
  }
  return {
    records: summary.records,
    malformed: summary.malformed,
    duplicates: summary.duplicates,
    ignored: summary.ignored,
    findings: sorted(states),
    parked: sorted(parked),
    images: Object.fromEntries(images),
  };
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([left], [right]) => (left < right ? -1 : 1)));
}
