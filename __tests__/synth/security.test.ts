import { NOTHING_TO_ENCRYPT } from '../../scripts/security/accepted';
import { securityProblems } from '../../scripts/security/check-security';
import { resourcesOf } from '../../scripts/security/stack-json';
import { estateYaml } from './support/estate';
import { stackOf, synthesize } from './support/synthesize';

const EVERYTHING = estateYaml(
  undefined,
  `    guardrail: true
    notifications: { emails: [a@example.com] }
    scanning: { repositories: ['golden/*'], resourceTypes: [ECR] }
    permissionsBoundary: arn:aws:iam::123456789012:policy/boundary
`,
  'model: { id: eu.anthropic.claude-sonnet-4-6 }\n',
);
const stacks = synthesize(EVERYTHING);

it.each([...stacks.keys()])('%s has nothing that is not accepted', (name) => {
  expect(securityProblems(stackOf(stacks, name))).toEqual([]);
});

/** Types that the modules can make, and some estates have no use for. */
const OPTIONAL = ['aws_iam_role_policy_attachment', 'aws_lambda_permission'];

it('no accepted type is listed for nothing', () => {
  const used = new Set([...stacks.values()].flatMap(resourcesOf).map(({ type }) => type));
  expect(Object.keys(NOTHING_TO_ENCRYPT).filter((type) => !used.has(type))).toEqual(
    OPTIONAL.filter((type) => !used.has(type)),
  );
});

it('every role has the boundary', () => {
  const roles = [...stacks.values()].flatMap(resourcesOf).filter(({ type }) => type === 'aws_iam_role');
  expect(roles.length).toBeGreaterThan(7);
  expect(roles.filter(({ attributes }) => attributes['permissions_boundary'] === undefined)).toEqual([]);
});

type Resources = Record<string, Record<string, Record<string, unknown>>>;

/** The patching stack with something about it changed. */
function changed(change: (resources: Resources) => void): readonly string[] {
  const stack = structuredClone(stackOf(stacks, 'patching-test'));
  change(stack.resource as Resources);
  return securityProblems(stack);
}

/** The only resource of a type whose name begins so. */
function find(resources: Resources, type: string, prefix: string): Record<string, unknown> {
  const [found] = Object.entries(resources[type] ?? {}).filter(([id]) => id.startsWith(prefix));
  if (found === undefined) throw new Error(`there is no ${type} ${prefix}`);
  return found[1];
}

function edit(resource: Record<string, unknown>, attribute: string, from: string, to: string): void {
  const text = String(resource[attribute]);
  if (!text.includes(from)) throw new Error(`${attribute} has no ${from}: ${text}`);
  resource[attribute] = text.replace(from, to);
}

