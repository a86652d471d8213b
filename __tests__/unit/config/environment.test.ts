import { environmentOf, estateIn } from '../../../domain/config/environment';
import { locateConfig, parseConfig } from '../../../domain/config/parse-config';
import { BadInputError } from '../../../domain/errors';

const FILE = 'gi.yaml';
const IMAGES = `version: 1
images:
  - { name: debian-12, repository: golden/debian-12, parent: debian:12 }
  - { name: wolfi, repository: golden/wolfi, parent: wolfi, dockerfile: w.Dockerfile, injection: staged, policy: { buildsPerDay: 3 } }
`;
const LEAST = 'account: "123456789012", region: eu-west-1, backend: { type: local }';
const config = (environments: string, top = ''): ReturnType<typeof parseConfig> =>
  parseConfig(`${IMAGES}${top}environments:\n${environments}`, FILE);

describe('the environment', () => {
  it('may have a scanner that never stops looking', () => {
    expect(
      environmentOf(config(`  prod: { ${LEAST}, rescanDays: lifetime }`), 'prod', FILE).rescanDays,
    ).toBeUndefined();
    expect(environmentOf(config(`  prod: { ${LEAST}, rescanDays: 90 }`), 'prod', FILE).rescanDays).toBe(90);
  });

  it('has every default', () => {
    expect(environmentOf(config(`  prod: { ${LEAST} }`), 'prod', FILE)).toEqual({
      name: 'prod',
      account: '123456789012',
      region: 'eu-west-1',
      namespace: 'golden-images',
      backend: { type: 'local' },
      tags: {},
      guardrail: false,
      retention: {
        logsDays: 90,
        archiveDays: 30,
        scriptsDays: 365,
        auditDays: 731,
        candidatesDays: 30,
        releases: 20,
      },
      removalProtection: true,
      gatherSeconds: 60,
      reconcileMinutes: 60,
      rescanDays: 14,
      subscriptions: [],
      instancePolicy: 'narrow',
    });
  });

  it('takes what is declared', () => {
    const more = `tags: { a: b }, removalProtection: false, retention: { logsDays: 7 }, scanning: { repositories: ['golden/*'], resourceTypes: [ECR] },
      notifications: { emails: [a@example.com], subscriptions: [{ protocol: https, endpoint: 'https://a.example' }] },
      vpc: { subnetIds: [subnet-01234567], securityGroupIds: [sg-01234567] }`;
    expect(environmentOf(config(`  prod: { ${LEAST}, ${more} }`), 'prod', FILE)).toMatchObject({
      tags: { a: 'b' },
      removalProtection: false,
      retention: { logsDays: 7, archiveDays: 30 },
      scanning: { repositories: ['golden/*'], resourceTypes: ['ECR'] },
      subscriptions: [
        { protocol: 'email', endpoint: 'a@example.com' },
        { protocol: 'https', endpoint: 'https://a.example' },
      ],
      vpc: { subnetIds: ['subnet-01234567'], securityGroupIds: ['sg-01234567'] },
    });
  });

  it.each([
    [undefined, 'ENVIRONMENT is not set: gi.yaml has dev, prod'],
    ['', 'ENVIRONMENT is not set: gi.yaml has dev, prod'],
    ['porduction', 'there is no environment "porduction": gi.yaml has dev, prod'],
    ['constructor', 'there is no environment "constructor": gi.yaml has dev, prod'],
    ['__proto__', 'there is no environment "__proto__": gi.yaml has dev, prod'],
  ])('%p is none: the error lists those that there are', (name, message) => {
    const two = config(`  dev: { ${LEAST.replace('eu-west-1', 'eu-west-2')} }\n  prod: { ${LEAST} }`);
    let thrown: unknown;
    try {
      environmentOf(two, name, FILE);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BadInputError);
    expect(thrown).toMatchObject({ message, hint: 'set it, e.g. ENVIRONMENT=dev npm run synth' });
  });

  it('where none is declared, the error says what to add', () => {
    expect(() => environmentOf(parseConfig(IMAGES, FILE), 'prod', FILE)).toThrow('gi.yaml declares none');
  });
});

