import fc from 'fast-check';
import { toAttributes } from '../../../adapters/aws/attribute-values';
import type { ChangeRecord } from '../../../domain/ports';
import type { TableItem } from '../../../domain/table/items';
import { PATCH_STATES } from '../../../domain/table/patch-item';
import type { StreamPattern } from '../../../domain/table/stream-filters';
import {
  GENERATE_PATCH_FILTERS,
  SIGNAL_REBUILD_FILTERS,
  wakesGeneratePatch,
  wakesSignalRebuild,
} from '../../../domain/table/stream-filters';
import { passesFilter } from '../../support/aws/event-pattern';

const STATES = {
  FINDING: ['OPEN', 'PARKED', 'FIXED', 'RESIDUAL', 'CLOSED'],
  PATCH: PATCH_STATES,
  HEAD: ['IDLE', 'BUSY', 'STOPPED'],
  REPLAN: ['REQUESTED', 'DONE'],
  UNATTRIBUTED: ['OPEN'],
} as const;

/** An item of a type, in one of its states. */
const itemOf = (type: keyof typeof STATES): fc.Arbitrary<TableItem> =>
  fc.record({
    pk: fc.constant('IMAGE#debian-12'),
    sk: fc.constant(type),
    version: fc.nat(9),
    type: fc.constant(type),
    state: fc.constantFrom(...STATES[type]),
    semanticHash: fc.constantFrom('a', 'b'),
  });

const changes: fc.Arbitrary<ChangeRecord> = fc
  .constantFrom(...(Object.keys(STATES) as (keyof typeof STATES)[]))
  .chain((type) => fc.tuple(fc.option(itemOf(type), { nil: undefined }), itemOf(type), fc.boolean()))
  .map(([other, item, isNew]): ChangeRecord => {
    const [oldImage, newImage] = isNew ? [other, item] : [item, other];
    return {
      sequence: '1',
      event: oldImage === undefined ? 'INSERT' : newImage === undefined ? 'REMOVE' : 'MODIFY',
      key: { pk: item.pk, sk: item.sk },
      ...(oldImage !== undefined && { oldImage }),
      ...(newImage !== undefined && { newImage }),
    };
  });

/** Whether Lambda would hand the record over. */
function passes(patterns: readonly StreamPattern[], { event, key, oldImage, newImage }: ChangeRecord): boolean {
  const dynamodb = {
    Keys: { pk: { S: key.pk }, sk: { S: key.sk } },
    ...(oldImage !== undefined && { OldImage: toAttributes(oldImage) }),
    ...(newImage !== undefined && { NewImage: toAttributes(newImage) }),
  };
  const filters = patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) }));
  return passesFilter({ Filters: filters }, { eventName: event, dynamodb });
}

it('signal-rebuild wakes for exactly what its filter lets through', () => {
  fc.assert(
    fc.property(changes, (change) => {
      expect(passes(SIGNAL_REBUILD_FILTERS, change)).toBe(wakesSignalRebuild(change));
    }),
    { numRuns: 2000 },
  );
});

it('generate-patch wakes for what its filter lets through, but a finding that is OPEN as before', () => {
  fc.assert(
    fc.property(changes, (change) => {
      const { oldImage, newImage } = change;
      const isSame =
        [oldImage, newImage].every((image) => image?.['type'] === 'FINDING' && image['state'] === 'OPEN') &&
        oldImage?.['semanticHash'] === newImage?.['semanticHash'];
      expect(wakesGeneratePatch(change)).toBe(passes(GENERATE_PATCH_FILTERS, change) && !isSame);
    }),
    { numRuns: 2000 },
  );
});

it('wakes of both kinds, and records that wake nobody, are among what is tried', () => {
  const tried = fc.sample(changes, { numRuns: 500, seed: 1 });
  for (const wakes of [wakesGeneratePatch, wakesSignalRebuild])
    expect(new Set(tried.map(wakes))).toEqual(new Set([true, false]));
});

it.each([
  ['generate-patch', GENERATE_PATCH_FILTERS],
  ['signal-rebuild', SIGNAL_REBUILD_FILTERS],
])('the filter of %s is within the limits of Lambda', (_name, patterns) => {
  expect(patterns.length).toBeLessThanOrEqual(5);
  for (const pattern of patterns) expect(JSON.stringify(pattern).length).toBeLessThanOrEqual(4096);
});
