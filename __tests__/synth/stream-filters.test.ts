import fc from 'fast-check';
import type { ChangeRecord } from '../../domain/ports';
import { wakesGeneratePatch, wakesSignalRebuild } from '../../domain/table/stream-filters';
import { estateYaml } from './support/estate';
import { only, stackOf, synthesize } from './support/synthesize';

type Attribute = { S: string };
type Images = Partial<Record<'NewImage' | 'OldImage', Record<string, Attribute>>>;
type Pattern = { dynamodb: Partial<Record<'NewImage' | 'OldImage', Record<string, { S: string[] }>>> };

const stack = stackOf(synthesize(estateYaml()), 'patching-test');

/** Filters of a mapping as they are deployed. */
function patternsOf(mapping: string): Pattern[] {
  const { filter } = only(stack, 'aws_lambda_event_source_mapping', mapping)['filter_criteria'] as {
    filter: { pattern: string }[];
  };
  return filter.map(({ pattern }) => JSON.parse(pattern) as Pattern);
}

/** What Lambda does with filters of exact strings: any filter, all of its attributes ("Lambda event filtering"). */
function letsThrough(patterns: readonly Pattern[], images: Images): boolean {
  return patterns.some(({ dynamodb }) =>
    (['NewImage', 'OldImage'] as const).every((which) =>
      Object.entries(dynamodb[which] ?? {}).every(([name, { S }]) => S.includes(images[which]?.[name]?.S ?? '')),
    ),
  );
}

function marshalled(image: Record<string, string> | undefined): Record<string, Attribute> {
  return Object.fromEntries(Object.entries(image ?? {}).map(([name, S]) => [name, { S }]));
}

const image = fc.option(
  fc.record({
    type: fc.constantFrom('FINDING', 'REPLAN', 'PATCH', 'HEAD', 'LAYER', 'UNATTRIBUTED', 'MODEL'),
    state: fc.constantFrom(
      'OPEN',
      'PARKED',
      'FIXED',
      'REQUESTED',
      'DONE',
      'READY',
      'SIGNALED',
      'IDLE',
      'BUSY',
      'STOPPED',
    ),
    semanticHash: fc.constantFrom('a', 'b'),
  }),
  { nil: undefined },
);

it.each([
  ['open-findings', wakesGeneratePatch],
  ['ready-patches', wakesSignalRebuild],
] as const)('the filters of %s let through what the function wakes for', (mapping, wakes) => {
  const patterns = patternsOf(mapping);
  fc.assert(
    fc.property(image, image, (oldImage, newImage) => {
      const record = {
        sequence: '1',
        event: 'MODIFY',
        key: { pk: 'a', sk: 'b' },
        oldImage,
        newImage,
      } as unknown as ChangeRecord;
      const through = letsThrough(patterns, { NewImage: marshalled(newImage), OldImage: marshalled(oldImage) });
      if (wakes(record)) expect(through).toBe(true);
      // A filter cannot compare old and new: of a finding that was OPEN before, the function itself sees to that.
      const isRepeated = [newImage, oldImage].some((one) => one?.type === 'FINDING') && oldImage?.state === 'OPEN';
      if (through && !isRepeated) expect(wakes(record)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

it('they are five, of the five kinds of records that matter', () => {
  const of = (type: string, state: string) => ({ type: { S: [type] }, state: { S: [state] } });
  expect([...patternsOf('open-findings'), ...patternsOf('ready-patches')].map(({ dynamodb }) => dynamodb)).toEqual([
    { NewImage: of('FINDING', 'OPEN') },
    { OldImage: of('FINDING', 'OPEN') },
    { NewImage: of('REPLAN', 'REQUESTED') },
    { NewImage: of('PATCH', 'READY') },
    { NewImage: of('HEAD', 'IDLE') },
  ]);
});
