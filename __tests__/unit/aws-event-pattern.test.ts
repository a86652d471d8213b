import { matchesPattern, passesFilter } from '../support/aws/event-pattern';

const inspector = {
  source: 'aws.inspector2',
  'detail-type': 'Inspector2 Finding',
  detail: {
    severity: 'HIGH',
    status: 'ACTIVE',
    score: 7.5,
    title: '',
    note: null,
    resources: [
      { type: 'AWS_ECR_CONTAINER_IMAGE', details: { tags: ['stable', '1.0'] } },
      { type: 'AWS_EC2_INSTANCE', details: { tags: [] } },
    ],
  },
};

describe('patterns of EventBridge, by the examples of its guide', () => {
  test.each<[string, object, boolean]>([
    ['one of several values', { detail: { severity: ['CRITICAL', 'HIGH'] } }, true],
    ['none of the values', { detail: { severity: ['LOW'] } }, false],
    ['exact, and not a part or another case', { detail: { severity: ['high', 'HIG'] } }, false],
    ['two keys, both of which match', { source: ['aws.inspector2'], detail: { status: ['ACTIVE'] } }, true],
    ['two keys, one of which does not', { source: ['aws.ssm'], detail: { status: ['ACTIVE'] } }, false],
    ['a key that the event has not', { detail: { region: ['eu-central-1'] } }, false],
    ['null', { detail: { note: [null] } }, true],
    ['null, where the key is absent', { detail: { region: [null] } }, false],
    ['the empty text', { detail: { title: [''] } }, true],
    ['a number', { detail: { score: [7.5] } }, true],
    ['a number as a text', { detail: { score: ['7.5'] } }, false],
    ['prefix', { source: [{ prefix: 'aws.' }] }, true],
    ['prefix of another', { source: [{ prefix: 'inspector' }] }, false],
    ['prefix in any case', { source: [{ prefix: { 'equals-ignore-case': 'AWS.' } }] }, true],
    ['suffix', { source: [{ suffix: '2' }] }, true],
    ['equal in any case', { detail: { severity: [{ 'equals-ignore-case': 'high' }] } }, true],
    ['wildcard', { source: [{ wildcard: 'aws.*tor2' }] }, true],
    ['wildcard, whose dot is a dot', { source: [{ wildcard: 'aws*.2' }] }, false],
    ['numeric range', { detail: { score: [{ numeric: ['>', 0, '<=', 7.5] }] } }, true],
    ['numeric range beside it', { detail: { score: [{ numeric: ['>', 7.5] }] } }, false],
    ['anything-but', { detail: { severity: [{ 'anything-but': 'LOW' }] } }, true],
    ['anything-but a list', { detail: { severity: [{ 'anything-but': ['LOW', 'HIGH'] }] } }, false],
    ['anything-but, where the key is absent', { detail: { region: [{ 'anything-but': 'x' }] } }, false],
    ['anything-but a prefix', { source: [{ 'anything-but': { prefix: 'aws.' } }] }, false],
    ['anything-but a suffix', { source: [{ 'anything-but': { suffix: '.png' } }] }, true],
    ['exists', { detail: { severity: [{ exists: true }] } }, true],
    ['exists, and is null', { detail: { note: [{ exists: true }] } }, true],
    ['exists not', { detail: { region: [{ exists: false }] } }, true],
    ['exists not, but it does', { detail: { severity: [{ exists: false }] } }, false],
    ['exists on what is no leaf', { detail: [{ exists: true }] }, false],
    ['a field within an array', { detail: { resources: { type: ['AWS_ECR_CONTAINER_IMAGE'] } } }, true],
    ['an array of values', { detail: { resources: { details: { tags: ['1.0'] } } } }, true],
    [
      'two fields that no element of an array has together',
      { detail: { resources: { type: ['AWS_EC2_INSTANCE'], details: { tags: ['stable'] } } } },
      false,
    ],
    ['$or, one of which matches', { $or: [{ source: ['aws.ssm'] }, { detail: { status: ['ACTIVE'] } }] }, true],
    ['$or, none of which matches', { $or: [{ source: ['aws.ssm'] }, { detail: { status: ['CLOSED'] } }] }, false],
    ['$or and another key', { source: ['aws.ssm'], $or: [{ a: [1] }, { detail: { status: ['ACTIVE'] } }] }, false],
  ])('%s', (_what, pattern, matches) => {
    expect(matchesPattern(pattern, inspector)).toBe(matches);
  });

  test.each([
    ['a value that is no array', { source: 'aws.ssm' }],
    ['an empty array', { source: [] }],
    ['an empty pattern', {}],
    ['an unknown operator', { source: [{ contains: 'x' }] }],
    ['two operators in one', { source: [{ prefix: 'a', suffix: 'b' }] }],
    ['exists that is a text', { source: [{ exists: 'true' }] }],
    ['numeric that is no range', { source: [{ numeric: ['>', '0'] }] }],
    ['$or of one', { $or: [{ source: ['a'] }] }],
  ])('%s is refused, whatever the event is', (_what, pattern) => {
    expect(() => matchesPattern(pattern, {})).toThrow(Error);
    expect(() => matchesPattern({ absent: ['x'], more: pattern }, inspector)).toThrow(Error);
  });
});

