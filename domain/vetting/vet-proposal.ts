import type { PatchProposal } from '../author/proposal';
import { requireEcosystem } from '../ecosystems';
import type { Plan } from '../plan/plan';
import type { Policy } from '../policy/policy';
import type { VettingContext, VettingResult } from './operations';
import { vet } from './vet';

/** The part of a policy that says what commands may do beside upgrading the targets. */
export type VettingPolicy = Pick<Policy, 'removable'> &
  Partial<Pick<Policy, 'companions' | 'replacements' | 'moduleStreams'>>;

/**
 * What an author's commands are judged against.
 * @param releasever release that the configuration fixed; absent: the commands may name one
 */
export function vettingContextOf(
  plan: Pick<Plan, 'targets'>,
  policy: VettingPolicy,
  releasever?: string,
): VettingContext {
  return {
    targets: plan.targets.map((target) => {
      const { replacements: configured = {} } = policy;
      const replacements = new Set([
        ...(target.replacedBy === undefined ? [] : [target.replacedBy]),
        ...((Object.hasOwn(configured, target.package) ? configured[target.package] : undefined) ?? []),
      ]);
      return {
        package: target.package,
        floor: target.floor,
        ...(target.source !== undefined && { binaries: [target.source] }),
        ...(replacements.size > 0 && { replacements: [...replacements] }),
      };
    }),
    removable: policy.removable,
    companions: policy.companions ?? [],
    moduleStreams: policy.moduleStreams ?? [],
    ...(releasever !== undefined && { releasever }),
  };
}

/**
 * Judges an author's commands against the plan that they are for.
 * @param releasever release that the configuration fixed; absent: the commands may name one
 */
export function vetProposal(
  proposal: Pick<PatchProposal, 'commands'>,
  plan: Plan,
  policy: VettingPolicy,
  releasever?: string,
): VettingResult {
  return vet(proposal.commands, requireEcosystem(plan.ecosystem), vettingContextOf(plan, policy, releasever));
}
