import type { z } from 'zod';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { BadInputError } from '../errors';
import type { GoldenImagesConfig } from './config-schema';
import { configKeys } from './config-schema';
import { contradictionsIn } from './contradictions';

/** One thing wrong in the configuration. */
interface ConfigProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** How deep the file may nest; a real one needs six. */
const MAX_DEPTH = 50;

/** A configuration, and where in its file things stand. */
export interface LocatedConfig {
  readonly config: GoldenImagesConfig;
  /** `file:line:column` of a path such as `['images', 0, 'parent']`, or of the nearest thing around it. */
  readonly locate: (path: readonly PropertyKey[]) => string;
}

/**
 * Parses `golden-images.yaml`.
 * @param text the file's text
 * @param file its name, for messages
 * @throws BadInputError that lists every problem as `file:line:column: message`
 */
export function parseConfig(text: string, file: string): GoldenImagesConfig {
  return locateConfig(text, file).config;
}

/** Parses `golden-images.yaml` like {@link parseConfig}, for callers that check more of it. @throws BadInputError alike */
export function locateConfig(text: string, file: string): LocatedConfig {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, merge: false, strict: true });
  const fail = (problems: readonly ConfigProblem[]): never => {
    throw new BadInputError(
      problems.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n'),
      { hint: 'docs/golden-images.schema.json lists every key' },
    );
  };
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0)
    fail(document.errors.map((error) => ({ ...at(error.pos[0]), message: firstLine(error.message) })));
  let tooDeep: number | undefined;
  visit(document, {
    Alias: (_key, node) => {
      tooDeep ??= node.range?.[0] ?? 0;
    },
    Node: (_key, node, path) => {
      if (path.length <= MAX_DEPTH) return undefined;
      tooDeep ??= node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  if (tooDeep !== undefined) fail([{ ...at(tooDeep), message: 'aliases and deep nesting are not taken here' }]);

  const parsed = configKeys.safeParse(document.toJS());
  const position = (path: readonly PropertyKey[]): { line: number; column: number } => {
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = document.getIn(path.slice(0, length), true);
      const range = isNode(node) ? node.range : undefined;
      if (range) return at(range[0]);
    }
    return { line: 1, column: 1 };
  };
  if (!parsed.success) return fail(parsed.error.issues.flatMap((issue) => explain(issue, position, document, at)));

  const contradictions = contradictionsIn(parsed.data);
  if (contradictions.length > 0)
    return fail(
      contradictions.map(({ path, message }) => ({
        ...position(path),
        message: `${formatPath(path)}: ${message}`,
      })),
    );
  return {
    config: parsed.data,
    locate: (path) => {
      const { line, column } = position(path);
      return `${file}:${line}:${column}`;
    },
  };
}

function explain(
  issue: z.core.$ZodIssue,
  position: (path: readonly PropertyKey[]) => { line: number; column: number },
  document: ReturnType<typeof parseDocument>,
  at: (offset: number) => { line: number; column: number },
): ConfigProblem[] {
  const where = issue.path.length === 0 ? 'the file' : formatPath(issue.path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      ...(keyPosition(document, issue.path, key, at) ?? position(issue.path)),
      message: `${where === 'the file' ? '' : `${where}: `}unknown key "${key}"`,
    }));
  return [{ ...position(issue.path), message: `${where}: ${firstLine(issue.message)}` }];
}

/** Position of a key itself, where the issue is about the key and not about its value. */
function keyPosition(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
  key: string,
  at: (offset: number) => { line: number; column: number },
): { line: number; column: number } | undefined {
  const map: unknown = path.length === 0 ? document.contents : document.getIn(path, true);
  if (typeof map !== 'object' || map === null || !('items' in map) || !Array.isArray(map.items)) return undefined;
  for (const pair of map.items as { key?: unknown }[]) {
    if (!isScalar(pair.key) || String(pair.key.value) !== key || !pair.key.range) continue;
    return at(pair.key.range[0]);
  }
  return undefined;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    '',
  );
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/:$/, '');
}

function isNode(value: unknown): value is { range?: [number, number, number] | null } {
  return typeof value === 'object' && value !== null && 'range' in value;
}
