import type { Authors } from '../../domain/author/authors';
import type { Authored, AuthoredCommands, AuthoredLater } from '../../domain/author/authored';
import { makeRequest } from '../../domain/author/make-request';
import type { ModelConfig } from '../../domain/author/model-config';
import { LISTED, modelUseOf, paidCalls, type Authorship } from '../../domain/author/patch-authorship';
import { promptOf } from '../../domain/author/prompt';
import type { PatchRequest } from '../../domain/author/patch-request';
import { vettingContextOf } from '../../domain/author/vetting-context';
import type { GoldenImage } from '../../domain/config/golden-image';
import { requireEcosystem } from '../../domain/ecosystems';
import type { InstalledPackage } from '../../domain/ecosystems/ecosystem';
import { ConditionFailedError } from '../../domain/errors';
import type { Attempt } from '../../domain/plan/next-attempt';
import type { Plan } from '../../domain/plan/plan';
import { storedTargets } from '../../domain/plan/stored-targets';
import type {
  Clock,
  FindingTable,
  ImageLookup,
  Logger,
  Metrics,
  Notifier,
  RegisteredImage,
  ScriptStore,
} from '../../domain/ports';
import { scriptInputOf } from '../../domain/script/compose-script';
import { carryExtras, extrasOf } from '../../domain/script/carry-extras';
import type { ScriptInput } from '../../domain/script/script-input';
import type { FindingItem } from '../../domain/table/finding-item';
import { patchKey } from '../../domain/table/keys';
import type { PatchItem, PatchState } from '../../domain/table/patch-item';
import { describeFailure } from './failed-attempt';
import { toPatchSource } from './look-up-source';
import { writeCommands } from './write-commands';

/** What generate-patch works with. */
export interface GeneratePatchPorts {
  readonly table: FindingTable;
  readonly scripts: ScriptStore;
  readonly authors: Authors;
  /** What tokens cost, where the configuration says so. */
  readonly prices?: ModelConfig['prices'];
  /**
   * What is installed in the image that the patch starts from; absent, or undefined, where it cannot be looked into. Asked
   * only where a model is, or where the promoted patch did more than raise its targets.
   */
  readonly packagesOf?: (
    image: GoldenImage,
    ecosystem: Plan['ecosystem'],
  ) => Promise<readonly InstalledPackage[] | undefined>;
  /** Looks the image up before anything is planned for it. Absent, as in local mode: its builder says what is wrong. */
  readonly lookup?: ImageLookup;
  /** Is told of patches that wait for a person's word. Absent: nobody is told, and `status` shows them. */
  readonly notifier?: Notifier;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Counts notices that nobody got. */
  readonly metrics?: Metrics;
}

/** What a patch is written for. */
export interface PatchDraft {
  readonly image: GoldenImage;
  readonly plan: Plan;
  readonly findings: readonly FindingItem[];
  readonly attempt: Attempt;
  readonly sequence: number;
  /** The patch whose image is promoted. */
  readonly promoted: PatchItem | undefined;
  /** The image whose findings it is for, where its registry was asked. */
  readonly source: RegisteredImage | undefined;
}

/** Where a planned patch begins, by its mode. */
export const FIRST_STATE: Readonly<Record<Plan['mode'], PatchState>> = {
  auto: 'READY',
  approve: 'AWAITING_APPROVAL',
  observe: 'OBSERVED',
};

/**
 * Gets commands for a plan, renders and stores the script and the proposals, and writes the PATCH item.
 * @returns the patch; `raced` where another process wrote that sequence first; or that the author is to be asked later
 */
