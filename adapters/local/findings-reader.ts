import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { join } from 'node:path';
import { BadInputError } from '../../domain/errors';
import { fileError } from './files';
import { elementLines, lineOfOffset } from './json-lines';

/** One record of a findings file: a JSON value and where it stands. */
export interface FindingsRecord {
  /** The file, as it was named. */
  readonly source: string;
  /** Line on which the record begins, from 1. */
  readonly line: number;
  /** JSON path of the record inside its line or document; empty where it is the whole. */
  readonly path: string;
  readonly value: unknown;
}

/** Something in a findings file that is no record. */
export interface UnreadableRecord {
  readonly source: string;
  readonly line: number;
  readonly path: string;
  readonly message: string;
}

/** A record, or what stands in its place. */
export type FindingsEntry = FindingsRecord | UnreadableRecord;

/** Longest line that is taken; an Inspector event is a few kilobytes. */
const MAX_LINE = 8 * 1024 * 1024;
/** Largest document that is no JSON lines and so has to be read whole. */
const MAX_DOCUMENT = 256 * 1024 * 1024;

/**
 * Lists the files of a findings argument: the file itself, or a directory's `.json` and `.jsonl` files by name.
 * @throws BadInputError where the path does not exist, or the directory has no such file
 */
export async function findingsFiles(path: string): Promise<string[]> {
  const status = await stat(path).catch((error: unknown) => {
    throw new BadInputError(`--findings ${path}: there is no such file or directory`, { cause: error });
  });
  if (!status.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.jsonl?$/.test(name)).sort();
  if (names.length === 0)
    throw new BadInputError(`--findings ${path}: the directory has no .json or .jsonl file`, {
      hint: 'name a file with Inspector2 events (JSON lines) or the output of "aws inspector2 list-findings"',
    });
  return names.map((name) => join(path, name));
}

/**
 * Reads the records of a findings file: EventBridge events or findings as JSON lines (read in constant memory), one
 * JSON document, or `ListFindings` output. What cannot be read is yielded with its line and never stops the rest.
 * @throws GoldenImagesError where the file cannot be opened
 */
export async function* readFindings(file: string): AsyncGenerator<FindingsEntry> {
  let number = 0;
  let seen = false;
  let whole: string[] | undefined;
  let bytes = 0;
  for await (const line of readLines(file)) {
    number++;
    if (typeof line !== 'string') {
      yield { source: file, line: number, path: '', message: line.problem };
      if (line.fatal) return;
      continue;
    }
    if (whole !== undefined) {
      bytes += line.length + 1;
      if (bytes > MAX_DOCUMENT) {
        yield {
          source: file,
          line: 1,
          path: '',
          message: `is one JSON document of over ${MAX_DOCUMENT} bytes; split it, or write JSON lines`,
        };
        return;
      }
      whole.push(line);
      continue;
    }
    if (line.trim() === '') continue;
    const isFirst = !seen;
    seen = true;
    const parsed = parseJson(line);
    if (parsed.ok) yield* expand(file, number, line, parsed.value);
    else if (isFirst) whole = [...Array<string>(number - 1).fill(''), line];
    else yield { source: file, line: number, path: '', message: `is not JSON: ${parsed.message}` };
  }
  if (whole !== undefined) yield* readDocument(file, whole);
}

function* readDocument(file: string, lines: readonly string[]): Generator<FindingsEntry> {
  const text = lines.join('\n');
  const parsed = parseJson(text);
  if (parsed.ok) {
    yield* expand(file, 1, text, parsed.value);
    return;
  }
  // Not one document: JSON lines whose first line is broken, or a document that is cut off.
  const perLine = lines.map((line) => (line.trim() === '' ? undefined : parseJson(line)));
  if (!perLine.some((line) => line?.ok === true && typeof line.value === 'object')) {
    yield { source: file, line: errorLine(text, parsed.message), path: '', message: `is not JSON: ${parsed.message}` };
    return;
  }
  for (const [index, line] of perLine.entries()) {
    if (line === undefined) continue;
    if (line.ok) yield* expand(file, index + 1, lines[index] ?? '', line.value);
    else yield { source: file, line: index + 1, path: '', message: `is not JSON: ${line.message}` };
  }
}

/** Takes the findings out of a `ListFindings` answer or an array; anything else is one record. */
function* expand(source: string, line: number, text: string, document: unknown): Generator<FindingsEntry> {
  const list: unknown[] | undefined = Array.isArray(document) ? document : listOf(document);
  if (list === undefined) {
    yield { source, line, path: '', value: document };
    return;
  }
  const key = Array.isArray(document) ? undefined : 'findings';
  const lines = text.includes('\n') ? elementLines(text, key) : [];
  for (const [index, value] of list.entries())
    yield { source, line: lines[index] ?? line, path: `${key ?? ''}[${index}]`, value };
}

function listOf(value: unknown): unknown[] | undefined {
  if (typeof value !== 'object' || value === null || !('findings' in value)) return undefined;
  return Array.isArray(value.findings) ? value.findings : undefined;
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : 'not JSON' };
  }
}

/** Line of a JSON error: JSON.parse tells a position, or quotes what stands around it, or the text ended too soon. */
function errorLine(text: string, message: string): number {
  const position = /position (?<at>\d+)/.exec(message)?.groups?.['at'];
  if (position !== undefined) return lineOfOffset(text, Number(position));
  const near = /^Unexpected token .*?, (?:\.\.\.)?"(?<near>.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message)?.groups?.[
    'near'
  ];
  if (near === undefined) return lineOfOffset(text, text.length);
  // The quoted text has the error in its middle, or is the whole.
  const start = text.indexOf(near);
  return start === -1 ? 1 : lineOfOffset(text, start + Math.floor(near.length / 2));
}

type Line = string | { readonly problem: string; readonly fatal: boolean };

/** The lines of a text file; a line that is too long is a problem, a file that is no text ends with one. */
async function* readLines(file: string): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let skipping = false;
  let blank = true;
  let first = true;
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
      const text = decode(decoder, chunk as Buffer);
      if (text === undefined || text.includes('\0')) {
        yield { problem: 'is not text: the file is binary, compressed or not UTF-8', fatal: true };
        return;
      }
      blank &&= text.trim() === '';
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) first = false;
      for (const line of lines) {
        if (!skipping) yield line.replace(/\r$/, '');
        skipping = false;
      }
      // A whole document may be one line; then it is the first.
      const limit = first && /^\s*[[{]/.test(rest) ? MAX_DOCUMENT : MAX_LINE;
      if (rest.length <= limit) continue;
      if (!skipping) yield { problem: `is a line of over ${limit} characters`, fatal: false };
      skipping = true;
      rest = '';
    }
  } catch (error) {
    throw fileError(file, 'read', error);
  }
  if (blank) yield { problem: 'is empty', fatal: true };
  if (rest !== '' && !skipping) yield rest;
}

function decode(decoder: TextDecoder, chunk: Buffer): string | undefined {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    return undefined;
  }
}
