/** A difference between what the two synthesize. */
export interface Difference {
  readonly stack: string;
  /** e.g. `terraform.required_providers.aws.version`; empty: the whole stack. */
  readonly path: string;
  /** As JSON; absent: not there. */
  readonly before?: string;
  readonly after?: string;
  /** Why it is all right; absent: it is not. */
  readonly allowed?: string;
}

/** What may differ: the whole list. */
const ALLOWED: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^\/\/\.metadata\.version$/, why: "the library's own version" },
  {
    path: /^terraform\.required_providers\.aws\.(?:source|version)$/,
    why: "the provider that the fork's bindings are made for",
  },
  { path: /^terraform\.backend\.local\.path$/, why: 'where the fork puts a local state by itself' },
];

/**
 * Compares what was synthesized by the two, stack by stack.
 * @param before text of `cdk.tf.json` by stack
 * @param after the same, by the fork
 * @returns every difference, by stack and path
 */
export function compareStacks(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly Difference[] {
  const stacks = [...new Set([...before.keys(), ...after.keys()])].sort();
  return stacks.flatMap((stack) => {
    const [left, right] = [before.get(stack), after.get(stack)];
    if (left === undefined) return [{ stack, path: '', after: 'a stack' }];
    if (right === undefined) return [{ stack, path: '', before: 'a stack' }];
    return differences(JSON.parse(left), JSON.parse(right), '').map((difference) => {
      const why = ALLOWED.find((rule) => rule.path.test(difference.path))?.why;
      return { stack, ...difference, ...(why !== undefined && { allowed: why }) };
    });
  });
}

function differences(before: unknown, after: unknown, path: string): Omit<Difference, 'stack'>[] {
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const [left, right] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
    const keys = [...new Set([...left.keys(), ...right.keys()])].sort();
    return keys.flatMap((key) => differences(left.get(key), right.get(key), path === '' ? key : `${path}.${key}`));
  }
  const [left, right] = [JSON.stringify(before) as string | undefined, JSON.stringify(after) as string | undefined];
  if (left === right) return [];
  return [{ path, ...(left !== undefined && { before: left }), ...(right !== undefined && { after: right }) }];
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
