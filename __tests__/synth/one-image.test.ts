import fc from 'fast-check';
import { resourcesOf } from '../../scripts/security/stack-json';
import type { StackResource } from '../../scripts/security/stack-json';
import { estateYaml, imageYaml } from './support/estate';
import { inside, synthesize } from './support/synthesize';
import type { Synthesized } from './support/synthesize';

/** Every resource by stack, type and name. */
function flatten(synthesized: Synthesized): Map<string, StackResource> {
  return new Map(
    [...synthesized].flatMap(([stack, json]) =>
      resourcesOf(json).map((resource) => [`${stack}/${resource.type}.${resource.id}`, resource] as const),
    ),
  );
}

const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9._-]{0,12}[a-z0-9])?$/);
const names = fc.uniqueArray(name, { minLength: 2, maxLength: 5, selector: (one) => one.replaceAll(/[._]/g, '-') });
const SCANNING = "    scanning: { repositories: ['golden/*'], resourceTypes: [ECR] }\n";

/** Repositories have fewer characters than names. */
function image(one: string): string {
  const repository = one.replaceAll(/[._-]+/g, '-');
  return imageYaml(one, '').replace(`golden/${one}`, `golden/${repository}`);
}

it('one more image changes, and adds, only what is below its own construct', () => {
  fc.assert(
    fc.property(names, fc.nat(), (all, at) => {
      const repositories = all.map((one) => one.replaceAll(/[._-]+/g, '-'));
      fc.pre(new Set(repositories).size === all.length);
      const added = all[at % all.length] ?? '';
      const before = flatten(synthesize(estateYaml(all.filter((one) => one !== added).map(image), SCANNING)));
      const after = flatten(synthesize(estateYaml(all.map(image), SCANNING)));
      const changed = [...after].filter(
        ([key, resource]) => JSON.stringify(before.get(key)) !== JSON.stringify(resource),
      );
      expect([...before.keys()].filter((key) => !after.has(key))).toEqual([]);
      expect(
        changed.map(([, resource]) => resource.path).filter((path) => !path.startsWith(`images-test/image-${added}/`)),
      ).toEqual([]);
      expect(changed.some(([, resource]) => inside(resource, `image-${added}`))).toBe(true);
    }),
    { numRuns: 12 },
  );
});

it('and nothing else of the stacks changes either: outputs, providers, backends', () => {
  const rest = (synthesized: Synthesized): unknown =>
    [...synthesized].map(([stack, { resource: _resource, ...others }]) => [stack, others]);
  expect(rest(synthesize(estateYaml([imageYaml('a1'), imageYaml('b2')])))).toEqual(
    rest(synthesize(estateYaml([imageYaml('a1')]))),
  );
});
