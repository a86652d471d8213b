import fc from 'fast-check';
import { ecosystemIdFor, platformOf, toEstate, undeclaredImage } from '../../../domain/config/golden-image';
import { parseConfig } from '../../../domain/config/parse-config';
import { BadInputError } from '../../../domain/errors';
import { DEFAULT_POLICY } from '../../../domain/policy/policy';

const LEAST = `version: 1
images:
  - name: debian-12
    repository: golden/debian-12
    parent: public.ecr.aws/docker/library/debian:12-slim
`;

/** The lines of the error that parsing throws. */
function problemsOf(text: string): string[] {
  let thrown: unknown;
  try {
    parseConfig(text, 'gi.yaml');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(BadInputError);
  return (thrown as BadInputError).message.split('\n');
}

describe('the least file', () => {
  it('is accepted and filled with the documented defaults', () => {
    const { byRepository, exceptions } = toEstate(parseConfig(LEAST, 'gi.yaml'));
    expect(exceptions).toEqual([]);
    expect([...byRepository]).toEqual([
      [
        'golden/debian-12',
        {
          name: 'debian-12',
          repository: 'golden/debian-12',
          parent: 'public.ecr.aws/docker/library/debian:12-slim',
          architecture: 'amd64',
          floatingTag: 'stable',
          policy: DEFAULT_POLICY,
          contract: { maximumGrowthPercent: 150 },
        },
      ],
    ]);
  });

  it('and everything at once: the policy of an image comes before that for all', () => {
    const text = `${LEAST}    platform: AMAZON_LINUX_2023
    architecture: arm64
    floatingTag: v1
    releasever: 2023.5.20240819
    policy: { minimumSeverity: CRITICAL }
    contract: { user: app, workdir: /srv, maximumGrowthPercent: 0 }
policy: { minimumSeverity: LOW, mode: observe }
exceptions:
  - { vulnerability: CVE-2024-0001, justification: not reachable, expires: 2027-03-31 }
author: rules
environments: { prod: { account: "123456789012", region: eu-west-1, backend: { type: local } } }
`;
    const config = parseConfig(text, 'gi.yaml');
    const estate = toEstate(config);
    const image = estate.byRepository.get('golden/debian-12');
    expect(image).toMatchObject({
      platform: { distribution: 'amzn', version: '2023' },
      architecture: 'arm64',
      floatingTag: 'v1',
      releasever: '2023.5.20240819',
      contract: { user: 'app', workdir: '/srv', maximumGrowthPercent: 0 },
    });
    expect(image?.policy).toEqual({ ...DEFAULT_POLICY, minimumSeverity: 'CRITICAL', mode: 'observe' });
    expect(estate.exceptions).toEqual([
      { vulnerability: 'CVE-2024-0001', justification: 'not reachable', expires: '2027-03-31' },
    ]);
    expect(config.author).toBe('rules');
  });
});

describe('problems are given as file:line:column', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['unknown key on top', LEAST.replace('images:', 'colour: red\nimages:'), 'gi.yaml:2:1: unknown key "colour"'],
    ['unknown key in an image', `${LEAST}    colour: red\n`, 'gi.yaml:6:5: images[0]: unknown key "colour"'],
    ['unknown key after more blanks', `${LEAST}    colour:     red\n`, 'gi.yaml:6:5: images[0]: unknown key "colour"'],
    ['unknown key in quotes', `${LEAST}    "colour": red\n`, 'gi.yaml:6:5: images[0]: unknown key "colour"'],
    [
      'unknown key with a list',
      LEAST.replace('images:', 'imagez:\n  - a\nimages:'),
      'gi.yaml:2:1: unknown key "imagez"',
    ],
    [
      'unknown key with a map',
      `${LEAST}    polixy:\n      mode: auto\n`,
      'gi.yaml:6:5: images[0]: unknown key "polixy"',
    ],
    ['unknown key without a value', `${LEAST}    colour:\n`, 'gi.yaml:6:5: images[0]: unknown key "colour"'],
    ['prototype key', `${LEAST}__proto__: { a: 1 }\n`, 'gi.yaml:6:1: unknown key "__proto__"'],
  ];
  it.each(cases)('%s', (_what, text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  it.each([
    ['a wrong version', LEAST.replace('version: 1', 'version: 2'), /^gi\.yaml:1:10: version: /],
    [
      'a name with capitals',
      LEAST.replace('name: debian-12', 'name: Debian'),
      /^gi\.yaml:3:11: images\[0\]\.name: must be 1 to 64/,
    ],
    [
      'a repository with capitals',
      LEAST.replace('golden/', 'Golden/'),
      /^gi\.yaml:4:17: images\[0\]\.repository: is not an ECR/,
    ],
    [
      'a parent that is an option',
      LEAST.replace('public.ecr.aws', '--privileged'),
      /^gi\.yaml:5:13: images\[0\]\.parent: /,
    ],
    ['an unknown mode', `${LEAST}policy:\n  mode: yolo\n`, /^gi\.yaml:7:9: policy\.mode: /],
    ['an EPSS over 1', `${LEAST}policy: { minimumEpss: 1.1 }\n`, /^gi\.yaml:6:24: policy\.minimumEpss: /],
    [
      'a removable package that is an option',
      `${LEAST}policy: { removable: [-y] }\n`,
      /^gi\.yaml:6:23: policy\.removable\[0\]: is not a package name/,
    ],
    [
      'a terse justification',
      `${LEAST}exceptions: [{ vulnerability: C, justification: no, expires: 2027-01-01 }]\n`,
      /^gi\.yaml:6:49: exceptions\[0\]\.justification: must say why/,
    ],
    [
      'a date that is none',
      `${LEAST}exceptions: [{ vulnerability: C, justification: none whatever, expires: 2027-02-30 }]\n`,
      /^gi\.yaml:6:\d+: exceptions\[0\]\.expires: /,
    ],
    ['no image', 'version: 1\nimages: []\n', /^gi\.yaml:2:9: images: declares no image$/],
    ['a missing member', LEAST.replace(/ {4}repository.*\n/, ''), /^gi\.yaml:3:5: images\[0\]\.repository: /],
    ['a list', '- a\n', /^gi\.yaml:1:1: the file: /],
    ['nothing', '', /^gi\.yaml:1:1: the file: /],
    [
      'a release that is a command',
      `${LEAST}    releasever: "latest; reboot"\n`,
      /^gi\.yaml:6:17: images\[0\]\.releasever: /,
    ],
  ])('%s', (_what, text, problem) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  it('all at once', () => {
    expect(problemsOf(`${LEAST.replace('version: 1', 'version: 0')}    floatingTag: "a b"\n`)).toHaveLength(2);
  });
});

describe('what YAML could do', () => {
  it.each([
    ['a syntax error', 'version: 1\nimages: [\n', /^gi\.yaml:\d+:\d+: /],
    ['a bad indent', 'version: 1\nimages:\n - name: a\n   repository: b\n  parent: c\n', /^gi\.yaml:\d+:\d+: /],
    ['a key twice', `${LEAST}version: 1\n`, /^gi\.yaml:6:1: .*unique/],
    ['a tab', 'version: 1\nimages:\n\t- a\n', /^gi\.yaml:3:\d+: /],
    ['two documents', `${LEAST}---\n${LEAST}`, /^gi\.yaml:\d+:\d+: .*multiple documents/],
    ['an alias', `x: &x [a]\nversion: 1\nimages: *x\n`, /^gi\.yaml:3:9: aliases and deep nesting are not taken here$/],
    ['a merge key', `x: &x { a: b }\nversion: 1\nimages: [{ <<: *x }]\n`, /^gi\.yaml:3:\d+: aliases/],
    ['an alias without anchor', 'version: 1\nimages: *x\n', /^gi\.yaml:2:9: /],
    [
      'nesting of a hundred levels',
      `version: 1\nimages: ${'['.repeat(100)}${']'.repeat(100)}\n`,
      /^gi\.yaml:2:\d+: aliases and deep nesting/,
    ],
    [
      'nesting of fifty thousand levels',
      `version: 1\nimages: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`,
      /^gi\.yaml:\d+:\d+: /,
    ],
  ])('%s is refused with its place', (_what, text, problem) => {
    expect(problemsOf(text)[0]).toMatch(problem);
  });

  it('a billion laughs is refused at once', () => {
    const bomb = [
      'a: &a [x, x]',
      ...'bcdefghijklmnopqrstuvwxyz'
        .split('')
        .map(
          (name, index) =>
            `${name}: &${name} [*${String.fromCharCode(97 + index)}, *${String.fromCharCode(97 + index)}]`,
        ),
    ].join('\n');
    expect(problemsOf(bomb)[0]).toMatch(/aliases/);
  });

  it('any text is parsed or refused, nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(LEAST.length), (noise, at) => {
        try {
          parseConfig(LEAST.slice(0, at) + noise + LEAST.slice(at), 'gi.yaml');
        } catch (error) {
          expect(error).toBeInstanceOf(BadInputError);
        }
      }),
    );
  });
});

