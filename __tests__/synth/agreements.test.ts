import { unzipSync } from 'fflate';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_SOURCE } from '../../domain/notice/notice-event';
import { parameterName } from '../../adapters/aws/signal-parameter';
import { METRICS_NAMESPACE } from '../../adapters/aws/powertools-metrics';
import { pathSegment } from '../../adapters/shared/path-segment';
import { pipelineName } from '../../domain/config/pipeline-name';
import { loadEstateFile } from '../../functions/shared/estate-file';
import { writeEstateZip } from '../../scripts/estate-zip';
import { METRICS_NAMESPACE as ALARMED } from '../../stacks/patching-stack/metrics';
import { imageNames } from '../../domain/config/image-names';
import { estateYaml } from './support/estate';
import { inScratch, settingsOf, stackOf, synthesize } from './support/synthesize';

/** What Terraform names and what the functions look for are made in different places, since neither may import the other. */
describe.each(['debian-12', 'alpine_3.22', 'a.b_c-d', '0'])('the names of %s', (name) => {
  const names = imageNames({ prefix: 'golden-images-test', namespace: 'golden-images', environment: 'test' }, name);

  it('the signal is the parameter that signal-rebuild sets', () => {
    expect(names.signal).toBe(parameterName('/golden-images/test/signals', name));
  });

  it('the pipeline is the one that start-build starts', () => {
    expect(names.builder).toBe(`golden-images-test-${pipelineName({ name })}`);
  });

  it('scripts are where the script store puts them', () => {
    expect(names.scriptPrefix).toBe(`scripts/${pathSegment('image name', name)}/`);
  });
});

it('alarms watch the namespace that the functions count in', () => {
  expect(ALARMED).toBe(METRICS_NAMESPACE);
});

it('the functions may put the events that they put: of the source that their rights name', () => {
  const policies = JSON.stringify(stackOf(synthesize(estateYaml()), 'patching-test').resource?.['aws_iam_role_policy']);
  expect(policies).toContain(`events:source\\\\":\\\\"${EVENT_SOURCE}`.replaceAll('\\\\', '\\'));
});

it('the functions can read the estate that the layer has, with the budgets of the environment', () => {
  const { estate } = settingsOf(
    estateYaml(undefined, '    budgets: { buildsPerDay: 2 }\n', 'model: { id: amazon.nova-2-lite-v1:0 }\n'),
  );
  inScratch((directory) => {
    const zip = writeEstateZip(estate, join(directory, 'estate.zip'));
    const files = unzipSync(readFileSync(zip));
    expect(Object.keys(files)).toEqual(['golden-images.json']);
    const file = join(directory, 'golden-images.json');
    writeFileSync(file, files['golden-images.json'] ?? '');
    const read = loadEstateFile(file);
    expect([...read.byRepository.keys()]).toEqual([
      'golden/debian-12',
      'golden/amazonlinux-2023',
      'golden/alpine-3.22',
    ]);
    expect([...read.byRepository.values()].map(({ policy }) => policy.buildsPerDay)).toEqual([2, 2, 2]);
    expect(read.model?.id).toBe('amazon.nova-2-lite-v1:0');
  });
});
