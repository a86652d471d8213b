import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createColors } from 'picocolors';
import { goldenImages } from '../../../scripts/plan/golden-image-of';
import { MARKDOWN_LIMIT, renderMarkdown } from '../../../scripts/plan/render-markdown';
import { renderText } from '../../../scripts/plan/render-text';
import { lossesOf, summarizePlan } from '../../../scripts/plan/summarize';
import { synthesizeEstate } from '../../support/terraform/estate';
import { planOf, REAL_PLANS, realPlan, resource } from './plan-samples';

const PLAIN = createColors(false);
const COLORED = createColors(true);
const ESCAPE = '\u001b';
const RED = `${ESCAPE}[31m`;

describe('plans of a real Terraform', () => {
  test('a first deployment is said by image and type', () => {
    expect(renderText([summarizePlan('images-prod', realPlan('first-deployment'))], PLAIN)).toBe(
      `images-prod: 25 to create
  shared: 11 to create
    + aws_iam_role, aws_iam_role_policy_attachment, aws_kms_alias, aws_kms_key, aws_s3_bucket, aws_s3_bucket_lifecycle_configuration, aws_s3_bucket_ownership_controls, aws_s3_bucket_policy, aws_s3_bucket_public_access_block, aws_s3_bucket_server_side_encryption_configuration, aws_s3_bucket_versioning
  alpine-3.22: 7 to create
    + aws_cloudwatch_log_group, aws_ecr_lifecycle_policy, aws_ecr_repository, aws_iam_instance_profile, aws_iam_role, aws_iam_role_policy, aws_ssm_parameter
  debian-12: 7 to create
    + aws_cloudwatch_log_group, aws_ecr_lifecycle_policy, aws_ecr_repository, aws_iam_instance_profile, aws_iam_role, aws_iam_role_policy, aws_ssm_parameter
  outputs that change: build-logs-bucket
`,
    );
  });

  test('no changes are said to be none, and what a provider reads differently is no drift', () => {
    const plan = realPlan('no-changes');
    expect(plan.resource_drift?.length).toBeGreaterThan(10);
    expect(renderText([summarizePlan('images-prod', plan)], PLAIN)).toBe('images-prod: no changes\n');
  });

  test('of an image removed, one added and one moved to another repository, losses come first', () => {
    const summary = summarizePlan('images-prod', realPlan('images-changed'));
    expect(lossesOf([summary]).map(({ effect, type, image, name }) => [effect, type, image, name])).toEqual([
      ['destroy', 'aws_ecr_repository', 'alpine-3.22', 'golden/alpine-3.22'],
      ['destroy', 'aws_ssm_parameter', 'alpine-3.22', '/golden-images/test/signals/alpine-3.22'],
      ['replace', 'aws_ecr_repository', 'debian-12', 'golden/debian-12'],
    ]);
    const lines = renderText([summary], PLAIN).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'Stateful, and would be lost: 3',
      '- destroy aws_ecr_repository.image-alpine-322_repository_AD8D7DFB (images-prod · alpine-3.22 · golden/alpine-3.22)',
      '    lost: the images in it',
    ]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'images-prod: 7 to destroy, 2 to replace, 3 to change, 7 to create',
        '  alpine-3.22: 7 to destroy',
        '  amazonlinux-2023: 7 to create',
        '  debian-12: 2 to replace, 2 to change',
        '    -/+ aws_ecr_repository.image-debian-12_repository_EA796AD8: golden/debian-12; forced by name',
        '    ~ aws_cloudwatch_log_group.image-debian-12_pipeline_log_E06C55B1: /aws/imagebuilder/golden-images-test-debian-12; retention_in_days',
      ]),
    );
  });

  test('what was deleted or changed by hand is said', () => {
    expect(renderText([summarizePlan('images-prod', realPlan('drift'))], PLAIN)).toBe(
      `images-prod: 1 to change, 1 to create
  alpine-3.22: 1 to change
    ~ aws_ecr_repository.image-alpine-322_repository_AD8D7DFB: golden/alpine-3.22; image_tag_mutability
  debian-12: 1 to create
    + aws_ssm_parameter
  changed outside of Terraform:
    deleted aws_ssm_parameter.image-debian-12_signal_parameter_9678C54C: /golden-images/test/signals/debian-12
    changed aws_ecr_repository.image-alpine-322_repository_AD8D7DFB: golden/alpine-3.22; image_tag_mutability
`,
    );
  });

  test('destroying all loses each repository, signal, bucket and key', () => {
    const losses = lossesOf([summarizePlan('images-prod', realPlan('destroy'))]);
    expect(losses.map(({ type, image }) => `${image ?? 'shared'} ${type}`)).toEqual([
      'shared aws_kms_key',
      'shared aws_s3_bucket',
      'alpine-3.22 aws_ecr_repository',
      'alpine-3.22 aws_ssm_parameter',
      'debian-12 aws_ecr_repository',
      'debian-12 aws_ssm_parameter',
    ]);
  });

  test.each(REAL_PLANS)('%s reads the same whatever the order of its changes', (name) => {
    const plan = realPlan(name);
    const reversed = {
      ...plan,
      resource_changes: [...(plan.resource_changes ?? [])].reverse(),
      resource_drift: [...(plan.resource_drift ?? [])].reverse(),
    };
    expect(renderText([summarizePlan('s', reversed)], PLAIN)).toBe(renderText([summarizePlan('s', plan)], PLAIN));
    expect(renderMarkdown([summarizePlan('s', reversed)])).toBe(renderMarkdown([summarizePlan('s', plan)]));
  });
});

