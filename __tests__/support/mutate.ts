import { HOSTILE_TEXTS } from './hostile-texts';
import type { Random } from './random';

/** A JSON value, and what JSON.parse never gives but a careless caller might. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values of another type than the one that is expected. */
const OTHER_VALUES: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  0.1,
  '',
  'x',
  [],
  {},
  [[]],
  [null],
  { a: { b: [] } },
  'NotAvailable',
  '2024-02-30T99:99:99Z',
  'Wed May 22 15:40:54.491 UTC 2024',
  Number.MAX_SAFE_INTEGER,
  -0,
];
const CHARACTERS = '\0\n\r\t "\'\\$`|&;<>(){}[]*?~!#%=:+-_./@,^09azAZ\u0085\u00e9\u0131\u2028\u202e\u200b\ufffd\ud83d';

/**
 * Changes a text in up to four places: characters are flipped, dropped, doubled or swapped, pieces are cut out, moved,
 * repeated or taken from another text, hostile texts are put in.
 * @param others texts to take pieces from
 */
export function mutateText(random: Random, text: string, others: readonly string[]): string {
  let result = text;
  for (let times = 1 + random.below(4); times > 0; times--) result = mutateTextOnce(random, result, others);
  return result;
}

function mutateTextOnce(random: Random, text: string, others: readonly string[]): string {
  const at = random.below(text.length + 1);
  const end = Math.min(text.length, at + random.below(40));
  const [head, piece, tail] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  switch (random.below(9)) {
    case 0:
      return head + random.pick(Array.from(CHARACTERS)) + text.slice(at + 1);
    case 1:
      return head + String.fromCharCode(text.charCodeAt(at) ^ (1 << random.below(8))) + text.slice(at + 1);
    case 2:
      return head + random.pick(Array.from(CHARACTERS)) + text.slice(at);
    case 3:
      return head + tail;
    case 4:
      return head + piece + piece + tail;
    case 5:
      return head + piece.repeat(1 + random.below(50)) + tail;
    case 6: {
      const other = random.pick(others);
      const from = random.below(other.length + 1);
      return head + other.slice(from, from + random.below(80)) + text.slice(at);
    }
    case 7:
      return head + random.pick(HOSTILE_TEXTS) + text.slice(at);
    default:
      return tail + piece + head;
  }
}

/**
 * Changes a JSON value in up to four places: members are dropped, doubled, renamed, swapped, given another type or a
 * hostile text, lists grow, texts are changed as {@link mutateText} does. The value itself is left alone.
 */
export function mutateJson(random: Random, value: Json, others: readonly string[]): Json {
  const holder: Json[] = [structuredClone(value)];
  for (let times = 1 + random.below(4); times > 0; times--) mutateMember(random, holder, others);
  return holder[0]!;
}

function mutateMember(random: Random, holder: Json[], others: readonly string[]): void {
  let parent: Json[] | { [key: string]: Json } = holder;
  let key: string | number = 0;
  // Walks down at random, and so reaches every member with some luck.
  for (;;) {
    const child: Json | undefined = read(parent, key);
    if (typeof child !== 'object' || child === null || random.below(5) === 0) break;
    const keys: (string | number)[] = Array.isArray(child) ? child.map((_, index) => index) : Object.keys(child);
    if (keys.length === 0) break;
    parent = child;
    key = random.pick(keys);
  }
  const at = read(parent, key) ?? null;
  switch (random.below(8)) {
    case 0:
      if (Array.isArray(parent) && parent !== holder) parent.splice(Number(key), 1);
      else if (!Array.isArray(parent)) Reflect.deleteProperty(parent, key);
      return;
    case 1:
      write(parent, key, random.pick(OTHER_VALUES));
      return;
    case 2:
      write(parent, key, random.pick(HOSTILE_TEXTS));
      return;
    case 3:
      write(parent, key, random.below(2) === 0 ? [at, at] : { a: at });
      return;
    case 4:
      if (!Array.isArray(parent)) write(parent, random.pick(HOSTILE_TEXTS), at);
      return;
    case 5: {
      const keys: (string | number)[] = Array.isArray(parent) ? [...parent.keys()] : Object.keys(parent);
      write(parent, key, read(parent, random.pick(keys)) ?? null);
      return;
    }
    case 6:
      if (Array.isArray(at) && at.length > 0) for (let left = random.below(1200); left > 0; left--) at.push(at[0]!);
      else
        write(
          parent,
          key,
          JSON.stringify(at)
            .slice(0, 2000)
            .repeat(1 + random.below(200)),
        );
      return;
    default:
      if (typeof at === 'string') write(parent, key, mutateText(random, at, others));
      else if (typeof at === 'number') write(parent, key, at * random.pick([-1, 1e3, 1e-3, 1e300]) + random.below(3));
      else write(parent, key, random.pick(OTHER_VALUES));
  }
}

function read(parent: Json[] | { [key: string]: Json }, key: string | number): Json | undefined {
  return Array.isArray(parent) ? parent[Number(key)] : Object.hasOwn(parent, key) ? parent[key] : undefined;
}

/** Defines the member, so that `__proto__` becomes one like any other, as JSON.parse makes it. */
function write(parent: Json[] | { [key: string]: Json }, key: string | number, value: Json): void {
  const copy = typeof value === 'object' ? structuredClone(value) : value;
  Object.defineProperty(parent, key, { value: copy, enumerable: true, writable: true, configurable: true });
}
