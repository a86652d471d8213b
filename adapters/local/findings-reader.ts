import { open, readdir, stat } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { join } from 'node:path';
import { BadInputError } from '../../domain/errors';
import { makeDocumentCheck } from './document-check';
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

/** Bytes that are read at once. */
const PIECE = 256 * 1024;
/** Longest line that is taken; an Inspector event is a few kilobytes. */
const MAX_LINE = 8 * 1024 * 1024;
/** Largest document that is no JSON lines and so has to be read whole. */
const MAX_DOCUMENT = 256 * 1024 * 1024;

/**
 * Lists the files of a findings argument: the file itself, or a directory's `.json`, `.jsonl` and `.scan` files by name.
 * @throws BadInputError where the path does not exist, or the directory has no such file
 */
export async function findingsFiles(path: string): Promise<string[]> {
  const status = await stat(path).catch((error: unknown) => {
    throw new BadInputError(`--findings ${path}: there is no such file or directory`, { cause: error });
  });
  if (!status.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => /\.(?:jsonl?|scan)$/.test(name)).sort();
  if (names.length === 0)
    throw new BadInputError(`--findings ${path}: the directory has no .json, .jsonl or .scan file`, {
      hint: 'name a file with Inspector2 events (JSON lines), "aws inspector2 list-findings" or "trivy image --format json" output, or an Inspector CycloneDX scan',
    });
  return names.map((name) => join(path, name));
}

/**
 * Reads the records of a findings file: EventBridge events or findings as JSON lines (read in constant memory), one
 * JSON document (an event, or a whole scan result, which is one record), or `ListFindings` output. What cannot be read is yielded with its line and never stops the rest.
 * @throws GoldenImagesError where the file cannot be opened
 */
export async function* readFindings(file: string): AsyncGenerator<FindingsEntry> {
  let number = 0;
  let bytes = 0;
  // The first line that is not blank decides: where it is no JSON, it may begin a document of several lines.
  let mode: 'first' | 'lines' | 'document' | 'broken-document' = 'first';
  let whole: string[] = [];
  let mayBeDocument = makeDocumentCheck();
  for await (const line of readLines(file)) {
    number++;
    if (typeof line !== 'string') {
      yield { source: file, line: number, path: '', message: line.problem };
      if (line.fatal) return;
      continue;
    }
    if (mode !== 'document') {
      if (line.trim() === '') continue;
      const parsed = parseJson(line);
      if (parsed.ok && (mode !== 'broken-document' || isContainer(parsed.value))) {
        mode = 'lines';
        yield* expand(file, number, line, parsed.value);
      } else if (mode === 'lines' && !parsed.ok) {
        yield { source: file, line: number, path: '', message: `is not JSON: ${parsed.message}` };
      }
      if (mode !== 'first') continue;
      mode = 'document';
      mayBeDocument = makeDocumentCheck();
      whole = Array<string>(number - 1).fill('');
    }
    whole.push(line);
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
    if (mayBeDocument(line)) continue;
    mode = whole.some(isRecord) ? 'lines' : 'broken-document';
    yield* readDocument(file, whole);
    whole = [];
  }
  if (mode === 'document') yield* readDocument(file, whole);
}

/** Reads lines that may be one document; where they are none, each that is a JSON object or list by itself is taken. */
function* readDocument(file: string, lines: readonly string[]): Generator<FindingsEntry> {
  const text = lines.join('\n');
  const parsed = parseJson(text);
  if (parsed.ok) {
    yield* expand(file, 1, text, parsed.value);
    return;
  }
  // Not one document: JSON lines whose first line is broken, or a document that is cut off.
  if (!lines.some(isRecord)) {
    yield { source: file, line: errorLine(text, parsed.message), path: '', message: `is not JSON: ${parsed.message}` };
    return;
  }
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const own = parseJson(line);
    if (own.ok) yield* expand(file, index + 1, line, own.value);
    else yield { source: file, line: index + 1, path: '', message: `is not JSON: ${own.message}` };
  }
}

/** True for a line that is a JSON object or list by itself. */
function isRecord(line: string): boolean {
  const parsed = line.trim() === '' ? undefined : parseJson(line);
  return parsed?.ok === true && isContainer(parsed.value);
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
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
  // What was read of a line whose end is still to come, in pieces: joining them with every chunk would take quadratic time.
  let rest: string[] = [];
  let length = 0;
  let skipping = false;
  let blank = true;
  let limit = MAX_LINE;
  try {
    for await (const piece of readPieces(file)) {
      const text = decode(decoder, piece);
      if (text === undefined || text.includes('\0')) {
        yield { problem: 'is not text: the file is binary, compressed or not UTF-8', fatal: true };
        return;
      }
      // A whole document may be one line; then it is the first.
      if (blank && /^\s*[[{]/.test(text)) limit = MAX_DOCUMENT;
      blank &&= text.trim() === '';
      const [begin = '', ...others] = text.split('\n');
      rest.push(begin);
      length += begin.length;
      for (const next of others) {
        if (!skipping) yield rest.join('').replace(/\r$/, '');
        if (limit !== MAX_LINE && rest.some((piece) => piece.trim() !== '')) limit = MAX_LINE;
        skipping = false;
        rest = [next];
        length = next.length;
      }
      if (length <= limit) continue;
      if (!skipping) yield { problem: `is a line of over ${limit} characters`, fatal: false };
      skipping = true;
      rest = [];
      length = 0;
    }
  } catch (error) {
    throw fileError(file, 'read', error);
  }
  if (blank) yield { problem: 'is empty', fatal: true };
  const last = rest.join('');
  if (last !== '' && !skipping) yield last;
}

/**
 * The bytes of a file, piece by piece, in one buffer: a piece holds until the next is asked for. A stream would take a
 * new buffer for each, and hundreds of them pile up outside of the heap before they are collected.
 */
async function* readPieces(file: string): AsyncGenerator<Buffer> {
  const handle = await open(file);
  try {
    const buffer = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, PIECE);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function decode(decoder: TextDecoder, chunk: Buffer): string | undefined {
  try {
    return decoder.decode(chunk, { stream: true });
  } catch {
    return undefined;
  }
}
