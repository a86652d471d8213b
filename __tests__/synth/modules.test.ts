import { SIGNAL_REBUILD_FILTERS } from '../../domain/table/stream-filters';
import fc from 'fast-check';
import { App, TerraformStack, Testing } from 'cdktf';
import type { Construct } from 'constructs';
import { BadInputError } from '../../domain/errors';
import { ServiceRole } from '../../modules/iam-role/iam-role';
import { inlinePolicyJson, policyJson } from '../../modules/iam-role/policy-document';
import { contentVersion } from '../../modules/image-pipeline/content-version';
import { EncryptionKey } from '../../modules/key/key';
import { Label, nameProblem } from '../../domain/config/label';
import { NAME_RULES } from '../../domain/config/name-limits';
import { modelStatements } from '../../modules/model-access/model-access';
import { partitionOf } from '../../domain/config/partition';
import { arnOf, logsPrincipal, s3Arn, viaService } from '../../modules/place/place';
import { QueueMapping } from '../../modules/queue-mapping/queue-mapping';
import { WorkQueue } from '../../modules/queue/queue';
import { StreamMapping } from '../../modules/stream-mapping/stream-mapping';
import { literal } from '../../modules/terraform-text/terraform-text';

const PLACE = { account: '123456789012', region: 'eu-west-1' };

/** Synthesizes one construct alone in a stack. @returns its resources by type */
function alone(make: (scope: Construct) => void): Record<string, Record<string, Record<string, unknown>>> {
  const stack = new TerraformStack(new App({ outdir: 'unused' }), 'alone');
  make(stack);
  const { resource } = JSON.parse(Testing.synth(stack)) as {
    resource: Record<string, Record<string, Record<string, unknown>>>;
  };
  return resource;
}

const key = (scope: Construct): EncryptionKey =>
  new EncryptionKey(scope, 'key', { alias: 'a', description: 'd', place: PLACE, removalProtection: false });

describe('label', () => {
  const label = new Label({ namespace: 'golden-images', environment: 'prod', ...PLACE });

  it('names begin with namespace and environment; buckets end with account and region', () => {
    expect(label.name('queue', 'findings')).toBe('golden-images-prod-findings');
    expect(label.name('key-alias')).toBe('golden-images-prod');
    expect(label.bucket('scripts')).toBe('golden-images-prod-scripts-123456789012-eu-west-1');
    expect(label.path('signals')).toBe('/golden-images/prod/signals');
  });

  it('a name over the limit of its resource is refused, one at the limit is not', () => {
    const room = NAME_RULES.role.limit - 'golden-images-prod-'.length;
    expect(label.name('role', 'x'.repeat(room))).toHaveLength(64);
    expect(() => label.name('role', 'x'.repeat(room + 1))).toThrow(
      /of the IAM role 65 characters long, 64 are allowed/,
    );
    expect(nameProblem('queue', 'a.b')).toBe('makes a.b, which is no name for the SQS queue');
  });
});

describe('place', () => {
  it.each([
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
    ['eusc-de-east-1', 'aws-eusc'],
    ['us-isob-east-1', 'aws-iso-b'],
  ])('%s is in %s', (region, partition) => {
    expect(partitionOf(region)).toBe(partition);
    expect(arnOf({ account: '1', region }, 'sqs', 'a')).toBe(`arn:${partition}:sqs:${region}:1:a`);
    expect(s3Arn({ account: '1', region }, 'a')).toBe(`arn:${partition}:s3:::a`);
  });

  it.each([
    ['eu-west-1', 'amazonaws.com', 's3.eu-west-1.amazonaws.com'],
    ['us-gov-west-1', 'amazonaws.com', 's3.us-gov-west-1.amazonaws.com'],
    ['cn-north-1', 'amazonaws.com.cn', ['s3.cn-north-1.amazonaws.com', 's3.cn-north-1.amazonaws.com.cn']],
    ['eusc-de-east-1', 'amazonaws.com', ['s3.eusc-de-east-1.amazonaws.com', 's3.eusc-de-east-1.amazonaws.eu']],
  ])('in %s the principal of Logs ends with %s, and S3 uses keys as %j', (region, suffix, via) => {
    expect(logsPrincipal({ account: '1', region })).toBe(`logs.${region}.${suffix}`);
    expect(viaService({ account: '1', region }, 's3')).toEqual(via);
  });
});

