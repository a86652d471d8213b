import { rulesAuthor } from '../../../domain/author/rules-author';
import type { EcosystemId } from '../../../domain/ecosystems/ecosystem';
import { GoldenImagesError } from '../../../domain/errors';
import { makePlan } from '../../../domain/plan/plan';
import { scriptTargets } from '../../../domain/script/script-targets';
import { vetProposal } from '../../../domain/vetting/vet-proposal';
import { makeImage } from '../table/samples';

const image = makeImage({}, { removable: ['linux-libc-dev'] });
const plan = makePlan(image, [
  { vulnerabilityId: 'CVE-1', package: 'glibc', floor: '2.36-9', platform: 'DEBIAN_12' },
  { vulnerabilityId: 'CVE-2', package: 'linux', floor: '6.1.90-1', platform: 'DEBIAN_12' },
])!;

it('proposes the idiom of the ecosystem for exactly the targets of the plan, without a model, and passes vetting', async () => {
  const proposal = await rulesAuthor.propose({ image: image.name, ecosystem: plan.ecosystem, targets: plan.targets });
  expect(proposal).toMatchObject({ author: 'rules', modelCalls: 0, notFixable: [] });
  expect(proposal.commands).toContain('apt-get install -y --only-upgrade --no-install-recommends glibc');
  expect(proposal.commands).toContain('apt-get purge -y linux-libc-dev');
  const verdict = vetProposal(proposal, plan, image.policy);
  expect(verdict).toMatchObject({ verdict: 'accepted', uncovered: [], refusals: [] });
  expect(scriptTargets(plan.targets, verdict)).toEqual([
    { package: 'glibc', floor: '2.36-9', action: 'upgrade' },
    { package: 'linux-libc-dev', floor: '6.1.90-1', action: 'remove', source: 'linux' },
  ]);
});

it('a removal that policy does not allow is refused', async () => {
  const proposal = await rulesAuthor.propose({ image: image.name, ecosystem: plan.ecosystem, targets: plan.targets });
  const { verdict, refusals } = vetProposal(proposal, plan, { removable: [] });
  expect([verdict, refusals.map(({ code }) => code)]).toEqual(['refused', ['removal-not-allowed']]);
});

it('no author can drop a target: what the operations leave out is completed', () => {
  const none = { verdict: 'refused', operations: [], uncovered: [], refusals: [] } as const;
  expect(scriptTargets(plan.targets, none).map((target) => target.package)).toEqual(['glibc', 'linux-libc-dev']);
});

it('has nothing to say for an ecosystem that nobody knows', async () => {
  const ecosystem = 'pacman' as EcosystemId;
  await expect(rulesAuthor.propose({ image: 'a', ecosystem, targets: plan.targets })).rejects.toThrow(
    GoldenImagesError,
  );
});
