import { unzipSync } from 'fflate';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_SOURCE } from '../../domain/notice/notice-event';
import { parameterName } from '../../adapters/aws/signal-parameter';
import { METRICS_NAMESPACE } from '../../adapters/aws/powertools-metrics';
import { pathSegment } from '../../adapters/shared/path-segment';
import { buildLogKeys, buildLogPrefix } from '../../domain/config/build-log-place';
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

it('build logs go where the functions look for them, under the key that these may decrypt with', () => {
  const stack = stackOf(synthesize(estateYaml()), 'images-test');
  const bucket = 'golden-images-test-build-logs-123456789012-eu-west-1';
  const logging = Object.values(stack.resource?.['aws_imagebuilder_infrastructure_configuration'] ?? {});
  expect(logging.map((one) => (one as { logging: unknown }).logging)).toEqual(
    ['alpine_3.22', 'amazonlinux-2023', 'debian-12'].map((name) => ({
      s3_logs: { s3_bucket_name: bucket, s3_key_prefix: buildLogPrefix({ name }) },
    })),
  );
  expect(JSON.stringify(stack.resource?.['aws_kms_alias'])).toContain('alias/golden-images-test-images');
  const build = { recipe: 'golden-images-test-alpine-3-22', version: '1.0.0', number: '2' };
  expect(buildLogKeys({ name: 'alpine_3.22' }, build)).toBe('alpine_3.22/golden-images-test-alpine-3-22/1.0.0/2/');
  // The builds may write there, and nowhere beside.
  expect(JSON.stringify(stack.resource?.['aws_iam_role_policy'])).toContain(`arn:aws:s3:::${bucket}/alpine_3.22/*`);
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