describe('filters of an event source mapping', () => {
  const filters = (...patterns: object[]) => ({ Filters: patterns.map((one) => ({ Pattern: JSON.stringify(one) })) });
  const record = (state: string, was?: string) => ({
    eventName: was === undefined ? 'INSERT' : 'MODIFY',
    dynamodb: {
      Keys: { pk: { S: 'IMAGE#a' }, sk: { S: 'HEAD' } },
      NewImage: { type: { S: 'HEAD' }, state: { S: state }, version: { N: '3' } },
      ...(was !== undefined && { OldImage: { state: { S: was } } }),
    },
  });

  test('no filter lets everything through, several let through what one of them does', () => {
    expect(passesFilter(undefined, record('IDLE'))).toBe(true);
    expect(passesFilter({ Filters: [] }, record('IDLE'))).toBe(true);
    const idle = { dynamodb: { NewImage: { type: { S: ['HEAD'] }, state: { S: ['IDLE'] } } } };
    const ready = { dynamodb: { NewImage: { type: { S: ['PATCH'] }, state: { S: ['READY'] } } } };
    expect(passesFilter(filters(ready, idle), record('IDLE'))).toBe(true);
    expect(passesFilter(filters(ready, idle), record('BUSY'))).toBe(false);
  });

  test('the type of an attribute is its last leaf: exists works there, and numeric never', () => {
    const exists = (path: object) => passesFilter(filters({ dynamodb: path }), record('IDLE'));
    expect(exists({ NewImage: { state: { S: [{ exists: true }] } } })).toBe(true);
    expect(exists({ NewImage: { state: [{ exists: true }] } })).toBe(false);
    expect(exists({ OldImage: { state: { S: [{ exists: false }] } } })).toBe(true);
    expect(exists({ NewImage: { version: { N: [{ numeric: ['=', 3] }] } } })).toBe(false);
    expect(exists({ NewImage: { version: { N: ['3'] } } })).toBe(true);
  });

  test('the kind of change, and what was before', () => {
    const became = { eventName: ['MODIFY'], dynamodb: { OldImage: { state: { S: [{ 'anything-but': 'IDLE' }] } } } };
    expect(passesFilter(filters(became), record('IDLE', 'BUSY'))).toBe(true);
    expect(passesFilter(filters(became), record('IDLE', 'IDLE'))).toBe(false);
    expect(passesFilter(filters(became), record('IDLE'))).toBe(false);
  });

  test('what Lambda refuses is refused: a sixth pattern, a long one, one that is no JSON', () => {
    const any = { eventName: [{ exists: true }] };
    expect(() => passesFilter(filters(any, any, any, any, any, any), {})).toThrow(/6 filters/);
    expect(() => passesFilter(filters({ a: ['x'.repeat(4090)] }), {})).toThrow(/4096 characters/);
    expect(() => passesFilter({ Filters: [{ Pattern: '{' }] }, {})).toThrow(SyntaxError);
  });
});
