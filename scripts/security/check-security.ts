import type { StackJson } from '../terraform/older-provider';
import { MANAGED_POLICIES, SERVICES_WITHOUT_SOURCE, WIDE_ACTIONS } from './accepted';
import { encryptionProblems } from './check-encryption';
import { failureProblems } from './check-failures';
import type { PolicyStatement, StackResource } from './stack-json';
import { policiesOf, refersTo, resourcesOf } from './stack-json';

/**
 * Checks a synthesized stack: no wide rights, nothing public, all encrypted, every failure kept, every log given an end.
 * @returns one line per problem, that begins with the construct's path; none where all is well
 */
export function securityProblems(stack: StackJson): readonly string[] {
  const resources = resourcesOf(stack);
  return [
    ...resources.flatMap((resource) => policyProblems(resource)),
    ...resources.flatMap((resource) => publicProblems(resource, resources)),
    ...resources.flatMap((resource) => sourceProblems(resource)),
    ...encryptionProblems(resources),
    ...failureProblems(resources),
  ];
}

function policyProblems(resource: StackResource): readonly string[] {
  const { path, type, attributes } = resource;
  const managed =
    type === 'aws_iam_role_policy_attachment' ? String(attributes['policy_arn']).split('/').at(-1) : undefined;
  const statements = policiesOf(resource).flatMap((policy) =>
    policy.statements.filter(({ effect }) => effect === 'Allow'),
  );
  return [
    ...(managed === undefined || managed in MANAGED_POLICIES
      ? []
      : [`${path}: attaches the managed policy ${managed}`]),
    ...statements.flatMap((statement) =>
      statementProblems(type, statement).map((problem) => `${path}: ${statement.sid} ${problem}`),
    ),
  ];
}

function statementProblems(
  type: string,
  { actions, resources, principals, conditions }: PolicyStatement,
): readonly string[] {
  const isRolePolicy = type === 'aws_iam_role_policy';
  const wide = actions.filter((action) => action.includes('*'));
  const unaccepted = actions.filter((action) => !(action in WIDE_ACTIONS));
  const services = principals.filter((who) => who.startsWith('Service:')).map((who) => who.slice('Service:'.length));
  const hasSource = /"(?:aws:SourceAccount|aws:SourceArn|kms:EncryptionContext:aws:logs:arn)"/.test(
    JSON.stringify(conditions),
  );
  return [
    ...wide.map((action) => `allows ${action}`),
    // In a key's policy "*" is the key itself.
    ...(isRolePolicy && resources.includes('*')
      ? unaccepted.map((action) => `allows ${action} on every resource`)
      : []),
    ...principals.filter((who) => who === '*' || who === 'AWS:*').map(() => 'allows everybody'),
    ...services
      .filter((service) => !hasSource && !(service in SERVICES_WITHOUT_SOURCE))
      .map((service) => `allows ${service}, whoever it acts for`),
  ];
}

function publicProblems(resource: StackResource, all: readonly StackResource[]): readonly string[] {
  const { type, path } = resource;
  const PUBLIC_TYPES = [
    'aws_lambda_function_url',
    'aws_s3_bucket_acl',
    'aws_s3_bucket_website_configuration',
    'aws_ecrpublic_repository',
  ];
  if (PUBLIC_TYPES.includes(type)) return [`${path}: is public`];
  const partner = (wanted: string, attribute: string): StackResource | undefined =>
    all.find((other) => other.type === wanted && refersTo(other.attributes[attribute], resource));
  const tlsOnly = (wanted: string, attribute: string): readonly string[] => {
    const policy = partner(wanted, attribute);
    const denies =
      policy &&
      policiesOf(policy).some(({ statements }) =>
        statements.some(({ sid, effect }) => sid === 'TlsOnly' && effect === 'Deny'),
      );
    return denies === true ? [] : [`${path}: does not refuse access without TLS`];
  };
  switch (type) {
    case 'aws_s3_bucket': {
      const block = partner('aws_s3_bucket_public_access_block', 'bucket')?.attributes ?? {};
      const kinds = ['block_public_acls', 'block_public_policy', 'ignore_public_acls', 'restrict_public_buckets'];
      return [
        ...kinds.filter((kind) => block[kind] !== true).map((kind) => `${path}: has no ${kind}`),
        ...tlsOnly('aws_s3_bucket_policy', 'bucket'),
      ];
    }
    case 'aws_sqs_queue':
      return tlsOnly('aws_sqs_queue_policy', 'queue_url');
    case 'aws_sns_topic':
      return tlsOnly('aws_sns_topic_policy', 'arn');
    default:
      return [];
  }
}

/**
 * Every permission names its source, and its account: an ARN may have none, such as a bucket's. A rule's has one; with
 * source_account beside it, EventBridge could not invoke (modules/event-rule).
 */
function sourceProblems({ type, path, attributes }: StackResource): readonly string[] {
  if (type !== 'aws_lambda_permission') return [];
  const isRule = attributes['principal'] === 'events.amazonaws.com';
  const wanted = isRule ? ['source_arn'] : ['source_arn', 'source_account'];
  return [
    ...wanted
      .filter((attribute) => attributes[attribute] === undefined)
      .map((attribute) => `${path}: has no ${attribute}`),
    ...(isRule && attributes['source_account'] !== undefined
      ? [`${path}: has source_account, which keeps EventBridge out`]
      : []),
  ];
}