describe('colours', () => {
  const summaries = [summarizePlan('images-prod', realPlan('images-changed'))];

  test('are red for every line of a loss, and for no other', () => {
    const lines = renderText(summaries, COLORED).split('\n');
    const red = lines.filter((line) => line.includes(RED));
    expect(lines.slice(0, 4).every((line) => line.includes(RED))).toBe(true);
    expect(red.filter((line) => !/lost|destroy|replace|aws_ecr_repository|aws_ssm_parameter/.test(line))).toEqual([]);
    expect(lines.filter((line) => line.includes('aws_iam_role.') && line.includes(RED))).toEqual([]);
  });

  test('are the only difference to the plain text', () => {
    const escapes = new RegExp(`${ESCAPE}\\[[0-9;]*m`, 'g');
    expect(renderText(summaries, PLAIN)).not.toContain(ESCAPE);
    expect(renderText(summaries, COLORED).replaceAll(escapes, '')).toBe(renderText(summaries, PLAIN));
  });
});

describe('an image’s resources', () => {
  test('are told from shared ones, by the constructs that the stack really has', () => {
    const estate = synthesizeEstate();
    const { resource: declared } = JSON.parse(readFileSync(join(estate.images, 'cdk.tf.json'), 'utf8')) as {
      resource: Record<string, Record<string, { '//': { metadata: { path: string } }; name?: string }>>;
    };
    estate.remove();
    const resources = Object.entries(declared).flatMap(([type, named]) =>
      Object.entries(named).map(
        ([
          name,
          {
            '//': { metadata },
            ...after
          },
        ]) => ({
          plan: resource(`${type}.${name}`, { actions: ['create'], before: null, after }),
          // images-test/image-<name>/…
          image: /^image-(.+)$/.exec(metadata.path.split('/')[1] ?? '')?.[1],
        }),
      ),
    );
    const imageOf = goldenImages(planOf(...resources.map(({ plan }) => plan)));
    expect(resources.length).toBeGreaterThan(30);
    for (const { plan, image } of resources)
      expect([plan.address, imageOf(plan.address)]).toEqual([plan.address, image]);
  });

  test('have the image’s name without its dots where the plan does not have its signal', () => {
    const plan = planOf(resource('aws_ecr_repository.image-alpine-322_repository_AD8D7DFB', { actions: ['delete'] }));
    expect(goldenImages(plan)('aws_ecr_repository.image-alpine-322_repository_AD8D7DFB')).toBe('alpine-322');
  });

  test('have the whole name, underscores and all, from a signal that does not change', () => {
    const signal = resource('aws_ssm_parameter.image-my_base_signal_parameter_01234567', {
      actions: ['no-op'],
      after: { name: '/golden-images/test/signals/my_5Fbase' },
    });
    expect(goldenImages(planOf(signal))('aws_ecr_repository.image-my_base_repository_01234567')).toBe('my_base');
  });
});

describe('text from outside', () => {
  /** Escape, and right-to-left override. */
  const UNSAFE = [ESCAPE, '\u202e'];
  const hostile = `aws_s3_bucket.x${ESCAPE}[2J|\`</summary>\u202e`;
  const summary = summarizePlan(
    `stack${ESCAPE}<b>`,
    planOf(resource(hostile, { actions: ['delete'], before: { bucket: hostile } })),
  );

  test('cannot steer a terminal', () => {
    for (const character of UNSAFE) expect(renderText([summary], PLAIN)).not.toContain(character);
  });

  test('cannot leave its place in a comment', () => {
    const markdown = renderMarkdown([summary]);
    for (const character of UNSAFE) expect(markdown).not.toContain(character);
    // Within inline code a tag is text.
    const outside = markdown.replaceAll(/`[^`\n]*`/g, '');
    expect(outside.match(/<[^>]*>/g)).toEqual(['<details>', '<summary>', '</summary>', '</details>']);
    expect(markdown.split('\n').filter((line) => (line.match(/`/g) ?? []).length % 2 === 1)).toEqual([]);
  });
});

describe('a comment', () => {
  test('fits where the plan does not, and says what was left out', () => {
    const many = Array.from({ length: 900 }, (_, index) =>
      resource(`aws_iam_role.role-number-${index}`, {
        actions: ['update'],
        before: { name: `r${index}` },
        after: { name: 'x'.repeat(40) },
      }),
    );
    const summaries = ['one', 'two', 'three'].map((stack) => summarizePlan(stack, planOf(...many)));
    const markdown = renderMarkdown(summaries);
    expect(markdown.length).toBeLessThanOrEqual(MARKDOWN_LIMIT);
    expect(markdown).toContain('the lists of 2 stacks are left out');
    expect(markdown).toContain('| `three` | shared | 900 to change |');
  });

  test('fits with more losses than a comment can hold', () => {
    const many = Array.from({ length: 2000 }, (_, index) =>
      resource(`aws_s3_bucket.bucket-${index}`, { actions: ['delete'] }),
    );
    const markdown = renderMarkdown([summarizePlan('one', planOf(...many))]);
    expect(markdown.length).toBeLessThanOrEqual(MARKDOWN_LIMIT);
    expect(markdown).toContain('**2000 stateful resources would be lost:**');
  });
});
