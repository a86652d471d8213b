import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { ModelReply, PatchModel } from '../../../domain/author/model';
import { makeModelAuthor } from '../../../domain/author/model-author';
import { makeModelLedger } from '../../../domain/author/model-ledger';
import type { Prompt } from '../../../domain/author/prompt';
import type { PatchProposal } from '../../../domain/author/proposal';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { EcosystemId, InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import type { Finding } from '../../../domain/finding/finding';
import { explainFinding } from '../../../domain/table/explain-finding';
import { isFindingItem } from '../../../domain/table/finding-item';
import { isHeadItem } from '../../../domain/table/head-item';
import { imagePartition } from '../../../domain/table/keys';
import type { PatchItem } from '../../../domain/table/patch-item';
import type { VettingResult } from '../../../domain/vetting/operations';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import type { Authors } from '../../../domain/author/authors';
import { makeIngestFinding } from '../../../functions/ingest-finding/ingest-finding';
import { NOW, silent } from '../../unit/table/samples';
import type { Answer } from './replies/attack';

/** What is known of an image before a patch is planned. */
export interface Situation {
  readonly image: GoldenImage;
  readonly findings: readonly Finding[];
  readonly packages?: readonly InstalledPackage[];
}

/** A patch as it was planned, with everything that was written down about it. */
export interface Planned {
  readonly patch: PatchItem;
  readonly script: string;
  /** The paper in the audit store. */
  readonly audit: string;
  readonly tried: readonly { readonly proposal: PatchProposal; readonly verdict: VettingResult }[];
  /** What `explain` says of every finding of the image. */
  readonly explanation: readonly string[];
  readonly prompts: readonly Prompt[];
}

/** The whole way from findings to a script, in memory: the table, the stores and the model's author are the real ones. */
export interface World {
  readonly table: MemoryFindingTable;
  readonly scripts: MemoryScriptStore;
  /** @throws what the way throws, and an Error where nothing is planned */
  plan(): Promise<Planned>;
}

/** Says what a model answers. */
export type Respond = (prompt: Prompt) => Answer;

/**
 * Makes a world.
 * @param respond what the model answers; without it rules write the commands
 */
export async function makeWorld({ image, findings, packages }: Situation, respond?: Respond): Promise<World> {
  const table = new MemoryFindingTable({ keepsChanges: false });
  const scripts = new MemoryScriptStore();
  const clock = (): Date => NOW;
  const prompts: Prompt[] = [];
  const ask = async (prompt: Prompt): Promise<ModelReply> => {
    prompts.push(prompt);
    const answer = respond?.(prompt) ?? { stopReason: 'end_turn', texts: [], toolInputs: [] };
    return await Promise.resolve({ ...answer, inputTokens: 1_000, outputTokens: 100, latencyMilliseconds: 7 });
  };
  const model: PatchModel = { id: 'test.model-1', settings: {}, ask };
  const ledger = makeModelLedger(table, { callsPerDay: 1_000, tokensPerDay: 1_000_000_000 }, clock);
  const authors: Authors =
    respond === undefined
      ? { choice: 'rules' }
      : { choice: 'bedrock-then-rules', model: makeModelAuthor({ model, ledger, logger: silent }) };
  const estate = { byRepository: new Map([[image.repository, image]]), exceptions: [] };
  await makeIngestFinding({ table, estate, clock, logger: silent })(findings);
  const generate = makeGeneratePatch({
    table,
    scripts,
    authors,
    packagesOf: async () => await Promise.resolve(packages),
    clock,
    logger: silent,
  });

  async function plan(): Promise<Planned> {
    const result = await generate(image);
    if (result.did !== 'planned') throw new Error(`nothing was planned: ${result.why}`);
    const { patch } = result;
    const audit = (await scripts.getAudit(patch.proposalUri ?? '')) ?? '';
    const items = await table.query(imagePartition(image.name));
    const head = items.find(isHeadItem);
    return {
      patch,
      script: await scripts.getScript(patch.scriptUri),
      audit,
      tried: (JSON.parse(audit) as Pick<Planned, 'tried'>).tried,
      explanation: items
        .filter(isFindingItem)
        .flatMap((finding) => explainFinding(finding, { head, patches: [patch], policy: image.policy })),
      prompts,
    };
  }
  return { table, scripts, plan };
}

/** Texts of a JSON value, keys included. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

/** Names of the ecosystems that the suite has. */
export type Estates = Readonly<Record<EcosystemId, Situation>>;
