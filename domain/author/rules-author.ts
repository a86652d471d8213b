import { requireEcosystem } from '../ecosystems';
import type { PatchAuthor } from '../ports';

/** The deterministic author: the ecosystem's own idiom for exactly the plan's targets. Never calls a model. */
export const rulesAuthor: PatchAuthor = {
  propose: async (request) => {
    const names = (action: 'upgrade' | 'remove'): string[] =>
      request.targets.filter((target) => target.action === action).map((target) => target.package);
    return await Promise.resolve({
      author: 'rules',
      commands: requireEcosystem(request.ecosystem).proposeCommands(names('upgrade'), names('remove')),
      notFixable: [],
      explanation: 'Each package is raised to the newest version that the configured repositories offer.',
    });
  },
};
