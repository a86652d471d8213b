import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { ecosystemOf, implementedEcosystems, requireEcosystem } from '../../domain/ecosystems';
import type { Ecosystem } from '../../domain/ecosystems/ecosystem';
import { ECOSYSTEM_IDS } from '../../domain/ecosystems/ecosystem';
import { BadInputError } from '../../domain/errors';
import type { ScriptInput, ScriptTarget } from '../../domain/script/script-input';
import { compareVersions, isVersion } from '../../domain/versions';
import { vet } from '../../domain/vetting/vet';
import { describeWithTools } from '../support/requires-tool';

/** Names that every package manager here allows, and versions that all three orders have, ascending. */
const NAMES = ['openssl', 'libstdc++', 'python3.11', 'a-b', 'zlib1g'];
const VERSIONS = ['1.0', '1.9', '1.10', '2.0', '10.0'];

const HOSTILE_TEXTS = [
  '',
  ' ',
  '-',
  '-y',
  '--root=/mnt',
  '-oAPT::Get::AllowUnauthenticated=true',
  'foo;rm -rf /',
  'foo bar',
  'foo\nbar',
  'foo\tbar',
  'foo\r',
  'foo\0',
  '$(id)',
  '`id`',
  "foo'bar",
  'foo"bar',
  'foo|bar',
  'foo&bar',
  'foo>bar',
  'foo/bar',
  '../foo',
  '/etc/passwd',
  'foo*',
  'foo?',
  'foo[a]',
  'foo{a,b}',
  '~root',
  '!foo',
  '@core',
  '#foo',
  '\u0441url',
  'foo\u202ebar',
  'foo\u200b',
  'ｆｏｏ',
  '\u001b[31mfoo',
  'a'.repeat(10_000),
];

function input(
  ecosystem: Ecosystem,
  targets: readonly ScriptTarget[],
  changes: Partial<ScriptInput> = {},
): ScriptInput {
  return { image: `golden/${ecosystem.id}`, planHash: 'ab'.repeat(32), attempt: 1, targets, ...changes };
}

function target(name: string, changes: Partial<ScriptTarget> = {}): ScriptTarget {
  return { package: name, floor: '1.10', action: 'upgrade', ...changes };
}

const ALL_ACTIONS: readonly ScriptTarget[] = [
  target('openssl'),
  target('libstdc++', { source: 'gcc-13' }),
  target('python3.11', { action: 'remove' }),
];

test('every known ecosystem is implemented, once, and found by its id', () => {
  expect(implementedEcosystems.map(({ id }) => id).sort()).toEqual([...ECOSYSTEM_IDS].sort());
  for (const one of implementedEcosystems) {
    expect(ecosystemOf(one.id)).toBe(one);
    expect(requireEcosystem(one.id)).toBe(one);
  }
  expect(new Set(implementedEcosystems.map(({ displayName }) => displayName)).size).toBe(implementedEcosystems.length);
});

