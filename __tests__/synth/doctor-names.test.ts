import { FAILURE_QUEUES } from '../../cli/run/doctor/checks/failures';
import { FUNCTION_NAMES } from '../../cli/run/doctor/checks/roles';
import { deployedNames } from '../../domain/config/deployed-names';
import { Label } from '../../domain/config/label';
import { imageNames } from '../../domain/config/image-names';
import { FUNCTIONS } from '../../stacks/patching-stack/functions';
import { estateYaml } from './support/estate';
import { settingsOf, synthesize } from './support/synthesize';

/** doctor looks for what the stacks make, by names that it makes itself: it may not import them. */
describe('what doctor looks for is what the stacks make', () => {
  const settings = settingsOf(estateYaml());
  const { environment } = settings;
  const label = new Label({ ...environment, environment: environment.name });
  const text = JSON.stringify([...synthesize(estateYaml()).values()]);
  const queues = [...text.matchAll(/"name":"(?<name>[a-z0-9-]+-(?:dead-letters|failures))"/g)].map(
    (match) => match.groups?.['name'],
  );

  it('every function has its role looked for', () => {
    expect([...FUNCTION_NAMES].sort()).toEqual(FUNCTIONS.map(({ name }) => name).sort());
  });

  it('every queue of failures is looked into', () => {
    expect(FAILURE_QUEUES.map((name) => label.name('queue', name)).sort()).toEqual([...new Set(queues)].sort());
  });

  it.each([
    deployedNames(environment).table,
    label.bucket('failures'),
    label.name('topic', 'notifications'),
    label.name('role', 'lifecycle'),
    ...FUNCTION_NAMES.map((name) => label.name('role', name)),
    ...settings.images.flatMap(({ image }) => {
      const names = imageNames(label, image.name);
      return [names.builder, names.role, names.signal, image.repository];
    }),
  ])('%s is made', (name) => {
    expect(text).toContain(
      `"name":"${name}"`.replace('"name"', text.includes(`"bucket":"${name}"`) ? '"bucket"' : '"name"'),
    );
  });
});