export async function writePatch(
  ports: GeneratePatchPorts,
  draft: PatchDraft,
): Promise<PatchItem | 'raced' | AuthoredLater> {
  const { table, scripts, clock, logger } = ports;
  const { image, plan, findings, attempt, sequence } = draft;
  const authors = authorsFor(ports.authors, attempt);
  const needsPackages = authors.choice !== 'rules' || draft.promoted?.extras !== undefined;
  const packages = needsPackages ? await ports.packagesOf?.(image, plan.ecosystem) : undefined;
  const context = vettingContextOf(plan, {
    policy: image.policy,
    ...(packages !== undefined && { packages }),
    ...(image.releasever !== undefined && { releasever: image.releasever }),
  });
  const request = makeRequest(image, plan, {
    context,
    findings,
    attempt: attempt.number,
    ...(packages !== undefined && { packages }),
    ...(attempt.failed !== undefined && { failed: await describeFailure(scripts, attempt.failed) }),
  });
  const authored = await writeCommands(authors, request, context, logger);
  if (authored.kind === 'later') return authored;

  const proposed = scriptInputOf(
    { ...plan, releaseverFixed: image.releasever !== undefined },
    authored.verdict,
    attempt.number,
    context,
  );
  // Where a candidate of the rules was held, what was carried on is what can be left out.
  const isBare = attempt.failed?.state === 'HELD' && attempt.failed.author === 'rules';
  const input = carryExtras(proposed, isBare ? undefined : draft.promoted?.extras, context);
  const extras = extrasOf(input, plan.releasever);
  const { uri, sha256 } = await scripts.putScript(image.name, requireEcosystem(plan.ecosystem).renderScript(input));
  const proposalUri = await scripts.putAudit(image.name, `${sha256}.proposals.json`, papers(draft, request, authored));
  const { releasever } = input;
  const patch: PatchItem = {
    ...patchKey(image.name, sequence),
    type: 'PATCH',
    version: 1,
    image: image.name,
    sequence,
    state: FIRST_STATE[plan.mode],
    stateSince: clock().toISOString(),
    planHash: plan.planHash,
    ...(releasever !== undefined && { releasever }),
    ...(draft.source !== undefined && { source: toPatchSource(draft.source) }),
    patchId: sha256,
    scriptUri: uri,
    ecosystem: plan.ecosystem,
    targets: storedTargets(replaced(plan, input)),
    ...(extras !== undefined && { extras }),
    author: authored.proposal.author,
    ...authorshipOf(authored, ports.prices),
    proposalUri,
    attempt: attempt.number,
  };
  try {
    await table.put(patch, 0);
    return patch;
  } catch (error) {
    // Somebody else wrote this sequence first: what is still open is to be looked at anew.
    if (error instanceof ConditionFailedError) return 'raced';
    throw error;
  }
}

/**
 * After a model's commands have failed, the last attempt is the rules'; so is the next where a release or a stream of its
 * choice offered nothing.
 */
function authorsFor(authors: Authors, { failed, isLast }: Attempt): Authors {
  if (failed?.author !== 'bedrock' || (!isLast && failed.reason !== 'nothing-improved')) return authors;
  return { choice: 'rules', why: "Rules wrote the commands: the model's have failed, and they have the last word." };
}

function authorshipOf(
  { why, tried, completed, disagreements, proposal }: AuthoredCommands,
  prices: ModelConfig['prices'],
): Authorship & { modelCalls: number } {
  const model = modelUseOf(tried, prices);
  return {
    authorReason: why,
    modelCalls: paidCalls(model),
    ...(model !== undefined && { model }),
    ...(proposal.author !== 'rules' && completed.length > 0 && { completed: completed.slice(0, LISTED) }),
    ...(disagreements.length > 0 && { disagreements: disagreements.slice(0, LISTED) }),
  };
}

function replaced(plan: Plan, { targets }: ScriptInput): Plan['targets'] {
  const names = new Map(targets.map((target) => [target.package, target.replacedBy]));
  return plan.targets.map((target) => {
    const replacedBy = names.get(target.package);
    return replacedBy === undefined ? target : { ...target, replacedBy };
  });
}

/** Everything that was asked and answered, for whoever asks later why the script is as it is. */
function papers(
  { plan, source }: PatchDraft,
  request: PatchRequest,
  { tried, why, completed, disagreements }: Extract<Authored, { kind: 'commands' }>,
): string {
  const asked = tried.some(({ proposal }) => proposal.author !== 'rules');
  const paper = {
    planHash: plan.planHash,
    ecosystem: plan.ecosystem,
    targets: plan.targets,
    ...(source !== undefined && { source }),
    why,
    ...(asked && { prompt: promptOf(request), completed, disagreements }),
    tried,
  };
  return `${JSON.stringify(paper, null, 2)}\n`;
}
