import { REPLY_TOOL, replyContract, replyJsonSchema } from '../../../domain/author/reply-contract';

/** Every schema within a schema, with where it stands. */
function schemasIn(schema: Record<string, unknown>, path = ''): [string, Record<string, unknown>][] {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>);
  const items = schema['items'] as Record<string, unknown> | undefined;
  return [
    [path, schema],
    ...properties.flatMap(([name, inner]) => schemasIn(inner, `${path}/${name}`)),
    ...(items === undefined ? [] : schemasIn(items, `${path}[]`)),
  ];
}

const KNOWN_PATHS = ['', '/commands', '/commands[]', '/notFixable', '/notFixable[]', '/notFixable[]/package'].concat([
  '/notFixable[]/reason',
  '/explanation',
]);

it('has the three properties, whose schemas are what the issue names', () => {
  expect(schemasIn(replyJsonSchema()).map(([path, { type }]) => [path, type])).toEqual([
    ['', 'object'],
    ['/commands', 'array'],
    ['/commands[]', 'string'],
    ['/notFixable', 'array'],
    ['/notFixable[]', 'object'],
    ['/notFixable[]/package', 'string'],
    ['/notFixable[]/reason', 'string'],
    ['/explanation', 'string'],
  ]);
});

it('is the same bytes every time, and nobody can change it for the next', () => {
  const first = replyJsonSchema();
  const bytes = JSON.stringify(first);
  (first['properties'] as Record<string, unknown>)['commands'] = 'changed';
  expect(JSON.stringify(replyJsonSchema())).toBe(bytes);
});

it.each(KNOWN_PATHS)('%s has only keywords that every model family takes', (path) => {
  const schema = Object.fromEntries(schemasIn(replyJsonSchema()))[path] ?? {};
  const taken = ['type', 'properties', 'required', 'items', 'description', 'additionalProperties'];
  expect(Object.keys(schema).filter((keyword) => !taken.includes(keyword))).toEqual([]);
});

it('every object is closed, and requires each of its properties', () => {
  const objects = schemasIn(replyJsonSchema()).filter(([, { type }]) => type === 'object');
  expect(objects.map(([path]) => path)).toEqual(['', '/notFixable[]']);
  for (const [, schema] of objects) {
    expect(schema['additionalProperties']).toBe(false);
    expect(schema['required']).toEqual(Object.keys(schema['properties'] as object));
  }
});

it('names the properties of the contract in the order of the contract', () => {
  expect(Object.keys(replyJsonSchema()['properties'] as object)).toEqual(Object.keys(replyContract.shape));
});

it('what a model reads of it is one line of plain ASCII each, and the tool has a name that Converse takes', () => {
  const told = schemasIn(replyJsonSchema()).flatMap(([, { description }]) => (description as string | undefined) ?? []);
  expect(told).toHaveLength(3);
  for (const line of told) expect(line).toMatch(/^[\x20-\x7e]{20,}$/);
  expect(REPLY_TOOL).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
});
