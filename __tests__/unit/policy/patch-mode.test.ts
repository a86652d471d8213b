import fc from 'fast-check';
import { SEVERITIES } from '../../../domain/finding/severity';
import { MODES } from '../../../domain/policy/policy';
import { patchMode } from '../../../domain/policy/patch-mode';

const BY = { CRITICAL: 'auto', MEDIUM: 'observe' } as const;

describe('the mode of a patch', () => {
  it.each([
    ['no finding', [], 'approve'],
    ['one whose severity has a mode', ['CRITICAL'], 'auto'],
    ['one whose severity has none', ['HIGH'], 'approve'],
    ['the worst of several', ['MEDIUM', 'CRITICAL', 'HIGH'], 'auto'],
    ['the worst of several, which has no mode of its own', ['MEDIUM', 'HIGH'], 'approve'],
    ['less severe ones alone', ['MEDIUM', 'LOW', 'UNTRIAGED'], 'observe'],
  ] as const)('%s', (_what, severities, mode) => {
    expect(patchMode({ mode: 'approve', modeBySeverity: BY }, severities)).toBe(mode);
  });

  it('is told by the worst severity alone: order, repetition and what is less severe never matter', () => {
    const modes = fc.constantFrom(...MODES);
    const bySeverity = fc.dictionary(fc.constantFrom(...SEVERITIES), modes);
    fc.assert(
      fc.property(
        modes,
        bySeverity,
        fc.array(fc.constantFrom(...SEVERITIES), { minLength: 1 }),
        (mode, modeBySeverity, severities) => {
          const worst = Math.max(...severities.map((severity) => SEVERITIES.indexOf(severity)));
          const policy = { mode, modeBySeverity };
          expect(patchMode(policy, severities)).toBe(patchMode(policy, [SEVERITIES[worst]!]));
        },
      ),
    );
  });
});
