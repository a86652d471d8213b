import type { z } from 'zod';

/** Something in a record that cannot be used: where, and what is wrong. */
export interface RecordProblem {
  /** JSON path inside the record, e.g. `detail.resources[0].id`; empty for the record itself. */
  readonly path: string;
  readonly message: string;
}

/** Makes problems of a schema's issues, below the JSON path `at`. */
export function problemsOf(error: z.ZodError, at: string): RecordProblem[] {
  return error.issues.map((issue) => ({ path: joinPath(at, jsonPath(issue.path)), message: issue.message }));
}

/** Joins two JSON paths, either of which may be empty. */
export function joinPath(left: string, right: string): string {
  if (left === '') return right;
  return right === '' || right.startsWith('[') ? left + right : `${left}.${right}`;
}

/** A value from outside as a message shows it, in at most 80 characters. A list or object may be of any size and depth. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  return JSON.stringify(typeof value === 'string' ? value.slice(0, 80) : value).slice(0, 80);
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : joinPath(text, String(part))),
    '',
  );
}
