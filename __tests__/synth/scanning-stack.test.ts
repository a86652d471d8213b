import { BadInputError } from '../../domain/errors';
import { estateYaml } from './support/estate';
import { only, settingsOf, stackOf, synthesize } from './support/synthesize';

const SCANNING = "    scanning: { repositories: ['golden/*', base], resourceTypes: [EC2, ECR] }\n";

it('is there only where it is asked for', () => {
  expect([...synthesize(estateYaml()).keys()]).toEqual(['images-test', 'patching-test']);
  expect([...synthesize(estateYaml(undefined, SCANNING)).keys()]).toEqual([
    'images-test',
    'patching-test',
    'scanning-test',
  ]);
});

it('scans the golden repositories continuously, and is never destroyed, whatever protection there is', () => {
  const stack = stackOf(
    synthesize(estateYaml(undefined, `${SCANNING}    removalProtection: false\n`)),
    'scanning-test',
  );
  expect(only(stack, 'aws_inspector2_enabler')).toMatchObject({
    account_ids: ['123456789012'],
    resource_types: ['EC2', 'ECR'],
    lifecycle: { prevent_destroy: true },
  });
  expect(only(stack, 'aws_ecr_registry_scanning_configuration')).toMatchObject({
    scan_type: 'ENHANCED',
    rule: [
      {
        scan_frequency: 'CONTINUOUS_SCAN',
        repository_filter: [
          { filter: 'golden/*', filter_type: 'WILDCARD' },
          { filter: 'base', filter_type: 'WILDCARD' },
        ],
      },
    ],
    lifecycle: { prevent_destroy: true },
  });
});

it('an image that no filter covers would never be scanned, which is an error', () => {
  const yaml = estateYaml(
    undefined,
    "    scanning: { repositories: ['golden/deb*', 'golden/amazonlinux-2023'], resourceTypes: [ECR] }\n",
  );
  expect(() => settingsOf(yaml)).toThrow(
    /golden-images\.yaml:13:17: images\[2\]\.repository: "golden\/alpine-3\.22" matches none of the environment's scanning\.repositories/,
  );
  expect(() => settingsOf(yaml)).toThrow(BadInputError);
});

it.each([
  ['', /scanning\.resourceTypes/],
  [', resourceTypes: [EC2]', /scanning\.resourceTypes: must have ECR: without it no golden image is scanned/],
  [', resourceTypes: [ECR, LAMBDA_CODE]', /scanning\.resourceTypes: has LAMBDA_CODE without LAMBDA/],
  [', resourceTypes: [ECR, RDS]', /scanning\.resourceTypes/],
])('all that Inspector scans has to be named, for what is not is switched off: %j', (types, message) => {
  const settings = (): unknown =>
    settingsOf(estateYaml(undefined, `    scanning: { repositories: ['golden/*']${types} }\n`));
  expect(settings).toThrow(message);
  expect(settings).toThrow(BadInputError);
});
