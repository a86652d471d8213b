import { BadInputError } from '../../domain/errors';
import { loadSettings } from '../../stacks/settings/settings';
import { estateYaml, imageYaml } from './support/estate';
import { settingsOf } from './support/synthesize';

/** Lines of the error, without the folder of the file. */
function problemsOf(yaml: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  try {
    settingsOf(yaml, 'test', files);
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^.*?(?=golden-images\.yaml)/, ''));
  }
  return [];
}

const one = (more: string, parent = 'public.ecr.aws/docker/library/debian:12-slim', name = 'debian-12'): string =>
  estateYaml([imageYaml(name, more).replace('public.ecr.aws/docker/library/debian:12-slim', parent)]);
const DOCKERFILE = '    dockerfile: d.Dockerfile\n';
const FROM = 'FROM {{{ imagebuilder:parentImage }}}\n';
const MARKER = '# golden-images: patch\n';

it('the estate that the tests use has nothing wrong', () => {
  expect(problemsOf(estateYaml())).toEqual([]);
  expect(problemsOf(one(DOCKERFILE), { 'd.Dockerfile': `${FROM}RUN a\n${MARKER}` })).toEqual([]);
});

describe('an image', () => {
  it.each([
    ['an unknown key', one('    colour: red\n'), 'golden-images.yaml:6:5: images[0]: unknown key "colour"'],
    [
      'an unknown platform',
      one('    platform: BEOS_5\n'),
      'golden-images.yaml:6:15: images[0].platform: "BEOS_5" is no platform that this project can patch: write it as Inspector does, e.g. DEBIAN_12, or name the ecosystem',
    ],
    [
      'a parent that cannot be pulled',
      one('', 'https://public.ecr.aws/debian'),
      'golden-images.yaml:5:13: images[0].parent: "https://public.ecr.aws/debian" is not a reference that can be pulled, such as public.ecr.aws/docker/library/debian:12-slim',
    ],
    [
      'a parent that Image Builder does not pull',
      one('', 'registry.access.redhat.com/ubi9/ubi-minimal:9.4'),
      'golden-images.yaml:5:13: images[0].parent: is in registry.access.redhat.com, and EC2 Image Builder pulls from Docker Hub and ECR alone: make an ECR pull through cache rule for it, and name its repository there',
    ],
    [
      'a name that is too long for a role',
      one('', undefined, 'a-name-that-is-so-much-too-long-for-a-role'),
      'golden-images.yaml:3:11: images[0].name: makes the name golden-images-test-a-name-that-is-so-much-too-long-for-a-role-build of the IAM role 67 characters long, 64 are allowed: shorten it, or the namespace',
    ],
    [
      'a parent whose user is not known, and no word on that',
      one('', 'docker.io/bitnami/node:20'),
      "golden-images.yaml:3:5: images[0].contract: must say the user: which one docker.io/bitnami/node:20 has is not known before the build, and the patch runs as root; say e.g. contract: { user: '1001' }, or user: root",
    ],
    [
      'injection within an image that has no package manager for it',
      one('    injection: inline\n    ecosystem: microdnf\n'),
      'golden-images.yaml:6:16: images[0].injection: inline does not work with microdnf: EC2 Image Builder cannot install its components there; use staged',
    ],
    [
      'a Dockerfile that is not there',
      one(DOCKERFILE),
      'golden-images.yaml:6:17: the Dockerfile d.Dockerfile cannot be read',
    ],
  ])('with %s', (_what, yaml, problem) => {
    expect(problemsOf(yaml)).toContain(problem);
  });

  it.each([
    [
      'without the marker line',
      FROM,
      'must have the line "# golden-images: patch" once, where the patch goes; it is there 0 times',
    ],
    [
      'with two of them',
      `${FROM}${MARKER}${MARKER}`,
      'must have the line "# golden-images: patch" once, where the patch goes; it is there 2 times',
    ],
    [
      'without the parent',
      `FROM debian\n${MARKER}`,
      'must have a stage "FROM {{{ imagebuilder:parentImage }}}": the patch would run on something else',
    ],
    ['with the marker first', `${MARKER}${FROM}`, 'has the line "# golden-images: patch" before its first FROM'],
    [
      'with components of its own',
      `${FROM}{{{imagebuilder:components}}}\n${MARKER}`,
      'must not place imagebuilder:components or imagebuilder:environments: they go where the patch goes',
    ],
    [
      'that is too long',
      `${FROM}RUN : ${'x'.repeat(16_000)}\n${MARKER}`,
      'makes a Dockerfile of 16388 characters, and EC2 Image Builder takes 16000: COPY long files from an image of their own',
    ],
    ['with carriage returns', `${FROM}RUN a\r\n${MARKER}`, 'has carriage returns: save it with line feeds alone'],
  ])('with a Dockerfile %s', (_what, text, problem) => {
    expect(problemsOf(one(DOCKERFILE), { 'd.Dockerfile': text })).toEqual([
      `golden-images.yaml:6:17: images[0].dockerfile: ${problem}`,
    ]);
  });
});

