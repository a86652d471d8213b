import { IamRole } from '@cdktf/provider-aws/lib/iam-role';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment';
import { Lazy } from 'cdktf';
import { Construct } from 'constructs';
import type { Place } from '../place/place';
import { iamArn } from '../place/place';
import type { Statement } from './policy-document';
import { inlinePolicyJson, trustPolicyJson } from './policy-document';

/** Whoever can be allowed something. */
export interface Grantee {
  /** Allows what the statement says. */
  allow(statement: Statement): void;
}

/** What a role is made with. */
export interface ServiceRoleProps {
  /** At most 64 characters. */
  readonly name: string;
  readonly description: string;
  /** Service that acts as the role, e.g. `lambda.amazonaws.com`. */
  readonly service: string;
  readonly place: Place;
  /**
   * Conditions of the trust policy, for services that say whose resource they act for.
   *
   * @default none
   */
  readonly trustConditions?: Statement['conditions'];
  /**
   * ARNs of managed policies.
   *
   * @default none
   */
  readonly managedPolicies?: readonly string[];
  /**
   * ARN of the policy that bounds the role.
   *
   * @default none
   */
  readonly permissionsBoundary?: string;
}

/** A role that a service acts as, with one inline policy that holds exactly what was allowed, if anything. */
export class ServiceRole extends Construct implements Grantee {
  readonly name: string;
  /** ARN as text: it needs no reference, so that policies can be read in the plan. */
  readonly arn: string;
  readonly role: IamRole;
  private readonly policies: (IamRolePolicy | IamRolePolicyAttachment)[] = [];
  /** What has to be there before the role is used: all that it was allowed so far. */
  readonly ready: readonly (IamRolePolicy | IamRolePolicyAttachment)[] = this.policies;
  private readonly statements: Statement[] = [];

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    this.name = props.name;
    this.arn = iamArn(props.place, `role/${props.name}`);
    this.role = new IamRole(this, 'role', {
      name: props.name,
      description: props.description,
      assumeRolePolicy: trustPolicyJson(props.service, props.trustConditions),
      ...(props.permissionsBoundary !== undefined && { permissionsBoundary: props.permissionsBoundary }),
    });
    for (const policyArn of props.managedPolicies ?? [])
      this.policies.push(
        new IamRolePolicyAttachment(this, `managed-${policyArn.split('/').at(-1) ?? policyArn}`, {
          role: this.role.name,
          policyArn,
        }),
      );
  }

  /**
   * Allows what the statement says. Statements of one `sid` become one, where that allows no more than they did: of the
   * same resources, or of the same actions.
   */
  allow(statement: Statement): void {
    if (this.statements.length === 0) this.addPolicy();
    const at = this.statements.findIndex((known) => merged(known, statement) !== undefined);
    const known = this.statements[at];
    const both = known === undefined ? undefined : merged(known, statement);
    if (both === undefined) this.statements.push(statement);
    else this.statements[at] = both;
  }

  /** IAM refuses a policy without statements, so there is one as soon as something is allowed. */
  private addPolicy(): void {
    this.policies.push(
      new IamRolePolicy(this, 'policy', {
        name: 'allowed',
        role: this.role.name,
        policy: Lazy.stringValue({ produce: () => inlinePolicyJson(this.name, this.statements) }),
      }),
    );
  }
}

function merged(known: Statement, next: Statement): Statement | undefined {
  const same = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);
  const { actions, resources, ...rest } = next;
  const { actions: knownActions, resources: knownResources, ...knownRest } = known;
  if (!same(rest, knownRest) || (!same(actions, knownActions) && !same(resources, knownResources))) return undefined;
  return {
    ...known,
    actions: [...new Set([...knownActions, ...actions])],
    resources: [...new Set([...knownResources, ...resources])],
  };
}