describe('two images', () => {
  const second = '  - name: NAME\n    repository: REPOSITORY\n    parent: debian:12\n';
  it.each([
    ['name', 'debian-12', 'golden/other', 'gi.yaml:6:11: images[1].name: "debian-12" is already that of images[0]'],
    [
      'repository',
      'other',
      'golden/debian-12',
      'gi.yaml:7:17: images[1].repository: "golden/debian-12" is already that of images[0]',
    ],
  ])('may not share their %s', (_what, name, repository, problem) => {
    expect(problemsOf(LEAST + second.replace('NAME', name).replace('REPOSITORY', repository))).toEqual([problem]);
  });

  it.each(['debian.12', 'debian_12'])('that would have one pipeline are refused: %s', (name) => {
    expect(problemsOf(LEAST + second.replace('NAME', name).replace('REPOSITORY', 'golden/other'))).toEqual([
      `gi.yaml:6:11: images[1].name: "${name}" would have the same pipeline as images[0], "debian-12": ".", "_" and "-" are one in its name, debian-12`,
    ]);
  });

  it('that share nothing are both there', () => {
    const config = parseConfig(LEAST + second.replace('NAME', 'a').replace('REPOSITORY', 'b-c/d'), 'gi.yaml');
    expect([...toEstate(config).byRepository.keys()]).toEqual(['golden/debian-12', 'b-c/d']);
  });
});