describe('two images', () => {
  it.each([
    [
      'name',
      `${imageYaml('a')}${imageYaml('a').replace('golden/a', 'golden/b')}`,
      'golden-images.yaml:6:11: images[1].name: "a" is already that of images[0]',
    ],
    [
      'repository',
      `${imageYaml('a')}${imageYaml('b').replace('golden/b', 'golden/a')}`,
      'golden-images.yaml:7:17: images[1].repository: "golden/a" is already that of images[0]',
    ],
    [
      "pipeline's name",
      `${imageYaml('a.b')}${imageYaml('a_b')}`,
      'golden-images.yaml:6:11: images[1].name: "a_b" would have the same pipeline as images[0], "a.b": ".", "_" and "-" are one in its name, a-b',
    ],
  ])('of one %s', (_what, images, problem) => {
    expect(problemsOf(estateYaml([images]))).toEqual([problem]);
  });
});

it('an environment whose names are too long for buckets', () => {
  const yaml = estateYaml()
    .replace('  test:', '  a-long-environment:')
    .replace('    region: eu-west-1', '    region: ap-southeast-2');
  expect(() => settingsOf(yaml, 'a-long-environment')).toThrow(
    /golden-images\.yaml:\d+:5: the namespace and the environment make the name golden-images-a-long-environment-build-logs-123456789012-ap-southeast-2 of the S3 bucket 71 characters long, 63 are allowed/,
  );
});

describe('the model', () => {
  const withModel = (top: string, environment = ''): readonly string[] =>
    problemsOf(estateYaml([imageYaml('debian-12')], environment, top));

  it('must be named where it alone is to write', () => {
    const problem = 'golden-images.yaml:2:9: author: it is bedrock, and test has no model.id to ask';
    expect(withModel('author: bedrock\n')).toEqual([problem]);
    expect(withModel('author: bedrock\n', '    model: { maximumTokens: 512 }\n')).toEqual([problem]);
    expect(withModel('author: bedrock\n', '    model: { id: amazon.nova-2-lite-v1:0 }\n')).toEqual([]);
    expect(withModel('author: bedrock-then-rules\n')).toEqual([]);
  });

  const merged = 'model: { id: us.anthropic.claude-sonnet-4-6, region: us-east-1 }\n';
  it('is not asked where its profile is not: the id of the environment, the region of all', () => {
    expect(withModel(merged, '    model: { id: eu.anthropic.claude-sonnet-4-6 }\n')).toEqual([
      'golden-images.yaml:13:18: environments.test.model.id: the inference profile eu.anthropic.claude-sonnet-4-6 would be asked in us-east-1, by model.region, and it is not there',
    ]);
    expect(() =>
      settingsOf(estateYaml([imageYaml('debian-12')], '    model: { id: eu.anthropic.claude-sonnet-4-6 }\n', merged)),
    ).toThrow(
      expect.objectContaining({
        hint: 'set environments.test.model.region to one of eu-central-1, eu-north-1, eu-south-1 …, or model.id to a profile of us-east-1; where it can be asked there all the same, name its regions as modelRegions of the environment',
      }) as Error,
    );
    expect(withModel(merged)).toEqual([]);
    expect(withModel(merged, '    model: { id: eu.anthropic.claude-sonnet-4-6, region: eu-central-1 }\n')).toEqual([]);
  });

  it.each([
    ['us.anthropic.claude-sonnet-4-6', 'the region of the environment'],
    ['arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6', 'an ARN'],
    ['us-gov.anthropic.claude-sonnet-4-6', 'another partition'],
    ['apac.amazon.nova-lite-v1:0', 'another part of the world'],
  ])('%s is not there in eu-west-1 (%s)', (id) => {
    const [problem = ''] = withModel(`model: { id: '${id}' }\n`);
    expect(problem).toMatch(
      /^golden-images\.yaml:2:14: model\.id: the inference profile [a-z-]+\.[a-z0-9.:-]+ would be asked in eu-west-1, the region of the environment, and it is not there$/,
    );
  });

  it.each([
    ['a model', 'model: { id: anthropic.claude-sonnet-4-6 }', ''],
    ['a global profile', 'model: { id: global.anthropic.claude-sonnet-4-6 }', ''],
    [
      'a profile of a prefix that is not known',
      'model: { id: xx.anthropic.claude }',
      '    modelRegions: [eu-west-1]\n',
    ],
    ['a region that only asks', 'model: { id: eu.anthropic.claude-sonnet-4-6, region: eu-west-2 }', ''],
    ['Canada', 'model: { id: us.anthropic.claude-sonnet-4-6, region: ca-central-1 }', ''],
    ['the Middle East', 'model: { id: apac.amazon.nova-lite-v1:0, region: me-central-1 }', ''],
    ['what the environment says', `model: { id: us.a.b }`, '    modelRegions: [eu-west-1, us-east-1]\n'],
    [
      "an application's profile",
      'model: { id: "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/us.a.b" }',
      '',
    ],
  ])('%s is taken', (_what, model, environment) => {
    expect(withModel(`${model}\n`, environment)).toEqual([]);
  });
});

it('every problem is told at once', () => {
  expect(
    problemsOf(estateYaml([imageYaml('a', '    platform: X\n'), imageYaml('b', '    platform: Y\n')])),
  ).toHaveLength(2);
});

it('a configuration that is not there', () => {
  expect(() => loadSettings('none.yaml', 'test')).toThrow(/none\.yaml cannot be read: /);
});
