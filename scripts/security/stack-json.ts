import type { StackJson } from '../terraform/older-provider';

/** One resource of a synthesized stack. */
export interface StackResource {
  readonly type: string;
  /** Terraform's name of it. */
  readonly id: string;
  /** Its path among the constructs, e.g. `patching-prod/table/table`. */
  readonly path: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** All resources of a stack, in order. */
export function resourcesOf(stack: StackJson): readonly StackResource[] {
  return Object.entries(stack.resource ?? {}).flatMap(([type, byId]) =>
    Object.entries(byId).map(([id, attributes]) => ({ type, id, path: pathOf(attributes), attributes })),
  );
}

/** True where a value has a reference to a resource, such as `${aws_kms_key.key.arn}`. */
export function refersTo(value: unknown, { type, id }: Pick<StackResource, 'type' | 'id'>): boolean {
  return JSON.stringify(value ?? null).includes(`\${${type}.${id}.`);
}

function pathOf(attributes: Readonly<Record<string, unknown>>): string {
  const comment = attributes['//'] as { metadata?: { path?: string } } | undefined;
  return comment?.metadata?.path ?? '';
}

/** One statement of a policy, with everything as lists. */
export interface PolicyStatement {
  readonly sid: string;
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** `*`, `Service:lambda.amazonaws.com`, `AWS:arn:…`; empty in policies of roles. */
  readonly principals: readonly string[];
  readonly conditions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The policies that a resource's attributes hold as JSON, by attribute. */
export function policiesOf({
  attributes,
}: StackResource): readonly { attribute: string; statements: PolicyStatement[] }[] {
  return Object.entries(attributes).flatMap(([attribute, value]) => {
    if (typeof value !== 'string' || !value.includes('"Statement"')) return [];
    const { Statement } = JSON.parse(value) as { Statement: Record<string, unknown>[] };
    return [{ attribute, statements: Statement.map(toStatement) }];
  });
}

function toStatement(json: Readonly<Record<string, unknown>>): PolicyStatement {
  const principal = json['Principal'];
  return {
    sid: list(json['Sid'])[0] ?? '',
    effect: list(json['Effect'])[0] ?? '',
    actions: list(json['Action']),
    resources: list(json['Resource']),
    principals:
      typeof principal === 'object' && principal !== null
        ? Object.entries(principal).flatMap(([kind, who]) => list(who).map((one) => `${kind}:${one}`))
        : list(principal),
    conditions: (json['Condition'] ?? {}) as PolicyStatement['conditions'],
  };
}

function list(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? [value] : [];
}
