import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORK, withFork } from '../../../scripts/exit-drill/aliases';
import { copyCheckout } from '../../../scripts/exit-drill/checkout-copy';
import { compareStacks } from '../../../scripts/exit-drill/compare-stacks';
import { findSubjects } from '../../../scripts/exit-drill/synthesize';

const ROOT = join(__dirname, '../../..');

describe('comparing what two libraries synthesize', () => {
  const stack = (changes: object = {}): string =>
    JSON.stringify({
      '//': { metadata: { version: '0.21.0', stackName: 's' } },
      terraform: {
        required_providers: { aws: { source: 'aws', version: '6.25.0' } },
        backend: { local: { path: 'a' } },
      },
      resource: { aws_s3_bucket: { b: { tags: ['x', 'y'], bucket: 'name' } } },
      ...changes,
    });
  const compare = (changes: object): readonly object[] =>
    compareStacks(new Map([['s', stack()]]), new Map([['s', stack(changes)]]));

  test('finds nothing between the same, whatever the order of the keys', () => {
    expect(compare({})).toEqual([]);
    expect(compare({ resource: { aws_s3_bucket: { b: { bucket: 'name', tags: ['x', 'y'] } } } })).toEqual([]);
  });

  test('allows versions, the provider’s source and a local state’s path', () => {
    const differences = compareStacks(
      new Map([['s', stack()]]),
      new Map([
        [
          's',
          stack({
            '//': { metadata: { version: '0.24.0', stackName: 's' } },
            terraform: {
              required_providers: { aws: { source: 'hashicorp/aws', version: '6.66.0' } },
              backend: { local: { path: 'b' } },
            },
          }),
        ],
      ]),
    );
    expect(differences.map(({ path }) => path)).toEqual([
      '//.metadata.version',
      'terraform.backend.local.path',
      'terraform.required_providers.aws.source',
      'terraform.required_providers.aws.version',
    ]);
    expect(differences.every(({ allowed }) => allowed !== undefined)).toBe(true);
  });

  test.each([
    ['a value', { b: { tags: ['x', 'y'], bucket: 'other' } }, 'resource.aws_s3_bucket.b.bucket', '"name"', '"other"'],
    [
      'an order in a list',
      { b: { tags: ['y', 'x'], bucket: 'name' } },
      'resource.aws_s3_bucket.b.tags.0',
      '"x"',
      '"y"',
    ],
    ['a key that is gone', { b: { tags: ['x', 'y'] } }, 'resource.aws_s3_bucket.b.bucket', '"name"', undefined],
    [
      'a key that is new',
      { b: { tags: ['x', 'y'], bucket: 'name', acl: null } },
      'resource.aws_s3_bucket.b.acl',
      undefined,
      'null',
    ],
    [
      'a list that is an object',
      { b: { tags: { 0: 'x', 1: 'y' }, bucket: 'name' } },
      'resource.aws_s3_bucket.b.tags',
      '["x","y"]',
      '{"0":"x","1":"y"}',
    ],
  ])('does not allow %s', (_what, buckets, path, before, after) => {
    const [first] = compare({ resource: { aws_s3_bucket: buckets } });
    expect(first).toEqual({
      stack: 's',
      path,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    });
  });

  test('does not allow another construct id', () => {
    const renamed = { c: { tags: ['x', 'y'], bucket: 'name' } };
    const differences = compare({ resource: { aws_s3_bucket: renamed } });
    expect(differences).toMatchObject([{ path: 'resource.aws_s3_bucket.b' }, { path: 'resource.aws_s3_bucket.c' }]);
    expect(differences.every((difference) => !('allowed' in difference))).toBe(true);
  });

  test('does not allow an S3 backend, or another provider’s version, to differ', () => {
    expect(
      compare({ terraform: { backend: { s3: { key: 'k' } } } }).every((difference) => 'allowed' in difference),
    ).toBe(false);
  });

  test('finds stacks that only one of them makes', () => {
    expect(compareStacks(new Map([['a', stack()]]), new Map([['b', stack()]]))).toEqual([
      { stack: 'a', path: '', before: 'a stack' },
      { stack: 'b', path: '', after: 'a stack' },
    ]);
  });
});

describe('the manifest of the copy', () => {
  const { dependencies, devDependencies, scripts } = JSON.parse(
    withFork(readFileSync(join(ROOT, 'package.json'), 'utf8')),
  ) as Record<string, Record<string, string>>;

  test('has the fork under the names that are imported, at exact versions', () => {
    expect(dependencies).toMatchObject(FORK);
    expect(FORK).toMatchObject({ cdktf: 'npm:cdktn@0.24.0', '@cdktf/provider-aws': 'npm:@cdktn/provider-aws@25.7.0' });
  });

  test('has nothing that would bring the original back, and all else', () => {
    expect(Object.keys(devDependencies ?? {})).not.toContain('cdktf-cli');
    expect(devDependencies).toHaveProperty('typescript');
    expect(scripts).toHaveProperty('types');
  });
});

describe('the copy', () => {
  let checkout: string;
  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'golden images '));
    execFileSync('git', ['init', '-q', checkout]);
    for (const [file, text] of [
      ['tracked.ts', 'a'],
      ['new ü.ts', 'b'],
      ['gone.ts', 'c'],
      ['secret.env', 'd'],
    ] as const)
      writeFileSync(join(checkout, file), text);
    mkdirSync(join(checkout, 'deep/er'), { recursive: true });
    writeFileSync(join(checkout, 'deep/er/file'), 'e');
    symlinkSync('tracked.ts', join(checkout, 'link.ts'));
    symlinkSync(tmpdir(), join(checkout, 'node_modules'));
    writeFileSync(join(checkout, '.gitignore'), '*.env\n');
    execFileSync('git', ['-C', checkout, 'add', 'tracked.ts', 'gone.ts', 'link.ts', 'deep']);
    rmSync(join(checkout, 'gone.ts'));
  });
  afterEach(() => {
    rmSync(checkout, { recursive: true });
  });

  test('holds what git tracks or would track, and goes away', async () => {
    const copy = await copyCheckout(checkout);
    const has = (file: string): boolean => existsSync(join(copy.directory, file));
    expect(['tracked.ts', 'new ü.ts', 'deep/er/file', '.gitignore'].map(has)).toEqual([true, true, true, true]);
    expect(['gone.ts', 'secret.env', 'node_modules', '.git'].map(has)).toEqual([false, false, false, false]);
    expect(lstatSync(join(copy.directory, 'link.ts')).isSymbolicLink()).toBe(true);
    copy.remove();
    expect(existsSync(copy.directory)).toBe(false);
  });

  test('needs a git checkout', async () => {
    rmSync(join(checkout, '.git'), { recursive: true });
    await expect(copyCheckout(checkout)).rejects.toThrow('not a git repository');
  });
});

test('every environment of the estate and of the examples is drilled', () => {
  const subjects = findSubjects(ROOT);
  expect(subjects).toEqual(
    expect.arrayContaining([
      { config: 'golden-images.yaml', environment: 'dev' },
      { config: 'golden-images.yaml', environment: 'prod' },
      { config: 'examples/own-vpc/golden-images.yaml', environment: 'prod' },
      { config: 'examples/three-images/golden-images.yaml', environment: 'prod' },
    ]),
  );
});