describe('the check fails', () => {
  const cases: readonly (readonly [string, (resources: Resources) => void, string])[] = [
    [
      'an action with a star',
      (all) => {
        edit(find(all, 'aws_iam_role_policy', 'start-build'), 'policy', '"ssm:GetParameter"', '"ssm:*"');
      },
      'patching-test/start-build/role/policy: ReadSignals allows ssm:*',
    ],
    [
      'a right on every resource',
      (all) => {
        edit(
          find(all, 'aws_iam_role_policy', 'ingest'),
          'policy',
          '"arn:aws:ecr:eu-west-1:123456789012:repository/*"',
          '"*"',
        );
      },
      'patching-test/ingest-finding/role/policy: ReadManifests allows ecr:BatchGetImage on every resource',
    ],
    [
      'a managed policy',
      (all) => {
        all['aws_iam_role_policy_attachment'] = { a: { policy_arn: 'arn:aws:iam::aws:policy/AdministratorAccess' } };
      },
      ': attaches the managed policy AdministratorAccess',
    ],
    [
      'a queue that everybody may write to',
      (all) => {
        edit(
          find(all, 'aws_sqs_queue_policy', 'findings_policy'),
          'policy',
          '{"Service":"events.amazonaws.com"}',
          '"*"',
        );
      },
      'patching-test/findings/policy: Ruleinspectorfindings allows everybody',
    ],
    [
      'a service that may act for anybody',
      (all) => {
        edit(find(all, 'aws_sns_topic_policy', 'topic'), 'policy', 'aws:SourceAccount', 'aws:PrincipalAccount');
      },
      '', // the ARN is left
    ],
    [
      'a service that may act for anybody at all',
      (all) => {
        const policy = find(all, 'aws_sns_topic_policy', 'topic');
        edit(policy, 'policy', 'aws:SourceAccount', 'aws:PrincipalAccount');
        edit(policy, 'policy', 'aws:SourceArn', 'aws:PrincipalArn');
      },
      'patching-test/topic/policy: AlarmsOfThisEnvironment allows cloudwatch.amazonaws.com, whoever it acts for',
    ],
    ...(
      [
        [
          'without an account',
          { principal: 's3.amazonaws.com', source_arn: 'arn:aws:s3:::b' },
          'has no source_account',
        ],
        ['without a rule', { principal: 'events.amazonaws.com' }, 'has no source_arn'],
        [
          'that EventBridge cannot use',
          { principal: 'events.amazonaws.com', source_arn: 'arn', source_account: '123456789012' },
          'has source_account, which keeps EventBridge out',
        ],
      ] as const
    ).map(
      ([what, attributes, problem]) =>
        [
          `a permission ${what}`,
          (all: Resources) => {
            const metadata = { path: 'patching-test/some/permission' };
            all['aws_lambda_permission'] = { some: { '//': { metadata }, ...attributes } };
          },
          `patching-test/some/permission: ${problem}`,
        ] as const,
    ),
    [
      'a bucket that may become public',
      (all) => (find(all, 'aws_s3_bucket_public_access_block', 'scripts')['restrict_public_buckets'] = false),
      'patching-test/scripts/bucket: has no restrict_public_buckets',
    ],
    [
      'a bucket without TLS',
      (all) => {
        edit(find(all, 'aws_s3_bucket_policy', 'scripts'), 'policy', '"Deny"', '"Allow"');
      },
      'patching-test/scripts/bucket: does not refuse access without TLS',
    ],
    [
      'a function with a URL',
      (all) => {
        all['aws_lambda_function_url'] = { a: { '//': { metadata: { path: 'a/b' } } } };
      },
      'a/b: is public',
    ],
    ...(
      [
        ['aws_dynamodb_table', 'table', 'server_side_encryption', 'patching-test/table/table'],
        ['aws_sqs_queue', 'failures', 'kms_master_key_id', 'patching-test/failures/queue'],
        ['aws_sns_topic', 'topic', 'kms_master_key_id', 'patching-test/topic/topic'],
        ['aws_cloudwatch_log_group', 'start-build', 'kms_key_id', 'patching-test/start-build/log'],
        ['aws_lambda_function', 'start-build', 'kms_key_arn', 'patching-test/start-build/function'],
        ['aws_kms_key', 'key', 'enable_key_rotation', 'patching-test/key/key'],
      ] as const
    ).map(
      ([type, prefix, attribute, path]) =>
        [
          `${type} without ${attribute}`,
          (all: Resources) => Reflect.deleteProperty(find(all, type, prefix), attribute),
          `${path}: is not encrypted`,
        ] as const,
    ),
    [
      'a type of resource that nobody has thought about',
      (all) => {
        all['aws_efs_file_system'] = { a: { '//': { metadata: { path: 'a/b' } } } };
      },
      'a/b: nobody said whether aws_efs_file_system is to be encrypted',
    ],
    [
      'a function without a failure destination',
      (all) => delete find(all, 'aws_lambda_function_event_invoke_config', 'start-build')['destination_config'],
      'patching-test/start-build/function: has no failure destination',
    ],
    [
      'a stream mapping without a failure destination',
      (all) => delete find(all, 'aws_lambda_event_source_mapping', 'open-findings')['destination_config'],
      'patching-test/open-findings/mapping: has no failure destination',
    ],
    [
      'a queue without a dead-letter queue',
      (all) => delete find(all, 'aws_sqs_queue', 'findings_queue')['redrive_policy'],
      'patching-test/findings/queue: has no dead-letter queue',
    ],
    [
      'an event target without a dead-letter queue',
      (all) => delete find(all, 'aws_cloudwatch_event_target', 'inspector')['dead_letter_config'],
      'patching-test/inspector-findings/target: has no dead-letter queue',
    ],
    [
      'a log that is kept for ever',
      (all) => delete find(all, 'aws_cloudwatch_log_group', 'start-build')['retention_in_days'],
      'patching-test/start-build/log: keeps its events for ever',
    ],
  ];

  it.each(cases)('of %s', (_what, change, problem) => {
    const problems = changed(change);
    if (problem === '') expect(problems).toEqual([]);
    else expect(problems).toContain(problem);
  });
});
