import fc from 'fast-check';
import { fromAttributes, toAttributes } from '../../adapters/aws/attribute-values';
import { toChangeRecord } from '../../adapters/aws/stream-record';
import { BadInputError } from '../../domain/errors';

const item = (more: Record<string, unknown>) => ({ pk: 'p', sk: 's', version: 1, ...more });

test('every JSON item comes back as it was, keys that name a prototype too', () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom('__proto__', '___proto__', 'constructor', 'toJSON', 'hasOwnProperty'),
  );
  const number = fc
    .oneof(fc.double({ noNaN: true, noDefaultInfinity: true, min: -9e125, max: 9e125 }), fc.integer())
    .map((value) => (Math.abs(value) < 1e-130 ? 0 : value));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.array(fc.tuple(name, tie('value'))).map((entries) => Object.fromEntries(entries) as unknown),
    ),
  }));
  fc.assert(
    fc.property(value, (any) => {
      const attributes = toAttributes(item({ any }));
      // Over the wire, and as an object that was made by assigning, as the SDK makes it.
      const assigned: typeof attributes = {};
      for (const [key, one] of Object.entries(JSON.parse(JSON.stringify(attributes)) as typeof attributes))
        assigned[key] = one;
      expect(JSON.stringify(fromAttributes(assigned))).toBe(JSON.stringify(item({ any })));
    }),
  );
});

test('values have the types of DynamoDB', () => {
  expect(toAttributes(item({ s: '', n: 1e21, z: -0, b: false, u: null, l: [1, []], m: { a: {} } }))).toStrictEqual({
    ...{ pk: { S: 'p' }, sk: { S: 's' }, version: { N: '1' } },
    ...{ s: { S: '' }, n: { N: '1e+21' }, z: { N: '0' }, b: { BOOL: false }, u: { NULL: true } },
    ...{ l: { L: [{ N: '1' }, { L: [] }] }, m: { M: { a: { M: {} } } } },
  });
});

test.each([1e126, -1e300, 1e-131, -5e-324])('%p is out of the range of DynamoDB', (value) => {
  expect(() => toAttributes(item({ list: [value] }))).toThrow(BadInputError);
});

test('attributes that somebody else wrote, and that are no JSON, are refused', () => {
  expect(() => fromAttributes({ pk: { S: 'p' }, set: { SS: ['a'] } })).toThrow(/type SS is no JSON value/);
  expect(() => fromAttributes({ pk: { S: 'p' }, bytes: { B: new Uint8Array() } })).toThrow(BadInputError);
});

describe('a record of the stream', () => {
  const record = {
    eventName: 'MODIFY',
    dynamodb: {
      SequenceNumber: '100000000000000000001',
      Keys: { pk: { S: 'p' }, sk: { S: 's' } },
      OldImage: toAttributes(item({ state: 'IDLE' })),
      NewImage: toAttributes({ ...item({ state: 'BUSY' }), version: 2 }),
    },
  };

  test('is a change, with the item before and after', () => {
    expect(toChangeRecord(record)).toStrictEqual({
      ...{ sequence: '100000000000000000001', event: 'MODIFY', key: { pk: 'p', sk: 's' } },
      ...{ oldImage: item({ state: 'IDLE' }), newImage: { ...item({ state: 'BUSY' }), version: 2 } },
    });
  });

  test.each<[string, object]>([
    ['without an event name', { ...record, eventName: undefined }],
    ['of an unknown event', { ...record, eventName: 'UPSERT' }],
    ['without its part of DynamoDB', { eventName: 'INSERT' }],
    ['without a sequence number', { ...record, dynamodb: { ...record.dynamodb, SequenceNumber: undefined } }],
    ['without a sort key', { ...record, dynamodb: { ...record.dynamodb, Keys: { pk: { S: 'p' } } } }],
    [
      'whose key is a number',
      { ...record, dynamodb: { ...record.dynamodb, Keys: { pk: { N: '1' }, sk: { S: 's' } } } },
    ],
  ])('%s is refused', (_what, bad) => {
    expect(() => toChangeRecord(bad)).toThrow(BadInputError);
  });
});
