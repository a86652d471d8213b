import { parseConfig } from '../../../domain/config/parse-config';
import { BadInputError } from '../../../domain/errors';

const IMAGES = `version: 1
images:
  - { name: debian-12, repository: golden/debian, parent: debian:12 }
  - { name: wolfi, repository: golden/wolfi, parent: wolfi }
`;

/** What parsing says; nothing where it takes the text. */
function problemsOf(text: string): readonly string[] {
  try {
    parseConfig(text, 'gi.yaml');
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    return error.message.split('\n');
  }
  return [];
}

describe('two environments', () => {
  const S3 = 'type: s3, bucket: states-of-everybody';
  const place = (account: number, region: string, backend: string, more = ''): string =>
    `{ account: "${account}${account}${account}", region: ${region}, backend: { ${backend} }${more} }`;
  const problems = (dev: string, prod: string): readonly string[] =>
    problemsOf(`${IMAGES}environments:\n  dev: ${dev}\n  prod: ${prod}\n`);
  const [A, B] = [1111, 2222];

  it('of one state are refused, whose prefix has no environment in it', () => {
    const backend = `${S3}, prefix: golden-images`;
    const prod = place(B, 'eu-west-1', backend);
    expect(problems(place(A, 'eu-west-1', backend), prod)).toEqual([
      `gi.yaml:7:${'  prod: '.length + prod.indexOf('golden-images }') + 1}: environments.prod.backend.prefix: the state of dev is there already, in states-of-everybody under golden-images/, and applying one would destroy the other: give each a prefix of its own, or leave prefix out`,
    ]);
  });

  it.each([
    ['a prefix that is the default of the other', `${S3}, prefix: golden-images/prod`, S3, ''],
    ['the default of a namespace', `${S3}, prefix: team/prod`, S3, ', namespace: team'],
    ['a bucket whose region is said', `${S3}, prefix: aa, region: eu-west-3`, `${S3}, prefix: aa`, ''],
  ])('of one state are refused: %s', (_what, dev, prod, more) => {
    const said = problems(place(A, 'eu-west-1', dev), place(B, 'eu-west-1', prod, more));
    expect(said).toEqual([
      expect.stringMatching(/^gi\.yaml:7:\d+: environments\.prod\.backend\.prefix: the state of dev /),
    ]);
  });

  it.each([
    ['the default prefixes', S3, S3, 'eu-west-1'],
    ['prefixes of their own', `${S3}, prefix: aa`, `${S3}, prefix: aa/b`, 'eu-west-1'],
    ['buckets of their own', `${S3}, prefix: aa`, 'type: s3, bucket: another-one, prefix: aa', 'eu-west-1'],
    ['one folder of this machine', 'type: local, path: states', 'type: local, path: states', 'eu-west-1'],
    ['a bucket of that name in another partition', `${S3}, prefix: aa`, `${S3}, prefix: aa`, 'cn-north-1'],
  ])('with %s are two', (_what, dev, prod, region) => {
    expect(problems(place(A, 'eu-west-1', dev), place(B, region, prod))).toEqual([]);
  });

  it.each(['', ', namespace: other'])('in one account and region are refused, in whatever namespace%s', (more) => {
    expect(problems(place(A, 'eu-west-1', 'type: local'), place(A, 'eu-west-1', 'type: local', more))).toEqual([
      'gi.yaml:7:44: environments.prod.region: dev is in eu-west-1 of account 111111111111 already, and both would make the repository golden/debian there, in whatever namespace: take another account or region, or a file of its own with other repositories',
    ]);
  });

  it('in two accounts, or in two regions of one, are two', () => {
    expect(problems(place(A, 'eu-west-1', 'type: local'), place(A, 'eu-west-2', 'type: local'))).toEqual([]);
    expect(problems(place(A, 'eu-west-1', 'type: local'), place(B, 'eu-west-1', 'type: local'))).toEqual([]);
  });
});

describe('an exception', () => {
  const exception = (keys: string): string =>
    `${IMAGES}exceptions:\n  - { ${keys}, justification: it is not reachable, expires: 2027-01-01 }\n`;

  it.each([
    ['nope', 'it has debian-12, wolfi'],
    ['debian12', 'did you mean debian-12?'],
    ['golden/debian', 'that is the repository of debian-12: write debian-12'],
    ['golden/wolfi', 'that is the repository of wolfi: write wolfi'],
  ])('for %s, which is no image, could never apply', (image, hint) => {
    expect(problemsOf(exception(`image: ${image}, vulnerability: CVE-2024-2961`))).toEqual([
      `gi.yaml:6:14: exceptions[0].image: no image is named "${image}": ${hint}`,
    ]);
  });

  it('for an image that there is, is taken', () => {
    expect(problemsOf(exception('image: wolfi, vulnerability: CVE-2024-2961'))).toEqual([]);
  });

  it('for what is no vulnerability, could never apply', () => {
    expect(problemsOf(exception('vulnerability: CVE2024-2961'))).toEqual([
      'gi.yaml:6:22: exceptions[0].vulnerability: "CVE2024-2961" is no CVE id: did you mean CVE-2024-2961?',
    ]);
  });
});

describe('a platform', () => {
  const platform = (keys: string): string =>
    `version: 1\nimages:\n  - { name: a, repository: golden/a, parent: "debian:12", ${keys} }\n`;

  it.each(['DEBIAN12', 'BEOS_5', 'PHOTON_OS_5', 'AMAZON_LINUX_2O23'])(
    '%s is refused wherever the file is read',
    (one) => {
      expect(problemsOf(platform(`platform: ${one}`))).toEqual([
        `gi.yaml:3:69: images[0].platform: "${one}" is no platform that this project can patch: write it as Inspector does, e.g. DEBIAN_12, or name the ecosystem`,
      ]);
    },
  );

  it.each(['platform: DEBIAN_12', 'platform: debian 12', 'platform: WOLFI', 'platform: PHOTON_OS_5, ecosystem: dnf'])(
    '%s is taken',
    (keys) => {
      expect(problemsOf(platform(keys))).toEqual([]);
    },
  );
});

it('every contradiction is told at once', () => {
  const text = `${IMAGES}exceptions:
  - { vulnerability: cve-2024-2961, image: debian, justification: it is not reachable, expires: 2027-01-01 }
environments:
  dev: { account: "111111111111", region: eu-west-1, backend: { type: s3, bucket: abc, prefix: xx } }
  prod: { account: "111111111111", region: eu-west-1, backend: { type: s3, bucket: abc, prefix: xx } }
`;
  expect(problemsOf(text).map((line) => line.split(': ')[1])).toEqual([
    'exceptions[0].vulnerability',
    'exceptions[0].image',
    'environments.prod.backend.prefix',
    'environments.prod.region',
  ]);
});
