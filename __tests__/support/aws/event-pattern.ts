/** A JSON value of an event. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** The filter of an event source mapping, in the form of the Lambda API and of Terraform. */
export interface FilterCriteria {
  /** A record passes where one of the patterns matches it. Empty: every record passes. */
  readonly Filters: readonly { readonly Pattern: string }[];
}

/** Longest pattern of an event source mapping, in characters (Lambda API, Filter), and how many there may be. */
const PATTERN_LIMIT = 4096;
const FILTERS_LIMIT = 5;

/**
 * Whether a record passes the filter of an event source mapping.
 * @throws Error where Lambda would refuse the filter
 */
export function passesFilter(criteria: FilterCriteria | undefined, record: unknown): boolean {
  const filters = criteria?.Filters ?? [];
  if (filters.length > FILTERS_LIMIT) throw new Error(`${filters.length} filters are more than ${FILTERS_LIMIT}`);
  const patterns = filters.map(({ Pattern: pattern }) => {
    if (pattern.length > PATTERN_LIMIT) throw new Error(`a pattern has more than ${PATTERN_LIMIT} characters`);
    return JSON.parse(pattern) as Json;
  });
  return patterns.length === 0 || patterns.some((pattern) => matchesPattern(pattern, record));
}

/**
 * Whether an EventBridge pattern matches an event (EventBridge user guide, "Comparison operators"; Lambda guide, "Filter
 * rule syntax"): AND across keys, OR within an array, `$or` across keys; an event's array matches where one of its elements
 * does. `cidr` is not known here.
 * @throws Error where the pattern is malformed, or has an operator that is not known
 */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  if (!isObject(pattern) || Object.keys(pattern).length === 0) throw new Error('a pattern is an object with keys');
  const at = isObject(event) ? event : {};
  // Every part is looked at, so that a malformed one is found whatever the event is.
  const parts = Object.entries(pattern).map(([key, wanted]) => {
    if (key === '$or') return matchesOneOf(wanted, at);
    return matchesField(wanted, Object.hasOwn(at, key) ? at[key] : undefined);
  });
  return parts.every((matches) => matches);
}

function matchesOneOf(patterns: unknown, event: Readonly<Record<string, unknown>>): boolean {
  if (!Array.isArray(patterns) || patterns.length < 2) throw new Error('$or is an array of two patterns or more');
  return patterns.map((pattern) => matchesPattern(pattern, event)).some((matches) => matches);
}

function matchesField(wanted: unknown, value: unknown): boolean {
  if (isObject(wanted)) {
    // Of an array of objects one must match as a whole.
    if (Array.isArray(value)) return value.map((one) => matchesPattern(wanted, one)).some((matches) => matches);
    return matchesPattern(wanted, value);
  }
  if (!Array.isArray(wanted)) throw new Error(`${JSON.stringify(wanted)} must be an array or an object`);
  if (wanted.length === 0) throw new Error('an empty array matches nothing');
  const values = leaves(value);
  return wanted.map((matcher) => matchesLeaf(matcher, values)).some((matches) => matches);
}

/** The values of a leaf: an array's elements; none where the field is absent, or no leaf but an object. */
function leaves(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(leaves);
  return value === undefined || isObject(value) ? [] : [value];
}

function matchesLeaf(matcher: unknown, values: readonly unknown[]): boolean {
  if (!isObject(matcher)) return values.some((value) => value === matcher);
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(matcher);
  if (more.length > 0) throw new Error(`${JSON.stringify(matcher)} has more than one operator`);
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw new Error('exists is true or false');
    return operand === values.length > 0;
  }
  const test = testOf(operator, operand);
  return values.some(test);
}

/** Test of one value by an operator. */
function testOf(operator: string, operand: unknown): (value: unknown) => boolean {
  switch (operator) {
    case 'prefix':
      return textTest(operand, (value, text) => value.startsWith(text));
    case 'suffix':
      return textTest(operand, (value, text) => value.endsWith(text));
    case 'equals-ignore-case':
      return textTest({ 'equals-ignore-case': operand }, (value, text) => value === text);
    case 'wildcard':
      return wildcardTest(operand);
    case 'numeric':
      return numericTest(operand);
    case 'anything-but':
      return anythingBut(operand);
    default:
      throw new Error(`the operator ${JSON.stringify(operator)} is not known`);
  }
}

function textTest(operand: unknown, test: (value: string, text: string) => boolean): (value: unknown) => boolean {
  const folded = isObject(operand) ? operand['equals-ignore-case'] : undefined;
  const text = folded ?? operand;
  if (typeof text !== 'string') throw new Error(`${JSON.stringify(operand)} is no text`);
  if (folded === undefined) return (value) => typeof value === 'string' && test(value, text);
  return (value) => typeof value === 'string' && test(value.toLowerCase(), text.toLowerCase());
}

function wildcardTest(operand: unknown): (value: unknown) => boolean {
  if (typeof operand !== 'string' || operand.includes('**')) throw new Error('wildcard is a text, without **');
  const parts = operand.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${parts.join('[^]*')}$`, 'u');
  return (value) => typeof value === 'string' && expression.test(value);
}

const COMPARISONS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** Numbers only: a DynamoDB attribute's `N` is a text, and so never matches (Lambda guide, with-ddb-filtering). */
function numericTest(operand: unknown): (value: unknown) => boolean {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4))
    throw new Error('numeric is one comparison or two');
  const tests = operand.flatMap((name: unknown, index) => {
    if (index % 2 === 1) return [];
    const compare = COMPARISONS[String(name)];
    const limit: unknown = operand[index + 1];
    if (compare === undefined || typeof limit !== 'number') throw new Error(`${JSON.stringify(operand)} is no range`);
    return [(value: number): boolean => compare(value, limit)];
  });
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function anythingBut(operand: unknown): (value: unknown) => boolean {
  if (isObject(operand)) {
    const [[operator, unwanted] = ['', undefined]] = Object.entries(operand);
    const texts = Array.isArray(unwanted) ? unwanted : [unwanted];
    const tests = texts.map((text) => testOf(operator, text));
    return (value) => !tests.some((test) => test(value));
  }
  const unwanted: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  return (value) => !unwanted.includes(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
