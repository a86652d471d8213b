import { parse } from 'yaml';
import { resourcesOf } from '../../scripts/security/stack-json';
import type { StackJson } from '../../scripts/terraform/older-provider';
import { estateYaml, imageYaml } from './support/estate';
import { inside, only, stackOf, synthesize } from './support/synthesize';

let stack: StackJson;
beforeAll(() => {
  stack = stackOf(synthesize(estateYaml()), 'images-test');
});

const images = (yaml: string, files = {}): StackJson => stackOf(synthesize(yaml, 'test', files), 'images-test');

describe('the repository', () => {
  it('has tags that cannot be moved, but for two', () => {
    expect(only(stack, 'aws_ecr_repository', 'image-alpine_3.22')).toMatchObject({
      name: 'golden/alpine-3.22',
      image_tag_mutability: 'IMMUTABLE_WITH_EXCLUSION',
      image_tag_mutability_exclusion_filter: [
        { filter: 'latest', filter_type: 'WILDCARD' },
        { filter: 'candidate', filter_type: 'WILDCARD' },
      ],
      image_scanning_configuration: { scan_on_push: true },
      force_delete: false,
      lifecycle: { prevent_destroy: true },
    });
  });

  it('keeps what is promoted and what was, and lets candidates go', () => {
    const { rules } = JSON.parse(String(only(stack, 'aws_ecr_lifecycle_policy', 'image-alpine_3.22')['policy'])) as {
      rules: { rulePriority: number; selection: object }[];
    };
    expect(rules.map(({ rulePriority, selection }) => ({ rulePriority, ...selection }))).toEqual([
      {
        rulePriority: 1,
        tagStatus: 'tagged',
        tagPatternList: ['latest'],
        countType: 'imageCountMoreThan',
        countNumber: 1,
      },
      {
        rulePriority: 2,
        tagStatus: 'tagged',
        tagPatternList: ['20*-*-*.*'],
        countType: 'imageCountMoreThan',
        countNumber: 20,
      },
      { rulePriority: 3, tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 30 },
    ]);
  });
});

it("the signal is made once, and its value is the function's", () => {
  expect(only(stack, 'aws_ssm_parameter', 'image-alpine_3.22')).toMatchObject({
    name: '/golden-images/test/signals/alpine_5F3.22',
    type: 'String',
    value: 'none',
    lifecycle: { ignore_changes: ['value'] },
  });
});

describe('the pipeline', () => {
  it("has the name that start-build makes of the image's", () => {
    expect(only(stack, 'aws_imagebuilder_image_pipeline', 'image-alpine_3.22')).toMatchObject({
      name: 'golden-images-test-alpine-3-22',
      status: 'ENABLED',
      image_tests_configuration: { image_tests_enabled: false },
    });
    expect(only(stack, 'aws_imagebuilder_image_pipeline', 'image-debian-12')).not.toHaveProperty('schedule');
  });

  it("builds on a small instance of the image's architecture, which asks for session tokens and is ended", () => {
    expect(only(stack, 'aws_imagebuilder_infrastructure_configuration', 'image-amazonlinux-2023')).toMatchObject({
      instance_types: ['t4g.small'],
      instance_metadata_options: { http_tokens: 'required', http_put_response_hop_limit: 2 },
      terminate_instance_on_failure: true,
      logging: { s3_logs: { s3_key_prefix: 'amazonlinux-2023' } },
    });
    expect(only(stack, 'aws_imagebuilder_infrastructure_configuration', 'image-debian-12')).toMatchObject({
      instance_types: ['t3.small'],
    });
  });

  it("pushes the candidate's tag to the image's repository", () => {
    const { distribution } = only(stack, 'aws_imagebuilder_distribution_configuration', 'image-debian-12');
    expect(distribution).toMatchObject([
      { region: 'eu-west-1', container_distribution_configuration: { container_tags: ['candidate'] } },
    ]);
  });

  it("can be in a VPC of one's own; images are spread over its subnets", () => {
    const names = ['a1', 'b2', 'c3', 'd4', 'e5', 'f6'];
    const own = images(
      estateYaml(
        names.map((name) => imageYaml(name)),
        '    vpc: { subnetIds: [subnet-0123abcd, subnet-4567abcd], securityGroupIds: [sg-0123abcd] }\n',
      ),
    );
    const subnets = names.map(
      (name) => only(own, 'aws_imagebuilder_infrastructure_configuration', `image-${name}`)['subnet_id'],
    );
    expect(new Set(subnets)).toEqual(new Set(['subnet-0123abcd', 'subnet-4567abcd']));
    expect(only(own, 'aws_imagebuilder_infrastructure_configuration', 'image-a1')['security_group_ids']).toEqual([
      'sg-0123abcd',
    ]);
  });
});