describe.each(implementedEcosystems.map((one) => [one.id, one] as const))('%s', (id, ecosystem) => {
  test('names its sources', () => {
    expect(ecosystem.sources.length).toBeGreaterThanOrEqual(2);
    expect(ecosystem.sources.filter((source) => !URL.canParse(source) || !source.startsWith('https://'))).toEqual([]);
  });

  test('takes the names and versions of packages, and no hostile text', () => {
    expect(NAMES.filter((name) => !ecosystem.isPackageName(name))).toEqual([]);
    expect(VERSIONS.filter((version) => !ecosystem.isVersion(version))).toEqual([]);
    expect(HOSTILE_TEXTS.filter((text) => ecosystem.isPackageName(text))).toEqual([]);
    expect(HOSTILE_TEXTS.filter((text) => ecosystem.isVersion(text))).toEqual([]);
    expect([256, 257].map((length) => ecosystem.isPackageName('a'.repeat(length)))).toEqual([true, false]);
  });

  test('whatever passes for a name or a version cannot be an option, and needs no quotes but for ~ and ^', () => {
    const safe = /^[A-Za-z0-9][A-Za-z0-9._+~^:-]*$/;
    const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...Array.from('az09AZ.+-~^:_ $;\n')) }));
    fc.assert(
      fc.property(text, (given) => {
        if (ecosystem.isPackageName(given) || ecosystem.isVersion(given)) expect(given).toMatch(safe);
      }),
      { numRuns: 2_000 },
    );
  });

  test('has an order for its versions', () => {
    for (const version of VERSIONS) {
      expect(isVersion(ecosystem.versionOrder, version)).toBe(true);
      for (const other of VERSIONS) {
        const expected = Math.sign(VERSIONS.indexOf(version) - VERSIONS.indexOf(other));
        expect(compareVersions(ecosystem.versionOrder, version, other)).toBe(expected);
      }
    }
  });

  test('proposes commands that pass its own vetting and cover every target', () => {
    const targets = NAMES.slice(0, 4).map((name) => ({ package: name, floor: '1.10' }));
    const [removed = '', ...raised] = targets.map((one) => one.package);
    for (const [upgrade, remove] of [
      [targets.map((one) => one.package), []],
      [raised, [removed]],
      [[], targets.map((one) => one.package)],
    ] as const) {
      const commands = ecosystem.proposeCommands(upgrade, remove);
      const result = vet(commands, ecosystem, { targets, removable: remove });
      expect(result).toMatchObject({ verdict: 'accepted', uncovered: [], refusals: [] });
      const named = (kind: string): string[] =>
        result.operations
          .flatMap((one) => (one.kind === kind && 'packages' in one ? one.packages : []))
          .map((p) => p.name);
      expect(named('upgrade')).toEqual(upgrade);
      expect(named('remove')).toEqual(remove);
    }
  });

  test('refuses removal without leave, strangers, shell, paths and hostile names in its own commands', () => {
    const targets = [{ package: 'openssl', floor: '1.10' }];
    const refused = (commands: readonly string[], removable: readonly string[] = []): string =>
      vet(commands, ecosystem, { targets, removable }).verdict;
    expect(refused(ecosystem.proposeCommands([], ['openssl']))).toBe('refused');
    expect(refused(ecosystem.proposeCommands(['stranger'], []))).toBe('refused');
    for (const text of HOSTILE_TEXTS.filter((one) => one.trim() !== '' && !one.startsWith('#') && one !== '-y')) {
      expect([text, refused(ecosystem.proposeCommands(['openssl', text], []))]).toEqual([text, 'refused']);
    }
    for (const other of implementedEcosystems.filter((one) => one.id !== id)) {
      expect([other.id, refused(other.proposeCommands(['openssl'], []))]).toEqual([other.id, 'refused']);
    }
  });

  test('renders the same script for the same input, with the data in the plan only', () => {
    const script = ecosystem.renderScript(input(ecosystem, ALL_ACTIONS));
    expect(ecosystem.renderScript(input(ecosystem, ALL_ACTIONS))).toBe(script);
    expect(script).toMatch(/^#!\/bin\/sh\n/);
    expect(script).toMatch(/\nmain\n$/);
    expect(script).toMatch(/^[\t\n\x20-\x7e]*$/);
    expect(script).toContain("  target 'upgrade' 'openssl' '1.10' ''\n");
    expect(script).toContain("  target 'upgrade' 'libstdc++' '1.10' 'gcc-13'\n");
    expect(script).toContain("  target 'remove' 'python3.11' '1.10' ''\n");
    const body = (text: string): string => text.slice(text.indexOf('\n}\n'));
    const other = ecosystem.renderScript(input(ecosystem, [target('zlib1g', { floor: '2.0' })]));
    expect(body(other)).toBe(body(script));
  });

  test.each(HOSTILE_TEXTS.filter((text) => text.length < 100))('renders no script with %j in it', (text) => {
    const render = (targets: readonly ScriptTarget[], changes: Partial<ScriptInput> = {}) => {
      return () => ecosystem.renderScript(input(ecosystem, targets, changes));
    };
    expect(render([target(text)])).toThrow(BadInputError);
    expect(render([target('openssl', { floor: text })])).toThrow(BadInputError);
    expect(render([target('openssl', { source: text })])).toThrow(BadInputError);
    if (text !== 'foo/bar') expect(render([target('openssl')], { image: text })).toThrow(BadInputError);
    expect(render([target('openssl')], { planHash: text })).toThrow(BadInputError);
  });

  test('renders no script with a target twice, and one without any for a rebuild', () => {
    expect(ecosystem.renderScript(input(ecosystem, []))).not.toMatch(/^ {2}target /m);
    expect(() => ecosystem.renderScript(input(ecosystem, [target('a-b'), target('a-b')]))).toThrow(BadInputError);
  });

  test('its database reader never throws, and yields only what is within its alphabets', () => {
    expect(ecosystem.database.paths.filter((path) => path.startsWith('/') || path.includes('..'))).toEqual([]);
    expect(ecosystem.database.paths.length).toBeGreaterThan(0);
    expect(ecosystem.database.queryFormat === undefined).toBe(ecosystem.database.kind === 'file');
    const piece = fc.constantFrom(
      ...[
        'P:',
        'V:',
        'A:',
        'o:',
        'Package: ',
        'Version: ',
        'Status: install ok installed',
        'Architecture: ',
        'Source: ',
      ],
      ...[
        '\n',
        '\n\n',
        '\t',
        '\r',
        '\0',
        ' ',
        'openssl',
        '1.0-r0',
        '1.0',
        '1',
        '(none)',
        'x86_64',
        'amd64',
        '$(id)',
        ':',
      ],
      ...['openssl-1.0-1.src.rpm', '__proto__', '\u202e', '\ud800'],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        for (const one of ecosystem.database.parse(given)) {
          expect(ecosystem.isPackageName(one.name) && ecosystem.isPackageName(one.source)).toBe(true);
          expect(ecosystem.isVersion(one.version) && ecosystem.isVersion(one.sourceVersion)).toBe(true);
          expect(one.arch).toMatch(/^[A-Za-z0-9_-]+$/);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describeWithTools(['shellcheck', 'dash', 'busybox', 'bash'], 'rendered scripts', () => {
  const check = (command: string, args: readonly string[], script: string): unknown => {
    const { status, stdout, stderr } = spawnSync(command, args, { input: script, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };
  const SHELLS = [
    ['dash', ['-n']],
    ['busybox', ['sh', '-n']],
    ['bash', ['--posix', '-n']],
  ] as const;

  test.each(implementedEcosystems.map((one) => [one.id, one] as const))('%s: every shell can read it', (_, one) => {
    const script = one.renderScript(input(one, ALL_ACTIONS));
    for (const [shell, args] of SHELLS) expect(check(shell, args, script)).toEqual({ status: 0, output: '' });
  });

  test.each(implementedEcosystems.map((one) => [one.id, one] as const))(
    '%s: every shell can read one without a target, and shellcheck has nothing to say',
    (_, one) => {
      const script = one.renderScript(input(one, []));
      for (const [shell, args] of SHELLS) expect(check(shell, args, script)).toEqual({ status: 0, output: '' });
      const result = check('shellcheck', ['--shell=sh', '--severity=style', '-'], script);
      expect(result).toEqual({ status: 0, output: '' });
    },
  );

  test.each(implementedEcosystems.map((one) => [one.id, one] as const))(
    '%s: shellcheck has nothing to say',
    (_, one) => {
      const script = one.renderScript(input(one, ALL_ACTIONS));
      const result = check('shellcheck', ['--shell=sh', '--severity=style', '-'], script);
      expect(result).toEqual({ status: 0, output: '' });
    },
  );
});
