import type { Grammar, VerbRule } from '../../../domain/vetting/grammar';
import { vet } from '../../../domain/vetting/vet';
import type { VettingEcosystem } from '../../../domain/vetting/vet';
import { dnf, summarise } from './estate';

const whenNone = { code: 'package-not-in-targets', message: 'Name the packages.' } as const;
const verb = (names: string[], operation: 'refresh' | 'upgrade' | 'remove' | 'clean'): VerbRule => ({
  kind: 'operation',
  names,
  operation,
  arguments: operation === 'upgrade' || operation === 'remove' ? { kind: 'packages', whenNone } : { kind: 'none' },
  flags: [],
});

/** A package manager without architectures, whose grammar is nothing but this table. */
const apkGrammar: Grammar = {
  commands: [
    {
      names: ['apk'],
      flags: [{ kind: 'switch', names: ['-U', '-u', '-q', '--no-cache', '--upgrade', '--update-cache'] }],
      verbs: [verb(['update'], 'refresh'), verb(['add', 'upgrade'], 'upgrade'), verb(['del'], 'remove')],
    },
  ],
  environment: [],
  cachePaths: ['/var/cache/apk/*'],
  packages: {
    architectures: [],
    operators: ['=', '>='],
    upperBounds: ['<', '<='],
    spacedOperators: false,
    hyphenVersions: false,
    modifiers: [],
    groupPrefixes: ['.'],
    fileSuffixes: ['.apk'],
  },
};
const apk: VettingEcosystem = { ...dnf, id: 'apk', grammar: apkGrammar, versionOrder: 'apk' };

/** Another command over the package syntax of an ecosystem that is already there. */
const zypper: VettingEcosystem = {
  ...dnf,
  id: 'zypper',
  grammar: {
    ...dnf.grammar,
    commands: [
      {
        names: ['zypper'],
        flags: [{ kind: 'switch', names: ['-n', '--non-interactive', '-y'] }],
        verbs: [
          verb(['refresh', 'ref'], 'refresh'),
          verb(['update', 'up', 'install'], 'upgrade'),
          verb(['clean'], 'clean'),
        ],
      },
    ],
    cachePaths: ['/var/cache/zypp/*'],
  },
};

describe('a new ecosystem is a table', () => {
  const context = { targets: [{ package: 'openssl', floor: '3.1.4-r5' }], removable: ['curl'] };

  test.each([
    ['apk update && apk add -Uu openssl', 'refresh; upgrade openssl'],
    ['apk --no-cache upgrade openssl', 'upgrade openssl'],
    ["apk add --no-cache --upgrade 'openssl>=3.1.4-r5'", 'upgrade openssl=3.1.4-r5'],
    ['apk add openssl=3.1.4-r6', 'upgrade openssl=3.1.4-r6'],
    ['apk del curl; rm -rf /var/cache/apk/*', 'remove curl; clean'],
  ])('apk: accepts %j', (text, operations) => {
    expect(summarise(vet([text], apk, context).operations)).toBe(operations);
  });

  test.each([
    ['apk upgrade', 'package-not-in-targets'],
    ['apk add openssl=3.1.4-r4', 'downgrade'],
    ["apk add 'openssl<3.1.5'", 'downgrade'],
    ["apk add 'openssl>3.1.5'", 'malformed-package'],
    ['apk add --allow-untrusted openssl', 'flag-not-allowed'],
    ['apk add ./openssl.apk', 'path-or-url'],
    ['apk add .build-deps', 'package-not-in-targets'],
    ['apk add openssl>=3.1.4-r5', 'shell-syntax'],
    ['apk fetch openssl', 'unknown-command'],
  ])('apk: refuses %j as %s', (text, code) => {
    expect(vet([text], apk, context).refusals.map((refusal) => refusal.code)).toEqual([code]);
  });

  test('zypper: flags before the verb, verbs by several names', () => {
    const result = vet(
      ['zypper -n ref && zypper --non-interactive up -y openssl.x86_64 && zypper clean'],
      zypper,
      context,
    );
    expect(summarise(result.operations)).toBe('refresh; upgrade openssl[x86_64]; clean');
  });
});
