import { BadInputError } from '../../domain/errors';

/** One statement of a policy. */
export interface Statement {
  /** Letters and digits: what it is for. */
  readonly sid: string;
  /** @default Allow */
  readonly effect?: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Who: in policies of resources and in trust policies only. */
  readonly principals?: Readonly<Record<string, string | readonly string[]>> | '*';
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/**
 * JSON of a policy (IAM, "Grammar of the IAM JSON policy language").
 * @throws BadInputError where an allowed action has a `*`, or a `sid` is not unique
 */
export function policyJson(statements: readonly Statement[]): string {
  const sids = statements.map(({ sid }) => sid);
  if (new Set(sids).size !== sids.length)
    throw new BadInputError(`a policy has two statements of one sid: ${sids.join(', ')}`);
  return JSON.stringify({ Version: '2012-10-17', Statement: statements.map(toJson) });
}

/** Characters of all inline policies of a role together (IAM quotas); white space, of which there is none, does not count. */
const INLINE_LIMIT = 10_240;
/** What stands for a value that is known at the apply only, such as the ARN of a key, which has 75 characters. */
const TOKEN = /\$\{[^}]*\}/g;
const LONGEST_VALUE = 120;

/**
 * JSON of the one inline policy of a role.
 * @param role its name, for messages
 * @throws BadInputError as {@link policyJson}, and where IAM would refuse it for its length
 */
export function inlinePolicyJson(role: string, statements: readonly Statement[]): string {
  const text = policyJson(statements);
  const { length } = text.replace(TOKEN, 'x'.repeat(LONGEST_VALUE));
  if (length > INLINE_LIMIT) {
    const [longest = ''] = [...statements]
      .sort((left, right) => JSON.stringify(right).length - JSON.stringify(left).length)
      .map(({ sid }) => sid);
    throw new BadInputError(
      `the policy of role ${role} has up to ${length} characters, and IAM takes ${INLINE_LIMIT}: the most are in statement ${longest}`,
      { hint: 'name fewer resources there, e.g. by a common prefix, or have fewer images in one environment' },
    );
  }
  return text;
}

/** Policy that lets a service act as a role. */
export function trustPolicyJson(service: string, conditions?: Statement['conditions']): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: service },
        Action: 'sts:AssumeRole',
        ...(conditions !== undefined && { Condition: conditions }),
      },
    ],
  });
}

function toJson({ sid, effect = 'Allow', actions, resources, principals, conditions }: Statement): object {
  const wide = actions.filter((action) => action.includes('*'));
  if (effect === 'Allow' && wide.length > 0)
    throw new BadInputError(`statement ${sid} allows ${wide.join(', ')}`, { hint: 'name each action' });
  return {
    Sid: sid,
    Effect: effect,
    ...(principals !== undefined && { Principal: principals }),
    Action: actions,
    // A trust policy's resource is the role, and is not said.
    ...(resources.length > 0 && { Resource: resources }),
    ...(conditions !== undefined && { Condition: conditions }),
  };
}
