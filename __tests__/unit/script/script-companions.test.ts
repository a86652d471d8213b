import { spawnSync } from 'node:child_process';
import { implementedEcosystems } from '../../../domain/ecosystems';
import { BadInputError } from '../../../domain/errors';
import type { ScriptInput } from '../../../domain/script/script-input';
import { describeWithTools } from '../../support/requires-tool';

const PLAIN: ScriptInput = {
  image: 'a',
  planHash: 'f6'.repeat(32),
  attempt: 1,
  targets: [{ package: 'openssl', floor: '1.2.3-r4', action: 'upgrade' }],
};
const FULL: ScriptInput = {
  ...PLAIN,
  targets: [
    { package: 'libssl3', floor: '1.2.3-r4', action: 'upgrade', source: 'openssl', replacedBy: 'libssl3t64' },
    { package: 'linux-libc-dev', floor: '6.1.2-r3', action: 'remove' },
  ],
  companions: { upgrade: ['libldap2', 'g++'], remove: ['libc6-dev'] },
  moduleStreams: ['nodejs:20', 'php:8.2'],
};

/** Lines of the function that holds the data. */
function dataOf(script: string): string[] {
  return script.slice(script.indexOf('plan() {\n') + 9, script.indexOf('\n}\n')).split('\n');
}

/** Everything after the data. */
function fixedOf(script: string): string {
  return script.slice(script.indexOf('\n}\n'));
}

describe.each(implementedEcosystems.map((one) => [one.id, one] as const))('script of %s', (id, ecosystem) => {
  const hasModules = id === 'dnf' || id === 'microdnf';

  test('companions, replacements and streams are quoted data; the rest is the same', () => {
    const script = ecosystem.renderScript(FULL);
    expect(fixedOf(script)).toBe(fixedOf(ecosystem.renderScript(PLAIN)));
    expect(dataOf(script).filter((line) => !/^ {2}(?:ecosystem|source_names|releasever)=/.test(line))).toEqual([
      ...(hasModules ? ["  streams='nodejs:20 php:8.2'"] : []),
      "  target 'upgrade' 'libssl3' '1.2.3-r4' 'openssl' 'libssl3t64'",
      "  target 'remove' 'linux-libc-dev' '6.1.2-r3' ''",
      "  companion 'upgrade' 'libldap2'",
      "  companion 'upgrade' 'g++'",
      "  companion 'remove' 'libc6-dev'",
    ]);
  });

  test('a script without them has none of their lines', () => {
    expect(dataOf(ecosystem.renderScript(PLAIN)).at(-1)).toBe("  target 'upgrade' 'openssl' '1.2.3-r4' ''");
    const empty = { ...PLAIN, companions: { upgrade: [], remove: [] }, moduleStreams: [] };
    expect(ecosystem.renderScript(empty)).toBe(ecosystem.renderScript(PLAIN));
  });

  test.each(['', '-o', 'a b', 'a\nb', "a'b", 'a;b', '$(id)', '../a', 'a|b', 'a*', 'ä', 'a'.repeat(257), 'a:amd64'])(
    'refuses the name %j',
    (name) => {
      for (const companions of [
        { upgrade: [name], remove: [] },
        { upgrade: [], remove: [name] },
      ])
        expect(() => ecosystem.renderScript({ ...PLAIN, companions })).toThrow(BadInputError);
      const targets = PLAIN.targets.map((one) => ({ ...one, replacedBy: name }));
      expect(() => ecosystem.renderScript({ ...PLAIN, targets })).toThrow(BadInputError);
    },
  );

  test.each([
    ...['', 'nodejs', 'nodejs:', ':20', 'nodejs:20 php', 'nodejs:20/x', "nodejs:2'0", 'nodejs:2;id', 'nodejs:$(id)'],
    ...['nodejs:*', '../x:1', '-x:1', 'x:-1', 'x:1\n', 'a:b:c', `a:${'b'.repeat(129)}`],
  ])('refuses the stream %j, also where streams are of no effect', (stream) => {
    expect(() => ecosystem.renderScript({ ...PLAIN, moduleStreams: [stream] })).toThrow(BadInputError);
  });

  test.each([
    ['a target', { companions: { upgrade: ['openssl'], remove: [] } }, 'companion openssl is named before'],
    ['the other action', { companions: { upgrade: ['curl'], remove: ['curl'] } }, 'companion curl is named before'],
    ['itself', { companions: { upgrade: [], remove: ['curl', 'curl'] } }, 'companion curl is named before'],
    ['its module', { moduleStreams: ['nodejs:20', 'nodejs:18'] }, 'module nodejs has two streams'],
  ])('refuses what is named twice: %s', (_title, change, message) => {
    expect(() => ecosystem.renderScript({ ...PLAIN, ...change })).toThrow(message);
  });
});

const TOOLS: readonly (readonly [command: string, ...args: string[]])[] = [
  ['shellcheck', '-s', 'sh', '-'],
  ['dash', '-n'],
  ['busybox', 'sh', '-n'],
];

describeWithTools(['shellcheck', 'dash', 'busybox'], 'scripts with companions and streams as shells see them', () => {
  const cases = implementedEcosystems.flatMap((ecosystem) => TOOLS.map((tool) => ({ ecosystem, tool })));
  test.each(cases)('$ecosystem.id: $tool has nothing to say', ({ ecosystem, tool: [command, ...args] }) => {
    const ran = spawnSync(command, args, { input: ecosystem.renderScript(FULL), encoding: 'utf8' });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, '', '']);
  });
});
