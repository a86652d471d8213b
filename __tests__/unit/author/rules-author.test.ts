import { makeRequest } from '../../../domain/author/make-request';
import type { PatchRequest } from '../../../domain/author/patch-request';
import { rulesAuthor } from '../../../domain/author/rules-author';
import { vettingContextOf } from '../../../domain/author/vetting-context';
import { requireEcosystem } from '../../../domain/ecosystems';
import type { EcosystemId } from '../../../domain/ecosystems/ecosystem';
import { GoldenImagesError } from '../../../domain/errors';
import { makePlan } from '../../../domain/plan/plan';
import { scriptInputOf } from '../../../domain/script/compose-script';
import type { VettingResult } from '../../../domain/vetting/operations';
import { vet } from '../../../domain/vetting/vet';
import { makeImage } from '../table/samples';

const image = makeImage({}, { removable: ['linux-libc-dev'] });
const plan = makePlan(image, [
  { vulnerabilityId: 'CVE-1', package: 'glibc', floor: '2.36-9', platform: 'DEBIAN_12' },
  { vulnerabilityId: 'CVE-2', package: 'linux', floor: '6.1.90-1', platform: 'DEBIAN_12' },
])!;
const context = vettingContextOf(plan, image);
const request: PatchRequest = makeRequest(image, plan, { context, findings: [], attempt: 1 });

function vetted(commands: readonly string[], policy = image.policy): VettingResult {
  return vet(commands, requireEcosystem(plan.ecosystem), vettingContextOf(plan, { policy }));
}

it('proposes the idiom of the ecosystem for exactly the targets of the plan, without a model, and passes vetting', async () => {
  const proposal = await rulesAuthor.propose(request);
  expect(proposal).toMatchObject({ author: 'rules', notFixable: [] });
  expect(proposal.model).toBeUndefined();
  expect(proposal.commands).toContain('apt-get install -y --only-upgrade --no-install-recommends glibc');
  expect(proposal.commands).toContain('apt-get purge -y linux-libc-dev');
  const verdict = vetted(proposal.commands);
  expect(verdict).toMatchObject({ verdict: 'accepted', uncovered: [], refusals: [] });
  expect(scriptInputOf(plan, verdict, 1, context).targets).toEqual([
    { package: 'glibc', floor: '2.36-9', action: 'upgrade' },
    { package: 'linux-libc-dev', floor: '6.1.90-1', action: 'remove', source: 'linux' },
  ]);
});

it('a removal that policy does not allow is refused', async () => {
  const proposal = await rulesAuthor.propose(request);
  const { verdict, refusals } = vetted(proposal.commands, { ...image.policy, removable: [] });
  expect([verdict, refusals.map(({ code }) => code)]).toEqual(['refused', ['removal-not-allowed']]);
});

it('no author can drop a target: what the operations leave out is completed', () => {
  const none = { verdict: 'refused', operations: [], uncovered: [], refusals: [] } as const;
  expect(scriptInputOf(plan, none, 1, context).targets.map((target) => target.package)).toEqual([
    'glibc',
    'linux-libc-dev',
  ]);
});

it('has nothing to say for an ecosystem that nobody knows', async () => {
  const ecosystem = 'pacman' as EcosystemId;
  await expect(rulesAuthor.propose({ ...request, ecosystem })).rejects.toThrow(GoldenImagesError);
});
