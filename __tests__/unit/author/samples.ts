import { makeRequest } from '../../../domain/author/make-request';
import type { ModelReply, PatchModel } from '../../../domain/author/model';
import type { PatchRequest } from '../../../domain/author/patch-request';
import type { ModelUse, PatchProposal } from '../../../domain/author/proposal';
import type { Prompt } from '../../../domain/author/prompt';
import { vettingContextOf } from '../../../domain/author/vetting-context';
import type { GoldenImage } from '../../../domain/config/golden-image';
import type { InstalledPackage } from '../../../domain/ecosystems/ecosystem';
import type { Plan, PlannableFinding } from '../../../domain/plan/plan';
import { makePlan } from '../../../domain/plan/plan';
import type { VettingContext } from '../../../domain/vetting/operations';
import { makeImage, makePackage } from '../table/samples';

/** Commands that vetting takes for {@link glibcAndKrb5}. */
export const GOOD_COMMANDS = ['apt-get update', 'apt-get install -y --only-upgrade glibc krb5'];

/** A model's answer without any content; tool use of 1,000 + 100 tokens. */
export function makeReply(overrides: Partial<ModelReply> = {}): ModelReply {
  return {
    stopReason: 'tool_use',
    texts: [],
    toolInputs: [],
    inputTokens: 1_000,
    outputTokens: 100,
    latencyMilliseconds: 5,
    ...overrides,
  };
}

/** An answer by one call of the tool. */
export function answerOf(
  commands: readonly string[],
  notFixable: readonly { package: string; reason: string }[] = [],
): ModelReply {
  return makeReply({ toolInputs: [{ commands, notFixable, explanation: 'because' }] });
}

/** A model that gives the answers in turn, the last of them for ever; `asked` are the prompts that it got. */
export function fakeModel(
  answers: readonly (ModelReply | Error)[],
  overrides: Partial<Pick<PatchModel, 'id' | 'settings'>> = {},
): PatchModel & { readonly asked: Prompt[] } {
  const asked: Prompt[] = [];
  return {
    id: 'model-1',
    settings: { maximumTokens: 4_096 },
    asked,
    ask: async (prompt) => {
      asked.push(prompt);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no answer is scripted');
      return await Promise.resolve(answer);
    },
    ...overrides,
  };
}

/** What a question cost; 1,000 + 100 tokens, paid. */
export function makeUse(overrides: Partial<ModelUse> = {}): ModelUse {
  return {
    modelId: 'model-1',
    requestHash: 'f'.repeat(64),
    cached: false,
    inputTokens: 1_000,
    outputTokens: 100,
    latencyMilliseconds: 5,
    stopReason: 'tool_use',
    ...overrides,
  };
}

/** A model's proposal. */
export function makeProposal(overrides: Partial<PatchProposal> = {}): PatchProposal {
  return {
    author: 'bedrock',
    commands: GOOD_COMMANDS,
    notFixable: [],
    explanation: 'because',
    model: makeUse(),
    ...overrides,
  };
}

/** Two findings on Debian 12. */
export const FINDINGS: readonly PlannableFinding[] = [
  { vulnerabilityId: 'CVE-2024-0001', package: 'glibc', floor: '2.36-9+deb12u6', platform: 'DEBIAN_12' },
  { vulnerabilityId: 'CVE-2024-0002', package: 'krb5', floor: '1.20.1-2+deb12u2', platform: 'DEBIAN_12' },
];

/** What stands for the two targets in an image. */
export const PACKAGES: readonly InstalledPackage[] = [
  makePackage('libc6', '2.36-9+deb12u4', { source: 'glibc' }),
  makePackage('libc-bin', '2.36-9+deb12u4', { source: 'glibc' }),
  makePackage('libkrb5-3', '1.20.1-2', { source: 'krb5' }),
  makePackage('bash', '5.2.15-2+b7', { source: 'bash', sourceVersion: '5.2.15-2' }),
];

/** Plan, vetting context and request of some findings. */
export interface Asked {
  readonly image: GoldenImage;
  readonly plan: Plan;
  readonly context: VettingContext;
  readonly request: PatchRequest;
}

/** What is asked for some findings, the two on Debian 12 where none are given. */
export function ask(
  image: GoldenImage = makeImage(),
  findings: readonly PlannableFinding[] = FINDINGS,
  packages?: readonly InstalledPackage[],
): Asked {
  const plan = makePlan(image, findings);
  if (plan === undefined) throw new Error('nothing is planned');
  const known = packages === undefined ? {} : { packages };
  const context = vettingContextOf(plan, { policy: image.policy, ...known });
  return { image, plan, context, request: makeRequest(image, plan, { context, findings: [], attempt: 1, ...known }) };
}
