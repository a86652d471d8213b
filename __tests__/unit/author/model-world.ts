import { MemoryFindingTable } from '../../../adapters/local/memory-finding-table';
import { MemoryScriptStore } from '../../../adapters/local/memory-script-store';
import type { ModelReply } from '../../../domain/author/model';
import { makeModelAuthor } from '../../../domain/author/model-author';
import type { ModelConfig } from '../../../domain/author/model-config';
import { makeModelLedger } from '../../../domain/author/model-ledger';
import type { AuthorChoice } from '../../../domain/author/proposal';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import { isFindingItem, type FindingItem } from '../../../domain/table/finding-item';
import { updateHead } from '../../../domain/table/head-changes';
import { patchKey, replanKey } from '../../../domain/table/keys';
import type { PatchMove } from '../../../domain/table/move-patch';
import { movePatch } from '../../../domain/table/move-patch';
import type { PatchItem } from '../../../domain/table/patch-item';
import { isPatchItem, PATCH_STATES } from '../../../domain/table/patch-item';
import type { GeneratePatchResult } from '../../../functions/generate-patch/generate-patch';
import { makeGeneratePatch } from '../../../functions/generate-patch/generate-patch';
import { digestOf, makeImage, makeItem, NOW, silent } from '../table/samples';
import { fakeModel } from './samples';

/** What a world of one image and one model is like. */
export interface ModelWorldOptions {
  /** The model's answers in turn, the last for ever; errors are thrown. */
  readonly answers: readonly (ModelReply | Error)[];
  readonly choice?: AuthorChoice;
  readonly image?: GoldenImage;
  readonly packages?: readonly InstalledPackage[];
  readonly prices?: ModelConfig['prices'];
  readonly callsPerDay?: number;
  readonly findings?: readonly FindingItem[];
}

/** What the papers of a patch hold. */
export interface Papers {
  readonly why: string;
  readonly prompt?: { readonly system: string; readonly parts: readonly { text: string; trusted: boolean }[] };
  readonly tried: readonly {
    readonly proposal: { readonly author: string; readonly commands: readonly string[] };
    readonly verdict: { readonly verdict: string; readonly refusals: readonly { readonly code: string }[] };
  }[];
  readonly completed?: readonly string[];
  readonly disagreements?: readonly { readonly package: string }[];
}

/** generate-patch, the real author and the real ledger on a table in memory, and a model whose answers are scripted. */
export async function modelWorld(options: ModelWorldOptions) {
  const { choice = 'bedrock-then-rules', image = makeImage(), packages, prices, callsPerDay = 20 } = options;
  const table = new MemoryFindingTable();
  const scripts = new MemoryScriptStore();
  const model = fakeModel(options.answers);
  let now = NOW;
  const clock = (): Date => now;
  let looked = 0;
  const author = makeModelAuthor({
    model,
    ledger: makeModelLedger(table, { callsPerDay, tokensPerDay: 1_000_000 }, clock),
    logger: silent,
  });
  const generate = makeGeneratePatch({
    table,
    scripts,
    authors: choice === 'rules' ? { choice } : { choice, model: author },
    packagesOf: async () => {
      looked++;
      return await Promise.resolve(packages);
    },
    ...(prices !== undefined && { prices }),
    clock,
    logger: silent,
  });
  for (const item of options.findings ?? [makeItem()]) await table.put(item, 0);
  const items = async () => await table.query('IMAGE#debian-12');
  const end = async (sequence: number, move: PatchMove): Promise<void> => {
    await movePatch(table, patchKey('debian-12', sequence), PATCH_STATES, now, move);
  };
  return {
    table,
    scripts,
    model,
    end,
    /** How often the image's packages were looked up. */
    looked: () => looked,
    wait: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1_000);
    },
    generate: async (other: GoldenImage = image): Promise<GeneratePatchResult> => await generate(other),
    /** Plans a patch. @throws Error where nothing is planned */
    plan: async (other: GoldenImage = image): Promise<PatchItem> => {
      const result = await generate(other);
      if (result.did !== 'planned') throw new Error(`nothing was planned: ${result.why}`);
      return result.patch;
    },
    /** Ends a build with a log. */
    fail: async (sequence: number, log: string): Promise<void> => {
      const buildLogUri = await scripts.putAudit('debian-12', `${sequence}.log`, log);
      await end(sequence, { state: 'FAILED', reason: 'script', detail: 'script exited with 1', buildLogUri });
    },
    /** Makes a patch the promoted one, and its findings fixed. */
    promote: async (sequence: number): Promise<void> => {
      await end(sequence, { state: 'PROMOTED' });
      const promoted = {
        digest: digestOf('f'),
        reference: 'r',
        patch: sequence,
        since: NOW.toISOString(),
        descendsFrom: [],
      };
      await updateHead(table, 'debian-12', (head) => ({ ...head, promoted }));
      for (const item of (await items()).filter(isFindingItem))
        await table.put({ ...item, state: 'FIXED', version: item.version + 1 }, item.version);
    },
    put: async (item: FindingItem): Promise<void> => {
      await table.put(item, 0);
    },
    patches: async (): Promise<PatchItem[]> => (await items()).filter(isPatchItem),
    findings: async () => (await items()).filter(isFindingItem).map(({ state, reason }) => [state, reason]),
    replan: async () => await table.get(replanKey('debian-12')),
    script: async ({ scriptUri }: PatchItem): Promise<string> => await scripts.getScript(scriptUri),
    papers: async ({ proposalUri }: PatchItem): Promise<Papers> =>
      JSON.parse((await scripts.getAudit(proposalUri ?? '')) ?? '{}') as Papers,
    /** All that the model was told in its n-th question, from 1. */
    question: (number: number): string => (model.asked[number - 1]?.parts ?? []).map(({ text }) => text).join('\n'),
  };
}