describe('component and recipe', () => {
  const documentOf = (path: string): unknown =>
    parse(String(only(stack, 'aws_imagebuilder_component', path)['data']).replaceAll('$${', '${'));

  it('the component looks up the script when it runs, and is the same for every patch', () => {
    expect(documentOf('image-debian-12/pipeline/fetch')).toMatchObject({
      schemaVersion: 1,
      phases: [
        {
          name: 'build',
          steps: [
            {
              action: 'S3Download',
              inputs: [
                {
                  source: '{{ aws:ssm:/golden-images/test/signals/debian-12 }}',
                  destination: '/opt/golden-images-patch.sh',
                },
              ],
            },
            { action: 'ExecuteBash' },
          ],
        },
      ],
    });
  });

  it('images that can be tested in a running container are; Alpine cannot', () => {
    const components = (image: string): unknown => only(stack, 'aws_imagebuilder_container_recipe', image)['component'];
    expect(components('image-debian-12')).toHaveLength(2);
    expect(components('image-alpine_3.22')).toHaveLength(1);
    expect(documentOf('image-amazonlinux-2023/pipeline/contract')).toMatchObject({ phases: [{ name: 'test' }] });
  });

  it('the recipe says what an ECR parent does not, and has its disk encrypted', () => {
    expect(only(stack, 'aws_imagebuilder_container_recipe', 'image-debian-12')).toMatchObject({
      container_type: 'DOCKER',
      platform_override: 'Linux',
      parent_image: 'public.ecr.aws/docker/library/debian:12-slim',
      lifecycle: { create_before_destroy: true },
      instance_configuration: { block_device_mapping: [{ ebs: { encrypted: 'true', delete_on_termination: 'true' } }] },
    });
  });

  it('user and directory come from the contract', () => {
    const text = String(
      only(stack, 'aws_imagebuilder_container_recipe', 'image-amazonlinux-2023')['dockerfile_template_data'],
    );
    expect(text.trimEnd().split('\n').slice(-2)).toEqual(['USER app', 'WORKDIR /srv']);
  });

  it.each([
    ['another parent', imageYaml('debian-12').replace('12-slim', '13-slim'), { recipe: true, fetch: false }],
    ['another user', imageYaml('debian-12', '    contract: { user: app }\n'), { recipe: true, fetch: false }],
    ['another way of injection', imageYaml('debian-12', '    injection: inline\n'), { recipe: true, fetch: true }],
    ['another floating tag', imageYaml('debian-12', '    floatingTag: v12\n'), { recipe: false, fetch: false }],
  ])('%s makes a new version of what it changes, and of nothing else', (_what, image, changed) => {
    const versions = (one: StackJson): unknown[] => [
      only(one, 'aws_imagebuilder_container_recipe', 'image-debian-12')['version'],
      only(one, 'aws_imagebuilder_component', 'image-debian-12/pipeline/fetch')['version'],
    ];
    const [recipe, fetch] = versions(stack);
    const [newRecipe, newFetch] = versions(images(estateYaml([image])));
    expect({ recipe: recipe !== newRecipe, fetch: fetch !== newFetch }).toEqual(changed);
    expect(String(newRecipe)).toMatch(/^1\.\d{1,10}\.\d{1,10}$/);
  });
});

it("the instances of an image reach this image's things alone", () => {
  const { Statement } = JSON.parse(String(only(stack, 'aws_iam_role_policy', 'image-debian-12')['policy'])) as {
    Statement: { Sid: string; Resource: string[] }[];
  };
  const narrow = Statement.filter(({ Resource }) => !Resource.includes('*'));
  const own = ['debian-12', 'ec2imagebuilder-', 'awstoe-', 'key/*', '${aws_kms_key.'];
  expect(
    narrow.flatMap(({ Resource }) => Resource).filter((resource) => !own.some((part) => resource.includes(part))),
  ).toEqual([]);
  expect(
    resourcesOf(stack).filter((one) => one.type === 'aws_iam_role_policy_attachment' && inside(one, 'image-debian-12')),
  ).toEqual([]);
});

it("AWS's managed policies are there for whom the narrow ones do not do", () => {
  const managed = images(estateYaml([imageYaml('debian-12')], '    instancePolicy: managed\n'));
  const attached = resourcesOf(managed)
    .filter((one) => one.type === 'aws_iam_role_policy_attachment' && inside(one, 'image-debian-12'))
    .map(({ attributes }) => String(attributes['policy_arn']));
  expect(attached.sort()).toEqual([
    'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
    'arn:aws:iam::aws:policy/EC2InstanceProfileForImageBuilder',
    'arn:aws:iam::aws:policy/EC2InstanceProfileForImageBuilderECRContainerBuilds',
  ]);
});

it('a private parent may be pulled, that repository and no other', () => {
  const parent = '999999999999.dkr.ecr.eu-west-1.amazonaws.com/base/debian:12';
  const one = images(
    estateYaml([
      `${imageYaml('debian-12').replace('public.ecr.aws/docker/library/debian:12-slim', parent)}    contract: { user: root }\n`,
    ]),
  );
  expect(String(only(one, 'aws_iam_role_policy', 'image-debian-12')['policy'])).toContain(
    '"Sid":"PullParent","Effect":"Allow","Action":["ecr:BatchCheckLayerAvailability","ecr:BatchGetImage","ecr:BatchImportUpstreamImage","ecr:GetDownloadUrlForLayer"],"Resource":["arn:aws:ecr:eu-west-1:999999999999:repository/base/debian"]',
  );
});
