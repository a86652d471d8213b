import type { PatchProposal } from '../author/proposal';
import { requireEcosystem } from '../ecosystems';
import type { Plan } from '../plan/plan';
import type { Policy } from '../policy/policy';
import type { VettingResult } from './operations';
import { vet } from './vet';

/** Judges an author's commands against the plan that they are for. */
export function vetProposal(proposal: PatchProposal, plan: Plan, policy: Pick<Policy, 'removable'>): VettingResult {
  return vet(proposal.commands, requireEcosystem(plan.ecosystem), {
    targets: plan.targets.map((target) => ({
      package: target.package,
      floor: target.floor,
      ...(target.source !== undefined && { binaries: [target.source] }),
    })),
    removable: policy.removable,
  });
}
