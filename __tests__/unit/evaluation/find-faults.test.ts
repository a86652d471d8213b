import type { Operation } from '../../../domain/vetting/operations';
import { findFaults } from '../../../evaluation/find-faults';
import { makeCase } from './samples';

const upgrade = (...names: string[]): Operation => ({ kind: 'upgrade', packages: names.map((name) => ({ name })) });
const remove = (...names: string[]): Operation => ({ kind: 'remove', packages: names.map((name) => ({ name })) });
const faults = (operations: readonly Operation[], notFixable: readonly string[] = [], one = makeCase()): string[] =>
  findFaults(one, { operations, notFixable });

it.each([
  ['by its own name', upgrade('openssl')],
  ['by all its installed binaries', upgrade('libssl3', 'openssl')],
])('a target is upgraded %s', (_, operation) => {
  expect(faults([operation, remove('linux-libc-dev')])).toEqual([]);
});

it('some of the installed binaries are not all of them', () => {
  expect(faults([upgrade('libssl3'), remove('linux-libc-dev')])).toEqual(['does not upgrade openssl']);
});

it('a source name stands for its binaries where the ecosystem has source packages, and only there', () => {
  const byBinary = makeCase({ must: { upgrades: ['linux-libc-dev'] } });
  expect(faults([upgrade('linux')], [], byBinary)).toEqual([]);
  expect(faults([upgrade('linux')], [], { ...byBinary, ecosystem: 'dnf' })).toEqual([
    'does not upgrade linux-libc-dev',
  ]);
});

it('a replacement stands for the package that it replaces', () => {
  const one = makeCase();
  const renamed = { ...one, request: { ...one.request, allowed: { replacements: { openssl: ['openssl-next'] } } } };
  expect(faults([upgrade('openssl-next'), remove('linux-libc-dev')], [], renamed)).toEqual([]);
});

it.each<[string, readonly Operation[], readonly string[], readonly string[]]>([
  ['an upgrade instead of the removal', [upgrade('openssl', 'linux-libc-dev')], [], ['does not remove linux-libc-dev']],
  [
    'a removal that is not wanted, though policy allows it',
    [upgrade('openssl'), remove('linux-libc-dev', 'curl')],
    [],
    ['removes curl'],
  ],
  [
    'a pinned version',
    [{ kind: 'upgrade', packages: [{ name: 'openssl', version: '3.0.13-1' }] }, remove('linux-libc-dev')],
    [],
    ['names a version of openssl'],
  ],
  ['a false "not fixable"', [upgrade('openssl'), remove('linux-libc-dev')], ['openssl'], ['calls openssl not fixable']],
  ['nothing at all', [], [], ['does not upgrade openssl', 'does not remove linux-libc-dev']],
])('catches %s', (_, operations, notFixable, expected) => {
  expect(faults(operations, notFixable)).toEqual(expected);
});

it('catches what is upgraded beside the targets, also where vetting would let it pass', () => {
  const one = makeCase({ mustNot: { upgrades: ['libssl-dev'] } });
  expect(faults([upgrade('openssl', 'libssl-dev'), remove('linux-libc-dev')], [], one)).toEqual([
    'upgrades libssl-dev',
  ]);
});

it('a target may be settled by either way where the case says so', () => {
  const one = makeCase({ must: { settles: ['linux-libc-dev'] } });
  expect([faults([remove('linux-libc-dev')], [], one), faults([upgrade('linux')], [], one)]).toEqual([[], []]);
  expect(faults([upgrade('openssl')], [], one)).toEqual(['leaves linux-libc-dev as it is']);
});

describe('module streams', () => {
  const one = {
    ...makeCase({ must: { resets: ['nodejs'], enables: ['nodejs:20'] }, mustNot: { modules: ['nodejs:18', 'php'] } }),
  };
  const module = (action: 'enable' | 'reset' | 'switch-to', name: string, stream?: string): Operation => ({
    kind: 'module',
    action,
    module: name,
    ...(stream !== undefined && { stream }),
  });

  it.each<[string, readonly Operation[], readonly string[]]>([
    ['reset and enable', [module('reset', 'nodejs'), module('enable', 'nodejs', '20'), upgrade('nodejs')], []],
    ['switch', [module('switch-to', 'nodejs', '20'), upgrade('nodejs')], []],
    ['no reset', [module('enable', 'nodejs', '20')], ['does not reset nodejs before another stream']],
    [
      'too late',
      [module('reset', 'nodejs'), upgrade('nodejs'), module('enable', 'nodejs', '20')],
      ['does not enable nodejs:20 before it upgrades'],
    ],
    [
      'the wrong stream',
      [module('reset', 'nodejs'), module('enable', 'nodejs', '18')],
      ['does not enable nodejs:20 before it upgrades', 'touches the module nodejs:18'],
    ],
    ['another module', [module('reset', 'php'), module('switch-to', 'nodejs', '20')], ['touches the module php']],
  ])('%s', (_, operations, expected) => {
    expect(faults(operations, [], one)).toEqual(expected);
  });
});

describe('releases', () => {
  const one = makeCase({ must: { releasever: '2023\\.5\\.[0-9]{8}' }, mustNot: { releasever: 'latest' } });
  const at = (releasever?: string): Operation => ({
    kind: 'upgrade',
    packages: [{ name: 'openssl' }],
    ...(releasever !== undefined && { releasever }),
  });

  it.each<[string | undefined, readonly string[]]>([
    ['2023.5.20240819', []],
    [undefined, ['does not name the release that it needs']],
    ['latest', ['does not name the release that it needs', 'names a release that it must not']],
    ['2023.5.202408190', ['does not name the release that it needs']],
  ])('%s', (releasever, expected) => {
    expect(faults([at(releasever)], [], one)).toEqual(expected);
  });

  it('every upgrade has to name it', () => {
    expect(faults([at('2023.5.20240819'), at()], [], one)).toEqual(['does not name the release that it needs']);
  });
});
