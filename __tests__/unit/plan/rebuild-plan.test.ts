import { rebuildPlan } from '../../../domain/plan/rebuild-plan';
import { wantedPlan } from '../../../domain/plan/wanted-plan';
import type { PatchState } from '../../../domain/table/patch-item';
import { makeImage, makeItem, makePatch, makeTarget, NOW } from '../table/samples';

const image = makeImage();
const open = makeItem();
const none = { findings: [], patches: [], promoted: undefined, sequence: 1, now: NOW };

it('takes what is open along', () => {
  const plan = rebuildPlan(image, { ...none, findings: [open] });
  expect(plan).toMatchObject({ ecosystem: 'apt', targets: [makeTarget()], mode: 'auto' });
});

it('keeps what the promoted patch has fixed, where nothing is open', () => {
  const promoted = makePatch({ state: 'PROMOTED', targets: [makeTarget({ package: 'krb5' })] });
  expect(rebuildPlan(image, { ...none, promoted })?.targets).toEqual([makeTarget({ package: 'krb5' })]);
});

it('has no target where there is nothing to keep, and the package manager of the platform, wherever that is told', () => {
  const inParent = makePatch({
    state: 'PROMOTED',
    ecosystem: 'apk',
    outcomes: [{ package: 'glibc', result: 'already-fixed', binaries: [], inParent: true }],
  });
  const closed = makeItem({ state: 'CLOSED' });
  const of = (...args: Parameters<typeof rebuildPlan>) => {
    const { ecosystem, targets } = rebuildPlan(...args) ?? {};
    return [ecosystem, targets];
  };
  expect(of(makeImage({ ecosystem: 'dnf' }), none)).toEqual(['dnf', []]);
  expect(of(makeImage({ platform: { distribution: 'alpine', version: '3.19' } }), none)).toEqual(['apk', []]);
  expect(of(image, { ...none, findings: [closed] })).toEqual(['apt', []]);
  expect(of(image, { ...none, promoted: inParent })).toEqual(['apk', []]);
});

it('needs no package manager where there is no target: nobody has looked at a new image yet', () => {
  const plan = rebuildPlan(image, none);
  expect(plan?.targets).toEqual([]);
  expect(plan).not.toHaveProperty('ecosystem');
});

it('is none where somebody has looked, and there is nothing to upgrade packages with', () => {
  expect(rebuildPlan(makeImage({ base: { managers: [], distroless: true } }), none)).toBeUndefined();
});

it.each<[PatchState, string | undefined]>([
  ['REJECTED', 'rejected'],
  ['ROLLED_BACK', 'rollback'],
  ['HELD', 'worse'],
])('leaves a plan out that was %s: to build an image again must not do what was refused', (state, reason) => {
  const planHash = wantedPlan(image, [open], undefined)!.planHash;
  const refused = makePatch({ state, planHash, ...(reason !== undefined && { reason }) });
  expect(rebuildPlan(image, { ...none, findings: [open], patches: [refused] })?.targets).toEqual([]);
  const other = makePatch({ state, ...(reason !== undefined && { reason }) });
  expect(rebuildPlan(image, { ...none, findings: [open], patches: [other] })?.targets).toEqual([makeTarget()]);
});

it('does what was held for breaking the contract where another contract is accepted', () => {
  const planHash = wantedPlan(image, [open], undefined)!.planHash;
  const targets = (reason: string) => {
    const patches = [makePatch({ state: 'HELD', planHash, reason })];
    return rebuildPlan(image, { ...none, findings: [open], patches, acceptsContract: true })?.targets;
  };
  expect(targets('contract-broken')).toEqual([makeTarget()]);
  expect(targets('worse')).toEqual([]);
});

it('is never the same as another rebuild, nor as the patch', () => {
  const hash = (sequence: number) => rebuildPlan(image, { ...none, findings: [open], sequence })?.planHash;
  const hashes = [hash(1), hash(2), hash(3), wantedPlan(image, [open], undefined)?.planHash];
  expect(new Set(hashes).size).toBe(4);
  expect(hash(2)).toBe(hashes[1]);
});
