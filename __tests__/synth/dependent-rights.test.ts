import type { StackJson } from '../../scripts/terraform/older-provider';
import { FUNCTIONS } from '../../stacks/patching-stack/functions';
import { estateYaml, imageYaml } from './support/estate';
import { only, stackOf, synthesize } from './support/synthesize';

/** Rights that no call of the code is named after: a service asks for them where another is used. */
const stack = stackOf(synthesize(estateYaml()), 'patching-test');

function statement(one: StackJson, name: string, sid: string): unknown {
  return (
    JSON.parse(String(only(one, 'aws_iam_role_policy', name)['policy'])) as { Statement: { Sid: string }[] }
  ).Statement.find(({ Sid }) => Sid === sid);
}

it.each(['start-build', 'reconcile-findings'])('%s may start pipelines, and look at those that it starts', (name) => {
  expect(statement(stack, name, 'StartBuilds')).toEqual({
    Sid: 'StartBuilds',
    Effect: 'Allow',
    Action: ['imagebuilder:StartImagePipelineExecution', 'imagebuilder:GetImagePipeline'],
    Resource: ['arn:aws:imagebuilder:eu-west-1:123456789012:image-pipeline/golden-images-test-*'],
  });
});

it('a cached parent may be refreshed by who reads it, once each, and none that is not in the own registry', () => {
  const from = (name: string, parent: string): string =>
    `${imageYaml(name).replace('public.ecr.aws/docker/library/debian:12-slim', parent)}    contract: { user: root }\n`;
  const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  const one = stackOf(
    synthesize(
      estateYaml([
        from('b', `${host}/docker-hub/library/debian:12`),
        from('a', `${host}/docker-hub/library/debian:13`),
        from('c', `${host}/quay/x/y:1`),
        from('f', `${host}/base:1`),
        from('d', '999999999999.dkr.ecr.eu-west-1.amazonaws.com/base/debian:12'),
        imageYaml('e'),
      ]),
    ),
    'patching-test',
  );
  for (const { name } of FUNCTIONS)
    expect([name, statement(one, name, 'RefreshCachedParents')]).toEqual([
      name,
      ['track-build', 'reconcile-findings'].includes(name)
        ? {
            Sid: 'RefreshCachedParents',
            Effect: 'Allow',
            Action: ['ecr:BatchImportUpstreamImage'],
            Resource: ['base', 'docker-hub/*', 'quay/*'].map(
              (repository) => `arn:aws:ecr:eu-west-1:123456789012:repository/${repository}`,
            ),
          }
        : undefined,
    ]);
  expect(statement(stack, 'track-build', 'RefreshCachedParents')).toBeUndefined();
});

it('as many images as Image Builder has pipelines for, each with a cached parent of its own, fit the roles of the functions', () => {
  const host = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
  const images = Array.from(
    { length: 75 },
    (_one, at) =>
      `${imageYaml(`debian-${at}`).replace('public.ecr.aws/docker/library/debian:12-slim', `${host}/docker-hub/library/debian-${at}:12`)}    contract: { user: root }\n`,
  );
  const many = stackOf(synthesize(estateYaml(images)), 'patching-test');
  for (const { name } of FUNCTIONS)
    expect(String(only(many, 'aws_iam_role_policy', name)['policy']).length).toBeLessThan(6_000);
});
