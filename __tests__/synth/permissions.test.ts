import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolePermissions } from '../../scripts/security/role-permissions';
import { securityDocument } from '../../scripts/security/security-document';
import type { StackJson } from '../../scripts/terraform/older-provider';
import { FUNCTIONS } from '../../stacks/patching-stack/functions';
import { callsIn, sdkCalls, variablesRead } from './support/sdk-actions';
import { only, stackOf, synthesize } from './support/synthesize';

const CHECKOUT = join(__dirname, '../..');
const stacks = synthesize(readFileSync(join(CHECKOUT, 'golden-images.yaml'), 'utf8'), 'prod');
const patching = stackOf(stacks, 'patching-prod');

/**
 * Calls that a function's modules have and the function never makes, with the reason: rights that it must not have. A class
 * is bundled as a whole, whichever of its methods are called.
 */
const NEVER_MADE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'ingest-finding': {},
  'generate-patch': {
    'events:PutEvents': 'it tells people of patches that wait for approval; promotions are for other systems, too',
  },
  'signal-rebuild': {},
  'start-build': {
    'ecr:BatchDeleteImage':
      'the registry only tells the digest of a finished build, which start-build does not ask for',
    'ecr:BatchGetImage': 'the same',
    'ecr:DescribeImages': 'the same',
    'ecr:DescribeRepositories': 'only the command line lists repositories (blast-radius)',
    'ecr:GetDownloadUrlForLayer': 'the same',
    'ecr:PutImage': 'the same',
    'imagebuilder:GetImage': 'it starts builds; how they end is track-build is told',
    'ssm:PutParameter': 'it reads signals; signal-rebuild gives them',
  },
  'track-build': {
    'ecr:DescribeRepositories': 'only the command line lists repositories (blast-radius)',
    'imagebuilder:StartImagePipelineExecution': 'it asks how builds end; start-build starts them',
  },
  'reconcile-findings': {
    'ecr:DescribeRepositories': 'only the command line lists repositories (blast-radius)',
  },
};

/** Actions that a function's role is allowed, from a stack. */
function allowed(stack: StackJson, name: string): ReadonlySet<string> {
  const role = rolePermissions(stack).find((one) => one.role.endsWith(`-${name}`));
  if (role === undefined) throw new Error(`there is no role of ${name}`);
  return new Set(role.statements.flatMap(({ actions }) => actions));
}

/** Rights that a function's source needs and its role does not have. */
async function missing(stack: StackJson, name: string): Promise<readonly string[]> {
  const calls = new Set((await sdkCalls(name)).map(({ action }) => action));
  const has = allowed(stack, name);
  return [...calls].filter((action) => !has.has(action) && !(action in (NEVER_MADE[name] ?? {}))).sort();
}

const NAMES = FUNCTIONS.map(({ name }) => name);

it('every folder with a handler is a function of the stack, and the other way round', () => {
  const handlers = readdirSync(join(CHECKOUT, 'functions')).filter((name) =>
    existsSync(join(CHECKOUT, 'functions', name, 'handler.ts')),
  );
  expect([...NAMES].sort()).toEqual(handlers.sort());
});

describe.each(NAMES)('%s', (name) => {
  it('may do all that its code does', async () => {
    expect(await missing(patching, name)).toEqual([]);
  });

  it('what it never does is in its code, and is not allowed', async () => {
    const calls = new Set((await sdkCalls(name)).map(({ action }) => action));
    const exceptions = Object.keys(NEVER_MADE[name] ?? {});
    expect(exceptions.filter((action) => !calls.has(action))).toEqual([]);
    expect(exceptions.filter((action) => allowed(patching, name).has(action))).toEqual([]);
  });

  it('taking away any right that its code needs is noticed, by name', async () => {
    const calls = new Set((await sdkCalls(name)).map(({ action }) => action));
    const needed = [...calls].filter((action) => allowed(patching, name).has(action));
    expect(needed.length).toBeGreaterThan(1);
    for (const action of needed) {
      const stack = structuredClone(patching);
      const policy = only(stack, 'aws_iam_role_policy', name) as { policy: string };
      policy.policy = policy.policy
        .replaceAll(`"${action}",`, '')
        .replaceAll(`,"${action}"`, '')
        .replaceAll(`["${action}"]`, '[]');
      expect(await missing(stack, name)).toEqual([action]);
    }
  });

  it('has the variables that it reads, and no others', () => {
    const { variables } = only(patching, 'aws_lambda_function', name)['environment'] as { variables: object };
    // Lambda sets the one; the others are there where a guardrail is, and where re-scans end: patching-stack.test.ts.
    const elsewhere = ['AWS_REGION', 'GUARDRAIL', 'RESCAN_DAYS'];
    const read = variablesRead(name).filter((variable) => !elsewhere.includes(variable));
    expect(read.length).toBeGreaterThan(1);
    expect(Object.keys(variables).sort()).toEqual([...read].sort());
  });
});

it('SDK calls are found in source, with the action that IAM calls them by', () => {
  const source = `import { A, GetItemCommand, paginateQuery } from '@aws-sdk/client-dynamodb';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import {
  HeadObjectCommand,
} from '@aws-sdk/client-s3';
new GetItemCommand({}); paginateQuery({}); new ConverseCommand({}); new HeadObjectCommand({}); new OtherCommand();`;
  expect(callsIn(source)).toEqual(['bedrock:InvokeModel', 'dynamodb:GetItem', 'dynamodb:Query', 's3:GetObject']);
});

it('docs/security.md is what the stacks say (npm run security-doc writes it)', () => {
  const document = securityDocument([patching, stackOf(stacks, 'images-prod')], 'debian-12');
  expect(readFileSync(join(CHECKOUT, 'docs/security.md'), 'utf8')).toBe(document);
  for (const name of NAMES) expect(document).toContain(`### golden-images-prod-${name}\n`);
});
