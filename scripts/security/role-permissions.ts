import type { StackJson } from '../terraform/older-provider';
import type { PolicyStatement } from './stack-json';
import { policiesOf, refersTo, resourcesOf } from './stack-json';

/** What a role may do. */
export interface RolePermissions {
  readonly role: string;
  /** Service that acts as it. */
  readonly service: string;
  readonly statements: readonly PolicyStatement[];
  /** Names of managed policies. */
  readonly managed: readonly string[];
}

/** The roles of a stack and what they may do, by name. */
export function rolePermissions(stack: StackJson): readonly RolePermissions[] {
  const resources = resourcesOf(stack);
  return resources
    .filter(({ type }) => type === 'aws_iam_role')
    .map((role) => {
      const [trust] = policiesOf(role);
      return {
        role: String(role.attributes['name']),
        service: trust?.statements[0]?.principals[0]?.replace('Service:', '') ?? '',
        statements: resources
          .filter(({ type, attributes }) => type === 'aws_iam_role_policy' && refersTo(attributes['role'], role))
          .flatMap((policy) => policiesOf(policy))
          .flatMap(({ statements }) => statements),
        managed: resources
          .filter(
            ({ type, attributes }) => type === 'aws_iam_role_policy_attachment' && refersTo(attributes['role'], role),
          )
          .map(({ attributes }) => String(attributes['policy_arn']).split('/').at(-1) ?? ''),
      };
    })
    .sort((left, right) => (left.role < right.role ? -1 : 1));
}
