import { DEFAULT_POLICY } from '../../../domain/policy/policy';
import type { Policy } from '../../../domain/policy/policy';
import type { OutlookContext } from '../../../domain/table/open-outlook';
import { noPatchBecause } from '../../../domain/table/open-outlook';
import type { PatchItem } from '../../../domain/table/patch-item';
import { makeItem, makePatch, makeTarget } from './samples';

const outlook = (patches: PatchItem[], policy: Partial<Policy> = {}, head?: OutlookContext['head']) =>
  noPatchBecause(makeItem(), { head, patches, policy: { ...DEFAULT_POLICY, ...policy } });
const PLAN =
  'the same plan is not written again until it changes (another finding, a higher floor, another policy), or until "golden-images retry".';

describe('an open finding', () => {
  it.each<[string, PatchItem[]]>([
    ['there is no patch yet', []],
    ['one is on its way', [makePatch({ state: 'BUILDING' })]],
    ['one waits for approval', [makePatch({ state: 'AWAITING_APPROVAL' })]],
    ['an approval came too late', [makePatch({ state: 'EXPIRED' })]],
    ['an attempt has failed, and another comes', [makePatch({ state: 'FAILED', reason: 'script' })]],
    ['a person has let it start over', [makePatch({ state: 'SUPERSEDED', reason: 'retry' })]],
    [
      'another plan followed the rejected one',
      [makePatch({ state: 'REJECTED', planHash: 'old' }), makePatch({ sequence: 2, state: 'READY', planHash: 'new' })],
    ],
    [
      'what was rejected is about something else',
      [makePatch({ state: 'REJECTED', targets: [makeTarget({ package: 'krb5' })] })],
    ],
    ['what was rejected is a rebuild', [makePatch({ state: 'REJECTED', rebuild: true })]],
  ])('is to be fixed by the next patch where %s', (_when, patches) => {
    expect(outlook(patches)).toBeUndefined();
  });

  it.each<[PatchItem['state'], string | undefined, string]>([
    ['REJECTED', 'rejected', `Patch 1, which was to fix it, was rejected: ${PLAN}`],
    ['ROLLED_BACK', 'rolled-back', `Patch 1, which was to fix it, was rolled back: ${PLAN}`],
    [
      'HELD',
      'worse',
      'Patch 1, which was to fix it, was held (worse): the same plan is not written again until it changes (another finding, a higher floor, another policy), the reason passes, or until "golden-images retry".',
    ],
  ])('is not where its patch is %s', (state, reason, text) => {
    expect(outlook([makePatch({ state, ...(reason !== undefined && { reason }) })])).toBe(text);
  });

  it('is not where its patch has failed as often as policy allows, also where not all vulnerabilities are listed', () => {
    const targets = [makeTarget({ vulnerabilities: ['CVE-9'], omitted: 1 })];
    const failed = [1, 2, 3].map((sequence) => makePatch({ sequence, state: 'FAILED', reason: 'script', targets }));
    expect(outlook(failed, { maximumAttempts: 3 })).toBe(
      `Patch 3, which was to fix it, has failed as often as policy allows (3): ${PLAN}`,
    );
  });

  it('is not where the image is stopped', () => {
    expect(outlook([], {}, { state: 'STOPPED', failures: 3 })).toBe(
      'No patch is built: the image is stopped after 3 failed builds in a row, until "golden-images retry".',
    );
  });

  it('is not in mode observe, unless a worse finding would have the patch built', () => {
    expect(outlook([], { mode: 'observe' })).toBe('No patch is built in mode observe.');
    expect(outlook([makePatch({ state: 'OBSERVED' })], { mode: 'observe' })).toBe(
      'No patch is built in mode observe: patch 1, which has it, is recorded only.',
    );
    const mixed = { mode: 'observe', modeBySeverity: { CRITICAL: 'auto' } } as const;
    expect(outlook([], mixed)).toBeUndefined();
    expect(outlook([makePatch({ state: 'OBSERVED' })], mixed)).toContain('recorded only');
    expect(outlook([], { mode: 'observe', modeBySeverity: { LOW: 'auto' } })).toBe(
      'No patch is built in mode observe.',
    );
  });
});