describe('mistakes', () => {
  const LOG_DAYS = '1|3|5|7|14|30|60|90|120|150|180|365|400|545|731|1096|1827|2192|2557|2922|3288|3653';
  /** What is wrong, the environment, where the error points at, and what it says. */
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['unknown key', `${LEAST}, colour: red`, 'colour', ': unknown key "colour"'],
    [
      'account as a number',
      LEAST.replace('"123456789012"', '123456789012'),
      '123456789012',
      '.account: Invalid input: expected string, received number',
    ],
    [
      'short account',
      LEAST.replace('123456789012', '1234'),
      '"1234"',
      '.account: must be the 12 digits of an AWS account, in quotes',
    ],
    [
      'no region',
      LEAST.replace('region: eu-west-1, ', ''),
      '{ account',
      '.region: Invalid input: expected string, received undefined',
    ],
    ['a region that is none', LEAST.replace('eu-west-1', 'europe'), 'europe', '.region: is not an AWS region'],
    [
      'unknown backend',
      LEAST.replace('local', 'gcs'),
      'gcs',
      ".backend.type: Invalid discriminator value. Expected 's3' | 'local'",
    ],
    [
      'a state outside of the checkout',
      LEAST.replace('local', 'local, path: a/../../b'),
      'a/../../b',
      '.backend.path: must not leave the checkout',
    ],
    [
      'a key of the other backend',
      LEAST.replace('local', 'local, bucket: abc'),
      'bucket',
      '.backend: unknown key "bucket"',
    ],
    [
      'a retention that CloudWatch does not have',
      `${LEAST}, retention: { logsDays: 10 }`,
      '10 }',
      `.retention.logsDays: Invalid option: expected one of ${LOG_DAYS}`,
    ],
    [
      'a subnet that is none',
      `${LEAST}, vpc: { subnetIds: [net-1], securityGroupIds: [sg-01234567] }`,
      'net-1',
      '.vpc.subnetIds[0]: is not the id of a subnet',
    ],
    [
      'a tag that AWS keeps for itself',
      `${LEAST}, tags: { 'aws:x': y }`,
      "{ 'aws:x'",
      '.tags: must not begin with "aws:"',
    ],
  ];
  it.each(cases)('%s', (_what, environment, at, problem) => {
    const line = `  prod: { ${environment} }`;
    let said = '';
    try {
      config(line);
    } catch (error) {
      said = error instanceof BadInputError ? error.message : String(error);
    }
    expect(said.split('\n')).toContain(`gi.yaml:6:${line.indexOf(at) + 1}: environments.prod${problem}`);
  });

  it('a name of an environment that could be no part of other names', () => {
    expect(() => config(`  Prod_1: { ${LEAST} }`)).toThrow(/gi\.yaml:6:\d+: environments/);
  });
});

describe('the estate in an environment', () => {
  const BUDGETS = 'budgets: { buildsPerDay: 5, modelCallsPerDay: 7, modelTokensPerDay: 1000 }';

  it('leaves out what only deployment needs', () => {
    const estate = estateIn(config(`  prod: { ${LEAST} }`), 'prod');
    expect(JSON.stringify(estate)).not.toMatch(/environments|dockerfile|injection/);
    expect(estate.images.map(({ name }) => name)).toEqual(['debian-12', 'wolfi']);
  });

  it('keeps within the budgets, and raises none', () => {
    const estate = estateIn(
      config(`  prod: { ${LEAST}, ${BUDGETS} }`, 'model: { id: amazon.nova-2-lite-v1:0, callsPerDay: 3 }\n'),
      'prod',
    );
    expect(estate.policy).toEqual({ buildsPerDay: 5 });
    expect(estate.images[1]?.policy).toEqual({ buildsPerDay: 3 });
    expect(estate.model).toEqual({ id: 'amazon.nova-2-lite-v1:0', callsPerDay: 3, tokensPerDay: 1000 });
  });

  it('has the model of the environment, key by key', () => {
    const estate = estateIn(
      config(`  prod: { ${LEAST}, model: { id: eu.a.b } }`, 'model: { id: us.a.b, maximumTokens: 512 }\n'),
      'prod',
    );
    expect(estate.model).toEqual({ id: 'eu.a.b', maximumTokens: 512 });
    expect(estateIn(config(`  prod: { ${LEAST} }`), 'prod').model).toBeUndefined();
  });
});

it('tells where things stand', () => {
  const { locate } = locateConfig(IMAGES, FILE);
  expect(locate(['images', 1, 'parent'])).toBe('gi.yaml:4:54');
  expect(locate(['images', 0, 'platform'])).toBe('gi.yaml:3:5');
  expect(locate([])).toBe('gi.yaml:1:1');
});
