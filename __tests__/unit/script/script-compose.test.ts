import fc from 'fast-check';
import { requireEcosystem } from '../../../domain/ecosystems';
import type { Target } from '../../../domain/plan/target';
import type { ScriptPlan } from '../../../domain/script/compose-script';
import { scriptInputOf } from '../../../domain/script/compose-script';
import type { ScriptInput } from '../../../domain/script/script-input';
import type { Operation, VettingContext, VettingResult } from '../../../domain/vetting/operations';
import { vet } from '../../../domain/vetting/vet';
import { makeTarget } from '../table/samples';

const HASH = 'e5'.repeat(32);
const target = (name: string, change: Partial<Target> = {}): Target =>
  makeTarget({ package: name, floor: '1.1', ...change });
const plan: ScriptPlan = {
  image: 'ubuntu-24.04',
  planHash: HASH,
  targets: [
    target('curl'),
    target('krb5'),
    target('libssl3'),
    target('linux-libc-dev', { source: 'linux', action: 'remove' }),
  ],
};
const context: VettingContext = {
  targets: [
    { package: 'curl', floor: '1.1' },
    { package: 'krb5', floor: '1.1', binaries: ['libkrb5-3', 'krb5-multidev'] },
    { package: 'libssl3', floor: '1.1', binaries: ['openssl'], replacements: ['libssl3t64', 'libssl4'] },
    { package: 'linux-libc-dev', floor: '1.1', binaries: ['linux'] },
  ],
  removable: ['linux-libc-dev', 'libc6-dev', 'gcc', 'krb5-multidev'],
  companions: ['libldap2', 'libc6-dev'],
};
const apt = requireEcosystem('apt');

function composed(...commands: string[]): ScriptInput {
  const vetted = vet(commands, apt, context);
  expect(vetted.refusals).toEqual([]);
  return scriptInputOf(plan, vetted, 2, context);
}

function accepted(...operations: Operation[]): VettingResult {
  return { verdict: 'accepted', operations, uncovered: [], refusals: [] };
}

const actions = ({ targets }: ScriptInput): string[] => targets.map(({ package: name, action }) => `${action} ${name}`);