describe('text for Terraform', () => {
  /** What HCL makes of a template without interpolations ("Strings and Templates"). */
  const read = (escaped: string): string => escaped.replaceAll(/([$%])\1\{/g, '$1{');

  it('nothing of it begins an interpolation or a directive, and all of it comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '%', '{', '}', 'a', '"', '\n', '\\') }), (text) => {
        expect(read(literal(text))).toBe(text);
        expect(literal(text)).not.toMatch(/(?:^|[^$])\$\{/);
        expect(literal(text)).not.toMatch(/(?:^|[^%])%\{/);
      }),
    );
  });

  it('Mustache stays as it is, references of CDKTF are refused', () => {
    expect(literal('{{{ imagebuilder:components }}} ${A} %{B}')).toBe('{{{ imagebuilder:components }}} $${A} %%{B}');
    expect(() => literal('${TfToken[TOKEN.0]}')).toThrow(BadInputError);
  });
});

describe('policies', () => {
  it('an action with a star is refused, but in a denial', () => {
    const statement = { sid: 'A', actions: ['s3:*'], resources: ['a'] };
    expect(() => policyJson([statement])).toThrow('statement A allows s3:*');
    expect(policyJson([{ ...statement, effect: 'Deny' }])).toContain('"Deny"');
  });

  it('two statements of one name are refused', () => {
    const statement = { sid: 'A', actions: ['s3:GetObject'], resources: ['a'] };
    expect(() => policyJson([statement, { ...statement, resources: ['b'] }])).toThrow(/two statements of one sid/);
  });

  it('a role’s policy that IAM would refuse for its length is an error, values that are not known yet counted as long ones', () => {
    const statement = { sid: 'Short', actions: ['s3:GetObject'], resources: ['a'] };
    const long = (resource: string, count: number): string =>
      inlinePolicyJson('r', [statement, { ...statement, sid: 'Long', resources: Array<string>(count).fill(resource) }]);
    expect(long('x'.repeat(97), 99)).toHaveLength(10_085);
    expect(() => long('x'.repeat(97), 101)).toThrow(
      'the policy of role r has up to 10285 characters, and IAM takes 10240: the most are in statement Long',
    );
    expect(() => long('${aws_kms_key.k.arn}', 60)).not.toThrow();
    expect(() => long('${aws_kms_key.k.arn}', 90)).toThrow(BadInputError);
  });

  it('a role joins what it is allowed twice, and never widens it', () => {
    const statements = (...allowed: { actions: string[]; resources: string[] }[]): unknown => {
      const resource = alone((scope) => {
        const role = new ServiceRole(scope, 'role', {
          name: 'r',
          description: 'd',
          service: 'lambda.amazonaws.com',
          place: PLACE,
        });
        for (const one of allowed) role.allow({ sid: 'A', ...one });
      });
      const [policy] = Object.values(resource['aws_iam_role_policy'] ?? {});
      return (JSON.parse(String(policy?.['policy'])) as { Statement: unknown }).Statement;
    };
    const base = { Sid: 'A', Effect: 'Allow' };
    expect(statements({ actions: ['a:B'], resources: ['x'] }, { actions: ['a:B'], resources: ['y'] })).toEqual([
      { ...base, Action: ['a:B'], Resource: ['x', 'y'] },
    ]);
    expect(statements({ actions: ['a:B'], resources: ['x'] }, { actions: ['a:C'], resources: ['x'] })).toEqual([
      { ...base, Action: ['a:B', 'a:C'], Resource: ['x'] },
    ]);
    expect(() => statements({ actions: ['a:B'], resources: ['x'] }, { actions: ['a:C'], resources: ['y'] })).toThrow(
      /two statements/,
    );
  });
});

