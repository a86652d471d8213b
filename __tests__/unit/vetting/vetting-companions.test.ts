import fc from 'fast-check';
import type { VettingContext, VettingResult } from '../../../domain/vetting/operations';
import { vet } from '../../../domain/vetting/vet';
import { apt, summarise } from './estate';

const context: VettingContext = {
  targets: [
    { package: 'libssl3', floor: '3.0.13-0ubuntu3.1', replacements: ['libssl3t64'] },
    { package: 'curl', floor: '8.5.0-2ubuntu10.1', binaries: ['libcurl4'], replacements: ['libcurl4t64'] },
  ],
  companions: ['libldap2', 'g++-13'],
  removable: ['gcc-13', 'libldap2'],
};
const vetApt = (...commands: string[]): VettingResult => vet(commands, apt, context);

describe('what may be upgraded beside the targets', () => {
  test('companions, by their names only; they cover no target', () => {
    const result = vetApt('apt-get install -y --only-upgrade libldap2 g++-13 curl');
    expect(summarise(result.operations)).toBe('upgrade libldap2 g++-13 curl');
    expect(result.uncovered).toEqual(['libssl3']);
    expect(vetApt('apt-get install -y libldap2:amd64').uncovered).toEqual(['libssl3', 'curl']);
  });

  test('no version of a companion is taken, because none can be judged', () => {
    expect(vetApt('apt-get install -y libldap2=2.6.7+dfsg-1').refusals).toEqual([
      {
        command: 'apt-get install -y libldap2=2.6.7+dfsg-1',
        code: 'downgrade',
        message: 'Write "libldap2" without the version 2.6.7+dfsg-1: it is no target, so none can be judged.',
      },
    ]);
  });

  test('a replacement covers its target, and its version must reach the floor', () => {
    const result = vetApt('apt-get install -y libssl3t64=3.0.13-0ubuntu3.2 libcurl4t64');
    expect([summarise(result.operations), result.uncovered]).toEqual([
      'upgrade libssl3t64=3.0.13-0ubuntu3.2 libcurl4t64',
      [],
    ]);
    expect(vetApt('apt-get install -y libssl3t64=3.0.13-0ubuntu3').refusals[0]?.code).toBe('downgrade');
  });

  test('a removal of a replacement covers nothing', () => {
    const removable = { ...context, removable: ['libssl3t64'] };
    expect(vet(['apt-get purge -y libssl3t64'], apt, removable).uncovered).toEqual(['libssl3', 'curl']);
  });

  test('removable packages are removed whether or not they are targets; companions and replacements are not', () => {
    expect(summarise(vetApt('apt-get purge -y gcc-13 libldap2').operations)).toBe('remove gcc-13 libldap2');
    for (const name of ['g++-13', 'libssl3t64', 'curl'])
      expect(vetApt(`apt-get purge -y ${name}`).refusals[0]?.code).toBe('removal-not-allowed');
  });

  test.each([
    ['apt-get install -y gcc-13', 'package-not-in-targets'],
    ['apt-get install -y libldap-2.5-0', 'package-not-in-targets'],
    ['apt-get install -y libssl3t64-dbgsym', 'package-not-in-targets'],
    ['apt-get install -y libldap2-', 'removal-not-allowed'],
    ['apt-get install -y libldap2+', 'package-not-in-targets'],
    ['apt-get install -y libldap2/noble-proposed', 'path-or-url'],
    ['apt-get install -y ./libldap2.deb', 'path-or-url'],
    ['apt-get install -y libldap*', 'shell-syntax'],
  ])('refuses %j as %s', (text, code) => {
    expect(vetApt(text).refusals.map((refusal) => refusal.code)).toEqual([code]);
  });

  test('whatever is written, every name of an operation is one that the context has', () => {
    const names = ['libssl3', 'libssl3t64', 'curl', 'libcurl4', 'libcurl4t64', 'libldap2', 'g++-13', 'gcc-13', 'evil'];
    const argument = fc.oneof(
      fc.constantFrom(...names, '-y', '--purge', '--only-upgrade'),
      fc
        .tuple(fc.constantFrom(...names), fc.constantFrom('=9', '=1', '-', '+', ':amd64', '/sid', '*'))
        .map((p) => p.join('')),
    );
    const command = fc
      .tuple(fc.constantFrom('install', 'remove', 'purge'), fc.array(argument, { maxLength: 5 }))
      .map(([verb, rest]) => `apt-get ${verb} ${rest.join(' ')}`);
    const upgradable = new Set(names.filter((name) => name !== 'evil' && name !== 'gcc-13'));
    fc.assert(
      fc.property(fc.array(command, { minLength: 1, maxLength: 3 }), (commands) => {
        const { operations, uncovered } = vetApt(...commands);
        const named = (kind: 'upgrade' | 'remove'): string[] =>
          operations.flatMap((item) => (item.kind === kind ? item.packages.map(({ name }) => name) : []));
        expect(named('upgrade').filter((name) => !upgradable.has(name))).toEqual([]);
        expect(named('remove').filter((name) => name !== 'gcc-13' && name !== 'libldap2')).toEqual([]);
        const covers = ['libssl3', 'libssl3t64'].some((name) => named('upgrade').includes(name));
        if (operations.length > 0) expect(uncovered.includes('libssl3')).toBe(!covers);
      }),
      { numRuns: 2000 },
    );
  });
});
