/** Keywords that structured output knows (Bedrock user guide, structured-output). */
const KNOWN: ReadonlySet<string> = new Set([
  'type',
  'properties',
  'required',
  'items',
  'description',
  'title',
  'additionalProperties',
  'enum',
  'const',
  'anyOf',
  'allOf',
  'default',
  'minItems',
  '$ref',
  '$defs',
]);

/**
 * What the service says against a schema of structured output: limits, foreign references, and objects that do not
 * forbid further properties (future-agi#412, vercel/ai#17597).
 * @returns undefined where it takes the schema
 */
export function schemaProblem(schema: unknown): string | undefined {
  if (Array.isArray(schema)) return schema.map(schemaProblem).find((problem) => problem !== undefined);
  if (typeof schema !== 'object' || schema === null) return undefined;
  const keywords = schema as Record<string, unknown>;
  const type = typeof keywords['type'] === 'string' ? keywords['type'] : 'any';
  const unknown = Object.keys(keywords).find((keyword) => !KNOWN.has(keyword));
  if (unknown !== undefined) return `For '${type}' type, property '${unknown}' is not supported`;
  if (type === 'object' && keywords['additionalProperties'] !== false)
    return "For 'object' type, 'additionalProperties' must be explicitly set to false";
  if (keywords['minItems'] !== undefined && keywords['minItems'] !== 0 && keywords['minItems'] !== 1)
    return "For 'array' type, 'minItems' values other than 0 or 1 are not supported";
  const reference = keywords['$ref'];
  if (typeof reference === 'string' && !reference.startsWith('#/')) return 'External $ref is not supported';
  const inner = [keywords['items'], keywords['anyOf'], keywords['allOf'], ...valuesOf(keywords['properties'])];
  return schemaProblem([...inner, ...valuesOf(keywords['$defs'])]);
}

function valuesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
