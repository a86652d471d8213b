import { BadInputError } from '../errors';
import type { NameKind } from './name-limits';
import { NAME_RULES } from './name-limits';

/** What names begin with. */
export interface LabelProps {
  /** AWS account, 12 digits. */
  readonly account: string;
  /** AWS region. */
  readonly region: string;
  /** e.g. `golden-images`. */
  readonly namespace: string;
  /** e.g. `prod`. */
  readonly environment: string;
}

/**
 * Gives every resource its name: `{namespace}-{environment}-{name}`. One object per environment, passed down. The stacks
 * name resources with it, and the command line finds them by it.
 */
export class Label {
  readonly namespace: string;
  readonly environment: string;
  readonly account: string;
  readonly region: string;
  /** What every name begins with, without a hyphen at its end. */
  readonly prefix: string;

  constructor({ namespace, environment, account, region }: LabelProps) {
    this.namespace = namespace;
    this.environment = environment;
    this.account = account;
    this.region = region;
    this.prefix = `${namespace}-${environment}`;
  }

  /**
   * Name of a resource.
   * @throws BadInputError where it is too long for the resource, or has characters that the resource does not take
   */
  name(kind: NameKind, ...parts: readonly string[]): string {
    return checked(kind, [this.prefix, ...parts].join('-'));
  }

  /** Name of an S3 bucket. Those are global, so the account and the region are part of it. @throws BadInputError alike */
  bucket(name: string): string {
    return this.name('bucket', name, this.account, this.region);
  }

  /** Path such as `/golden-images/prod/signals`, of parameters. @throws BadInputError alike */
  path(...parts: readonly string[]): string {
    return checked('parameter', `/${[this.namespace, this.environment, ...parts].join('/')}`);
  }

  /** Tags that tell whose a resource is. */
  get tags(): Readonly<Record<string, string>> {
    return { [OWNER_TAG]: this.prefix, Namespace: this.namespace, Environment: this.environment };
  }
}

/** Tag by which this environment's resources are found, e.g. in Cost Explorer. */
const OWNER_TAG = 'GoldenImages';

/** What is wrong with a name; undefined where nothing is. */
export function nameProblem(kind: NameKind, name: string): string | undefined {
  const { limit, pattern, noun } = NAME_RULES[kind];
  if (name.length > limit)
    return `makes the name ${name} of the ${noun} ${name.length} characters long, ${limit} are allowed`;
  return pattern.test(name) ? undefined : `makes ${name}, which is no name for the ${noun}`;
}

function checked(kind: NameKind, name: string): string {
  const problem = nameProblem(kind, name);
  if (problem === undefined) return name;
  throw new BadInputError(`the namespace and the environment ${problem.replace('makes', 'make')}`, {
    hint: 'shorten the namespace or the name of the environment in golden-images.yaml',
  });
}
