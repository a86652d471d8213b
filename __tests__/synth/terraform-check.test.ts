import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkStack } from '../../scripts/terraform/check-stack';
import type { StackJson } from '../../scripts/terraform/older-provider';
import { forOlderProvider, NEWER_FIELDS } from '../../scripts/terraform/older-provider';
import { loadSettings } from '../../stacks/settings/settings';
import { describeWithTools } from '../support/requires-tool';
import { estateYaml } from './support/estate';
import { inScratch, settingsOf, synthesizeInto } from './support/synthesize';

const CONFIGS = [
  ['golden-images.yaml', 'dev'],
  ['golden-images.yaml', 'prod'],
  ['examples/three-images/golden-images.yaml', 'prod'],
  ['examples/own-vpc/golden-images.yaml', 'prod'],
] as const;

describeWithTools(['terraform'], 'the real provider', () => {
  let scratch: string;
  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'golden-images-plan-'));
  });
  afterEach(() => {
    rmSync(scratch, { recursive: true, force: true });
  });

  it.each(CONFIGS)('plans every stack of %s, environment %s', async (file, environment) => {
    const settings = loadSettings(file, environment);
    synthesizeInto(scratch, settings);
    const { stacks } = JSON.parse(readFileSync(join(scratch, 'out/manifest.json'), 'utf8')) as { stacks: object };
    for (const stack of Object.keys(stacks)) {
      const check = await checkStack(join(scratch, 'out/stacks', stack));
      expect({ stack, ...check }).toMatchObject({ stack, ok: true });
      expect(check.ok && check.toAdd).toBeGreaterThan(1);
    }
  });

  it.each([
    [
      'an argument that there is not',
      'validate',
      (stack: StackJson) => {
        set(stack, 'aws_sqs_queue', 'colour', 'red');
      },
    ],
    [
      'a value out of range',
      'validate',
      (stack: StackJson) => {
        set(stack, 'aws_lambda_function', 'memory_size', 64);
      },
    ],
    [
      'a reference to nothing',
      'validate',
      (stack: StackJson) => {
        set(stack, 'aws_lambda_function', 'role', '${aws_iam_role.none.arn}');
      },
    ],
    [
      'code that is not there',
      'validate',
      (stack: StackJson) => {
        set(stack, 'aws_lambda_function', 'source_code_hash', '${filebase64sha256("none.zip")}');
      },
    ],
  ])('refuses %s', async (_what, step, breakIt) => {
    synthesizeInto(scratch, settingsOf(estateYaml()));
    const directory = join(scratch, 'out/stacks/patching-test');
    const file = join(directory, 'cdk.tf.json');
    const stack = JSON.parse(readFileSync(file, 'utf8')) as StackJson;
    breakIt(stack);
    writeFileSync(file, JSON.stringify(stack));
    expect(await checkStack(directory)).toMatchObject({ ok: false, step });
  });
});

function set(stack: StackJson, type: string, attribute: string, value: unknown): void {
  const [first] = Object.values(stack.resource?.[type] ?? {});
  if (first === undefined) throw new Error(`there is no ${type}`);
  first[attribute] = value;
}

describe('for an older provider', () => {
  const stacks = inScratch((directory) => {
    synthesizeInto(directory, settingsOf(estateYaml()));
    return ['images-test', 'patching-test'].map(
      (name) => JSON.parse(readFileSync(join(directory, 'out/stacks', name, 'cdk.tf.json'), 'utf8')) as StackJson,
    );
  });

  it('the listed fields are rewritten and nothing else', () => {
    for (const stack of stacks) {
      const older = forOlderProvider(stack, '5.100.0');
      const undone = structuredClone(older);
      for (const { resource, field } of NEWER_FIELDS)
        for (const [id, one] of Object.entries(undone.resource?.[resource] ?? {}))
          one[field] = stack.resource?.[resource]?.[id]?.[field];
      const aws = undone.terraform.required_providers['aws'];
      if (aws !== undefined) aws.version = stack.terraform.required_providers['aws']?.version ?? '';
      expect(undone).toEqual(stack);
      expect(older).not.toEqual(stack);
    }
  });

  it('each listed field is used: the list has nothing to spare', () => {
    for (const { resource, field } of NEWER_FIELDS) {
      const uses = stacks
        .flatMap(({ resource: all }) => Object.values(all?.[resource] ?? {}))
        .filter((one) => field in one);
      expect({ resource, field, used: uses.length > 0 }).toEqual({ resource, field, used: true });
    }
  });

  it('nothing is rewritten for the provider that is wanted, or a newer one', () => {
    for (const stack of stacks)
      for (const version of ['6.25.0', '6.66.0']) expect(forOlderProvider(stack, version)).toEqual(stack);
  });
});