describe('access to models', () => {
  const resources = (modelId: string, more = {}): readonly (readonly string[])[] =>
    modelStatements({ modelId, place: PLACE, ...more }).map((statement) => statement.resources);
  const model = (region: string, id = 'anthropic.claude-x'): string =>
    `arn:aws:bedrock:${region}::foundation-model/${id}`;
  const profile = (id: string): string => `arn:aws:bedrock:eu-west-1:123456789012:inference-profile/${id}`;

  it('a model itself, by id or ARN', () => {
    expect(resources('amazon.nova-2-lite-v1:0')).toEqual([[model('eu-west-1', 'amazon.nova-2-lite-v1:0')]]);
    expect(resources(model('us-east-1'))).toEqual([[model('us-east-1')]]);
  });

  it('a geographical profile: itself, and the model in every region of it and where it is asked', () => {
    expect(resources('au.anthropic.claude-x')).toEqual([
      [profile('au.anthropic.claude-x')],
      [model('ap-southeast-2'), model('ap-southeast-4'), model('eu-west-1')],
    ]);
  });

  it('a global profile: the model without a region, and where it is asked', () => {
    expect(resources('global.anthropic.claude-x')).toEqual([
      [profile('global.anthropic.claude-x')],
      [model(''), model('eu-west-1')],
    ]);
  });

  it('the regions that are given, where they are', () => {
    expect(resources('eu.anthropic.claude-x', { destinationRegions: ['eu-south-9'] })).toEqual([
      [profile('eu.anthropic.claude-x')],
      [model('eu-south-9'), model('eu-west-1')],
    ]);
  });

  it('an application profile needs to be told its models', () => {
    const id = 'arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc123';
    expect(() => resources(id)).toThrow(/does not tell its models/);
    expect(resources(id, { modelArns: [model('eu-west-1')] })).toEqual([[id], [model('eu-west-1')]]);
  });

  it('a profile of a prefix that is not known needs to be told its regions', () => {
    expect(() => resources('mars.anthropic.claude-x')).toThrow(
      /where the inference profile mars\.anthropic\.claude-x routes to/,
    );
  });
});

describe('what AWS would refuse is refused here', () => {
  const stream = { filters: SIGNAL_REBUILD_FILTERS.slice(0, 1) };
  it.each([
    [StreamMapping.validate({ ...stream, retries: -1 }), 'retries'],
    [StreamMapping.validate({ ...stream, maximumAgeSeconds: -1 }), 'maximumAgeSeconds'],
    [StreamMapping.validate({ ...stream, windowSeconds: 301 }), 'windowSeconds'],
    [StreamMapping.validate({ ...stream, batchSize: 10_001 }), 'batchSize'],
    [StreamMapping.validate({ filters: [] }), 'filters'],
    [StreamMapping.validate({ filters: Array.from({ length: 6 }, () => stream.filters[0]!) }), 'filters'],
    [QueueMapping.validate({ batchSize: 11 }), 'batchSize'],
    [QueueMapping.validate({ windowSeconds: 301 }), 'windowSeconds'],
  ])('%#: %p', (problems, prop) => {
    expect(problems.map((problem) => problem.prop)).toEqual([prop]);
  });

  it('and what it takes is not', () => {
    expect(StreamMapping.validate({ ...stream, windowSeconds: 300, retries: 0, maximumAgeSeconds: 86_400 })).toEqual(
      [],
    );
    expect(QueueMapping.validate({ batchSize: 100, windowSeconds: 1 })).toEqual([]);
  });

  it('a construct alone says where it stands', () => {
    const make = (): unknown =>
      alone(
        (scope) =>
          new WorkQueue(scope, 'q', {
            name: 'q',
            deadLetterName: 'd',
            place: PLACE,
            key: key(scope),
            visibilityTimeoutSeconds: 50_000,
          }),
      );
    expect(make).toThrow('alone/q: visibilityTimeoutSeconds is 50000: 0 to 43200 are allowed');
  });
});

it('a version is made of the content, and within what Image Builder takes', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      const parts = contentVersion(left).split('.').map(Number);
      expect(parts).toHaveLength(3);
      expect(Math.max(...parts)).toBeLessThanOrEqual(1_073_741_823);
      expect(contentVersion(left) === contentVersion(right)).toBe(JSON.stringify(left) === JSON.stringify(right));
    }),
  );
});