describe('what a script is composed of', () => {
  test('every target of the plan, as the operations say or else as the plan says', () => {
    const all = ['upgrade curl', 'upgrade krb5', 'upgrade libssl3'];
    expect(composed('apt-get install curl')).toEqual({
      image: 'ubuntu-24.04',
      planHash: HASH,
      attempt: 2,
      targets: [
        { package: 'curl', floor: '1.1', action: 'upgrade' },
        { package: 'krb5', floor: '1.1', action: 'upgrade' },
        { package: 'libssl3', floor: '1.1', action: 'upgrade', replacedBy: 'libssl3t64' },
        { package: 'linux-libc-dev', floor: '1.1', action: 'remove', source: 'linux' },
      ],
    });
    expect(actions(composed('apt-get update'))).toEqual([...all, 'remove linux-libc-dev']);
    expect(actions(composed('apt-get install linux-libc-dev'))).toEqual([...all, 'upgrade linux-libc-dev']);
    expect(actions(composed('apt-get install linux-libc-dev; apt-get purge linux-libc-dev'))).toEqual([
      ...all,
      'remove linux-libc-dev',
    ]);
  });

  test('nothing of a refused proposal', () => {
    const refused = vet(['apt-get purge gcc', 'sudo id'], apt, context);
    const sneaky: VettingResult = { ...accepted({ kind: 'remove', packages: [{ name: 'curl' }] }), verdict: 'refused' };
    for (const vetted of [refused, sneaky]) {
      const input = scriptInputOf(plan, vetted, 1, context);
      expect(input).not.toHaveProperty('companions');
      expect(actions(input)[0]).toBe('upgrade curl');
    }
  });

  test('companions are what is no target, under none of its names', () => {
    expect(
      composed(
        'apt-get purge linux-libc-dev libc6-dev gcc',
        'apt-get install openssl libkrb5-3 libssl3t64 libldap2 curl libc6-dev',
      ).companions,
    ).toEqual({ upgrade: ['libldap2'], remove: ['libc6-dev', 'gcc'] });
    expect(composed('apt-get install openssl libkrb5-3 linux')).not.toHaveProperty('companions');
  });

  test('a binary of a target that is taken out is a companion, and the target is raised', () => {
    const input = composed('apt-get purge krb5-multidev && apt-get install krb5');
    expect([input.targets[1]?.action, input.companions]).toEqual([
      'upgrade',
      { upgrade: [], remove: ['krb5-multidev'] },
    ]);
  });

  test('a replacement that was upgraded is what the target goes by; else what the plan says, else the first', () => {
    expect(composed('apt-get install libssl4 libssl3t64').targets[2]?.replacedBy).toBe('libssl3t64');
    expect(composed('apt-get install libssl4').targets[2]?.replacedBy).toBe('libssl4');
    expect(composed('apt-get install libssl3').targets[2]?.replacedBy).toBe('libssl3t64');
    const known = { ...plan, targets: [target('libssl3', { replacedBy: 'libssl5' })] };
    expect(scriptInputOf(known, accepted({ kind: 'clean' }), 1, context).targets[0]?.replacedBy).toBe('libssl5');
  });

  test('the streams that were enabled or switched to, one per module', () => {
    const module = (action: 'enable' | 'reset' | 'switch-to', name: string, stream?: string): Operation => ({
      kind: 'module',
      action,
      module: name,
      ...(stream !== undefined && { stream }),
    });
    const streams = (...operations: Operation[]): readonly string[] | undefined =>
      scriptInputOf(plan, accepted(...operations), 1, context).moduleStreams;
    expect(streams(module('reset', 'nodejs'), module('enable', 'nodejs', '20'))).toEqual(['nodejs:20']);
    expect(streams(module('enable', 'php', '8.1'), module('switch-to', 'php', '8.2'))).toEqual(['php:8.2']);
    expect(streams(module('reset', 'nodejs'))).toBeUndefined();
  });

  test.each([
    ['a dated one takes the place of the default', 'latest', undefined, '2023.5.20240819', '2023.5.20240819'],
    ['latest changes nothing', 'latest', undefined, 'latest', 'latest'],
    ['a floating one changes nothing', 'latest', undefined, '2023', 'latest'],
    ['none changes nothing', 'latest', undefined, undefined, 'latest'],
    ['a fixed one stays', '2023.4.20240319', true, '2023.5.20240819', '2023.4.20240319'],
    ['a fixed latest stays', 'latest', true, '2023.5.20240819', 'latest'],
    ['a platform without releases gets none', undefined, undefined, '2023.5.20240819', undefined],
  ])('release: %s', (_title, releasever, releaseverFixed, named, expected) => {
    const operation: Operation = {
      kind: 'upgrade',
      packages: [{ name: 'curl' }],
      ...(named !== undefined && { releasever: named }),
    };
    const input = scriptInputOf(
      {
        ...plan,
        ...(releasever !== undefined && { releasever }),
        ...(releaseverFixed !== undefined && { releaseverFixed }),
      },
      accepted(operation),
      1,
      context,
    );
    expect(input.releasever).toBe(expected);
  });

  test('whatever was accepted renders, with every target once and no other name than the context has', () => {
    const names = ['curl', 'krb5', 'libkrb5-3', 'libssl3', 'openssl', 'libssl3t64', 'linux', 'libldap2', 'libc6-dev'];
    const removable = ['linux-libc-dev', 'libc6-dev', 'gcc', 'krb5-multidev'];
    const some = (from: readonly string[]): fc.Arbitrary<readonly string[]> =>
      fc.uniqueArray(fc.constantFrom(...from), { minLength: 1 });
    const command = fc.oneof(
      some(names).map((list) => `apt-get install -y ${list.join(' ')}`),
      some(removable).map((list) => `apt-get purge -y ${list.join(' ')}`),
      fc.constant('apt-get update'),
    );
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 5 }), (commands) => {
        const input = composed(...commands);
        expect(input.targets.map((one) => one.package)).toEqual(plan.targets.map((one) => one.package));
        expect(input.companions?.upgrade.filter((name) => name !== 'libldap2' && name !== 'libc6-dev') ?? []).toEqual(
          [],
        );
        expect(input.companions?.remove.filter((name) => !removable.includes(name)) ?? []).toEqual([]);
        for (const one of input.targets) if (one.action === 'remove') expect(one.package).toBe('linux-libc-dev');
        expect(apt.renderScript(input).endsWith('\nmain\n')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