it('names a package manager per image, one of the six', () => {
  const withKey = (value: string): string => `${LEAST}    ecosystem: ${value}\n`;
  const [image] = [...toEstate(parseConfig(withKey('microdnf'), 'gi.yaml')).byRepository.values()];
  expect(image?.ecosystem).toBe('microdnf');
  expect(ecosystemIdFor(image ?? undeclaredImage('a'), 'RHEL_9')).toBe('microdnf');
  for (const wrong of ['rpm', 'DNF', '[dnf]', '7', '""'])
    expect(() => parseConfig(withKey(wrong), 'gi.yaml')).toThrow(/images\[0\]\.ecosystem/);
});

it('an image that nobody declared has the name of its repository and the built-in policy', () => {
  const image = undeclaredImage('golden/debian');
  expect(image).toEqual({
    name: 'golden/debian',
    repository: 'golden/debian',
    architecture: 'amd64',
    floatingTag: 'stable',
    policy: DEFAULT_POLICY,
    contract: { maximumGrowthPercent: 150 },
  });
  expect(platformOf(image, 'DEBIAN_12')).toEqual({ distribution: 'debian', version: '12' });
  expect(platformOf({ ...image, platform: { distribution: 'amzn', version: '2' } }, 'DEBIAN_12')?.distribution).toBe(
    'amzn',
  );
  expect([ecosystemIdFor(image, 'DEBIAN_12'), ecosystemIdFor(image, undefined)]).toEqual(['apt', undefined]);
});
