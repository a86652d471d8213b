import fc from 'fast-check';
import type { ChangeRecord } from '../../domain/ports';
import { wakesGeneratePatch, wakesSignalRebuild } from '../../domain/table/stream-filters';
import { estateYaml } from './support/estate';
import { only, stackOf, synthesize } from './support/synthesize';

type Attribute = { S: string };
type Pattern = { dynamodb: { NewImage: Record<string, { S: string[] }> } };

const stack = stackOf(synthesize(estateYaml()), 'patching-test');

/** Filters of a mapping as they are deployed. */
function patternsOf(mapping: string): Pattern[] {
  const { filter } = only(stack, 'aws_lambda_event_source_mapping', mapping)['filter_criteria'] as {
    filter: { pattern: string }[];
  };
  return filter.map(({ pattern }) => JSON.parse(pattern) as Pattern);
}

/** What Lambda does with filters of exact strings: any filter, all of its attributes ("Lambda event filtering"). */
function letsThrough(patterns: readonly Pattern[], newImage: Record<string, Attribute> | undefined): boolean {
  return patterns.some(({ dynamodb }) =>
    Object.entries(dynamodb.NewImage).every(([name, { S }]) => S.includes(newImage?.[name]?.S ?? '')),
  );
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
      const attributes = newImage && Object.fromEntries(Object.entries(newImage).map(([name, S]) => [name, { S }]));
      const through = letsThrough(patterns, attributes);
      if (wakes(record)) expect(through).toBe(true);
      // A filter cannot compare old and new: of a finding that was OPEN before, the function itself sees to that.
      const isRepeated = newImage?.type === 'FINDING' && oldImage?.state === 'OPEN';
      if (through && !isRepeated) expect(wakes(record)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

it('they are four, of the four kinds of records that matter', () => {
  expect(
    [...patternsOf('open-findings'), ...patternsOf('ready-patches')].map(({ dynamodb }) => dynamodb.NewImage),
  ).toEqual([
    { type: { S: ['FINDING'] }, state: { S: ['OPEN'] } },
    { type: { S: ['REPLAN'] }, state: { S: ['REQUESTED'] } },
    { type: { S: ['PATCH'] }, state: { S: ['READY'] } },
    { type: { S: ['HEAD'] }, state: { S: ['IDLE'] } },
  ]);
});
