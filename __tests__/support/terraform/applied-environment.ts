import type { AppliedResource } from './terraform-stack';

/** A function as it was deployed. */
export interface AppliedFunction {
  readonly name: string;
  /** Its environment variables. `ESTATE_FILE` is a path within the layer: a test puts its own in its place. */
  readonly variables: Readonly<Record<string, string>>;
  /** Statements of its role's policy. */
  readonly statements: readonly PolicyStatement[];
}

/** A statement of an IAM policy. */
export interface PolicyStatement {
  readonly Effect: string;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: unknown;
}

/** An event source mapping as it was deployed. */
export interface AppliedMapping {
  /** ARN of the stream or queue. */
  readonly source: string;
  /** Filter patterns, of which one has to match; none: everything. */
  readonly patterns: readonly unknown[];
  readonly batchSize: number;
  /** ARN of where batches go that failed for good. */
  readonly failures?: string;
}

/** Names, filters and policies of a patching stack, as Terraform deployed it: nothing of it is the tests' own. */
export interface AppliedEnvironment {
  readonly tableName: string;
  readonly streamArn: string;
  /** Bucket of scripts and papers. */
  readonly scriptsBucket: string;
  /** Bucket of stream batches that failed for good. */
  readonly failuresBucket: string;
  readonly findingsQueueUrl: string;
  readonly deadLettersQueueUrl: string;
  readonly failuresQueueUrl: string;
  /** Queue of rebuild signals. */
  readonly signalsQueueUrl: string;
  readonly signalsDeadLettersQueueUrl: string;
  /** By the folder below `functions/`. */
  readonly functions: Readonly<Record<string, AppliedFunction>>;
  /** By the folder below `functions/`: what invokes the function. */
  readonly mappings: Readonly<Record<string, AppliedMapping>>;
  /** Event patterns by the rule's construct id, e.g. `inspector-findings`. */
  readonly eventPatterns: Readonly<Record<string, unknown>>;
  /** ARN of what a rule sends to, by the rule's construct id. */
  readonly eventTargets: Readonly<Record<string, string>>;
}

/**
 * Takes the names, filters and policies from what Terraform deployed.
 * @param resources of the patching stack, as `TerraformStack.resources` lists them
 * @param prefix what every name begins with, e.g. `golden-images-test`
 * @throws Error that names what is not there
 */
export function appliedEnvironment(resources: readonly AppliedResource[], prefix: string): AppliedEnvironment {
  const table = only(resources, 'aws_dynamodb_table', prefix);
  const queue = (name: string): string => text(only(resources, 'aws_sqs_queue', `${prefix}-${name}`), 'url');
  const bucket = (name: string): string => text(only(resources, 'aws_s3_bucket', `${prefix}-${name}-`), 'bucket');
  const folderOf = (name: string): string => name.slice(prefix.length + 1);
  return {
    tableName: text(table, 'name'),
    streamArn: text(table, 'stream_arn'),
    scriptsBucket: bucket('scripts'),
    failuresBucket: bucket('failures'),
    findingsQueueUrl: queue('findings'),
    deadLettersQueueUrl: queue('findings-dead-letters'),
    failuresQueueUrl: queue('failures'),
    signalsQueueUrl: queue('signals'),
    signalsDeadLettersQueueUrl: queue('signals-dead-letters'),
    functions: Object.fromEntries(
      ofType(resources, 'aws_lambda_function').map((resource) => [
        folderOf(text(resource, 'function_name')),
        functionOf(resource, resources),
      ]),
    ),
    mappings: Object.fromEntries(
      ofType(resources, 'aws_lambda_event_source_mapping').map((resource) => [
        folderOf(text(resource, 'function_name').split(':').at(-1) ?? ''),
        mappingOf(resource),
      ]),
    ),
    eventPatterns: Object.fromEntries(
      // That of the clock has none.
      ofType(resources, 'aws_cloudwatch_event_rule')
        .filter(({ values }) => typeof values['event_pattern'] === 'string' && values['event_pattern'] !== '')
        .map((resource) => [folderOf(text(resource, 'name')), JSON.parse(text(resource, 'event_pattern')) as unknown]),
    ),
    eventTargets: Object.fromEntries(
      ofType(resources, 'aws_cloudwatch_event_target').map((resource) => [
        folderOf(text(resource, 'rule')),
        text(resource, 'arn'),
      ]),
    ),
  };
}

function functionOf(resource: AppliedResource, resources: readonly AppliedResource[]): AppliedFunction {
  const name = text(resource, 'function_name');
  const [environment] = resource.values['environment'] as readonly { variables: Readonly<Record<string, string>> }[];
  const policies = ofType(resources, 'aws_iam_role_policy').filter(({ values }) => values['role'] === name);
  return {
    name,
    variables: environment?.variables ?? {},
    statements: policies.flatMap(
      (policy) => (JSON.parse(text(policy, 'policy')) as { Statement: readonly PolicyStatement[] }).Statement,
    ),
  };
}

function mappingOf(resource: AppliedResource): AppliedMapping {
  const {
    filter_criteria: criteria,
    destination_config: destinations,
    batch_size: batchSize,
  } = resource.values as {
    filter_criteria: readonly { filter: readonly { pattern: string }[] }[];
    destination_config: readonly { on_failure: readonly { destination_arn: string }[] }[];
    batch_size: number;
  };
  const failures = destinations[0]?.on_failure[0]?.destination_arn;
  return {
    source: text(resource, 'event_source_arn'),
    patterns: criteria.flatMap(({ filter }) => filter.map(({ pattern }) => JSON.parse(pattern) as unknown)),
    batchSize,
    ...(failures !== undefined && { failures }),
  };
}

function ofType(resources: readonly AppliedResource[], type: string): readonly AppliedResource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The resource of a type with this name; else the only one whose name begins so. */
function only(resources: readonly AppliedResource[], type: string, name: string): AppliedResource {
  const named = ofType(resources, type).map((resource) => [nameOf(resource), resource] as const);
  const found = named.filter(([own]) => own === name);
  const candidates = found.length > 0 ? found : named.filter(([own]) => own.startsWith(name));
  const [first] = candidates;
  if (first === undefined || candidates.length > 1)
    throw new Error(
      `${candidates.length} of ${type} are called ${name}: there are ${named.map(([own]) => own).join(', ')}`,
    );
  return first[1];
}

function nameOf({ values }: AppliedResource): string {
  const name = values['name'] ?? values['bucket'];
  return typeof name === 'string' ? name : '';
}

function text({ address, values }: AppliedResource, attribute: string): string {
  const value = values[attribute];
  if (typeof value !== 'string') throw new Error(`${address} has no ${attribute}`);
  return value;
}
