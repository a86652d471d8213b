import fc from 'fast-check';
import { carryExtras, extrasOf, type ScriptExtras } from '../../../domain/script/carry-extras';
import { checkScriptInput } from '../../../domain/script/check-input';
import type { ScriptInput } from '../../../domain/script/script-input';

const INPUT: ScriptInput = {
  image: 'debian-12',
  planHash: 'a'.repeat(64),
  attempt: 1,
  targets: [
    { package: 'glibc', floor: '2.36', action: 'upgrade' },
    { package: 'linux-libc-dev', floor: '6.1', action: 'upgrade', source: 'linux' },
    { package: 'libssl3', floor: '3.0', action: 'upgrade', replacedBy: 'libssl3t64' },
  ],
};
const ALL = {
  companions: ['bash', 'curl', 'dash'],
  removable: ['gcc', 'make', 'wget'],
  moduleStreams: ['nodejs:20', 'nodejs:22', 'ruby:3.3'],
};
const PROMOTED: ScriptExtras = {
  companions: { upgrade: ['bash', 'curl'], remove: ['gcc', 'make'] },
  moduleStreams: ['nodejs:20', 'ruby:3.3'],
};

describe('the extras of a script', () => {
  it('are its companions and streams, and nothing where it has none', () => {
    expect(extrasOf({ ...INPUT, ...PROMOTED, releasever: 'latest' }, 'latest')).toEqual(PROMOTED);
    expect(extrasOf({ ...INPUT, releasever: '2023.5.20240819' }, 'latest')).toEqual({ releasever: '2023.5.20240819' });
    expect(extrasOf({ ...INPUT, moduleStreams: ['nodejs:20'] }, undefined)).toEqual({ moduleStreams: ['nodejs:20'] });
    expect(extrasOf(INPUT, undefined)).toBeUndefined();
  });
});

describe('what the promoted patch did beside its targets', () => {
  it('is nothing where there is no promoted patch, or it did nothing', () => {
    expect(carryExtras(INPUT, undefined, ALL)).toBe(INPUT);
    expect(carryExtras(INPUT, {}, ALL)).toEqual(INPUT);
  });

  it('is done again as far as policy still allows it', () => {
    expect(carryExtras(INPUT, PROMOTED, ALL)).toEqual({ ...INPUT, ...PROMOTED });
  });

  it.each([
    ['companions', { ...ALL, companions: ['curl'] }, { upgrade: ['curl'], remove: ['gcc', 'make'] }],
    ['removals', { ...ALL, removable: ['make'] }, { upgrade: ['bash', 'curl'], remove: ['make'] }],
  ])('%s that policy allows no more are dropped', (_name, allowed, companions) => {
    expect(carryExtras(INPUT, PROMOTED, allowed).companions).toEqual(companions);
  });

  it('streams too, and all of it where policy allows nothing', () => {
    expect(carryExtras(INPUT, PROMOTED, { ...ALL, moduleStreams: ['ruby:3.3'] }).moduleStreams).toEqual(['ruby:3.3']);
    expect(carryExtras(INPUT, PROMOTED, {})).toEqual(INPUT);
    expect(carryExtras({ ...INPUT, ...PROMOTED }, undefined, {})).toEqual({ ...INPUT, ...PROMOTED });
  });

  it('comes behind what the new script does, each name once', () => {
    const input = { ...INPUT, companions: { upgrade: ['dash', 'bash'], remove: ['wget', 'gcc'] } };
    expect(carryExtras(input, PROMOTED, ALL).companions).toEqual({
      upgrade: ['dash', 'bash', 'curl'],
      remove: ['wget', 'gcc', 'make'],
    });
  });

  it.each(['glibc', 'linux', 'linux-libc-dev', 'libssl3', 'libssl3t64'])('%s is a target now, and no extra', (name) => {
    const promoted = { companions: { upgrade: [name], remove: [name] } };
    const carried = carryExtras(INPUT, promoted, { companions: [name], removable: [name] });
    expect(carried).toEqual(INPUT);
  });

  it('a package that was removed stays away, though the new script would upgrade it', () => {
    const input = { ...INPUT, companions: { upgrade: ['gcc'], remove: [] } };
    expect(carryExtras(input, PROMOTED, ALL).companions).toEqual({
      upgrade: ['bash', 'curl'],
      remove: ['gcc', 'make'],
    });
  });

  it('the stream that the new script names wins over that of the same module', () => {
    const carried = carryExtras({ ...INPUT, moduleStreams: ['nodejs:22'] }, PROMOTED, ALL);
    expect(carried.moduleStreams).toEqual(['nodejs:22', 'ruby:3.3']);
  });

  it('a module whose name begins like another is another', () => {
    const allowed = { moduleStreams: ['nodejs-extra:1', 'nodejs:20'] };
    const carried = carryExtras({ ...INPUT, moduleStreams: ['nodejs-extra:1'] }, PROMOTED, allowed);
    expect(carried.moduleStreams).toEqual(['nodejs-extra:1', 'nodejs:20']);
  });
});

it('property: what is carried is within policy, and a script that was sound stays so', () => {
  const names = ['bash', 'curl', 'gcc', 'make', 'glibc', 'linux', 'libssl3t64'];
  const some = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 5 });
  const streams = fc.uniqueArray(fc.constantFrom('nodejs:20', 'ruby:3.3', 'php:8.2'), { maxLength: 3 });
  const extras = fc
    .record({ upgrade: some, remove: some, moduleStreams: streams })
    .map(({ upgrade, remove, moduleStreams }) => ({
      companions: { upgrade: upgrade.filter((name) => !remove.includes(name)), remove },
      moduleStreams,
    }));
  const policy = fc.record({ companions: some, removable: some, moduleStreams: streams });
  const alphabets = { isPackageName: () => true, isVersion: () => true };
  const isSound = (input: ScriptInput): boolean => {
    try {
      checkScriptInput(input, alphabets);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(extras, extras, policy, (own, promoted, allowed) => {
      const input = { ...INPUT, ...own };
      fc.pre(isSound(input));
      const carried = carryExtras(input, promoted, allowed);
      expect(isSound(carried)).toBe(true);
      for (const name of carried.companions?.upgrade ?? [])
        expect([...own.companions.upgrade, ...allowed.companions]).toContain(name);
      for (const name of carried.companions?.remove ?? [])
        expect([...own.companions.remove, ...allowed.removable]).toContain(name);
      for (const stream of own.moduleStreams) expect(carried.moduleStreams).toContain(stream);
      expect(carried.targets).toBe(input.targets);
      expect(carryExtras(carried, promoted, allowed)).toEqual(carried);
    }),
  );
});
