import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { findingsFiles, readFindings } from '../../../adapters/local/findings-reader';
import type { FindingsEntry } from '../../../adapters/local/findings-reader';
import { elementLines, lineOfOffset } from '../../../adapters/local/json-lines';
import { BadInputError, GoldenImagesError } from '../../../domain/errors';

const LIST = join(__dirname, '..', '..', 'fixtures', 'list-findings');
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'findings-reader-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** The entries of a file with these bytes, without the file's name. */
async function read(content: string | Buffer): Promise<Omit<FindingsEntry, 'source'>[]> {
  const file = join(directory, 'findings');
  writeFileSync(file, content);
  const entries: Omit<FindingsEntry, 'source'>[] = [];
  for await (const { source, ...entry } of readFindings(file)) {
    expect(source).toBe(file);
    entries.push(entry);
  }
  return entries;
}
const at = (line: number, value: unknown, path = ''): unknown => ({ line, path, value });
const wrong = (line: number, message: RegExp): unknown => ({
  line,
  path: '',
  message: expect.stringMatching(message) as unknown,
});

describe('JSON lines', () => {
  it('are one record each, with their line; empty lines count and say nothing', async () => {
    expect(await read('{"a":1}\n\n  \n{"a":2}')).toEqual([at(1, { a: 1 }), at(4, { a: 2 })]);
  });

  it.each([
    ['a byte order mark', '\ufeff{"a":1}\n{"a":2}\n'],
    ['CRLF', '{"a":1}\r\n{"a":2}\r\n'],
    ['blanks around', ' {"a":1} \n\t{"a":2}\n'],
  ])('may have %s', async (_what, text) => {
    expect(await read(text)).toEqual([at(1, { a: 1 }), at(2, { a: 2 })]);
  });

  it('a broken line in between is told and stops nothing', async () => {
    expect(await read('{"a":1}\n{"a":\n{"a":3}\n')).toEqual([
      at(1, { a: 1 }),
      wrong(2, /^is not JSON: /),
      at(3, { a: 3 }),
    ]);
  });

  it('a broken first line is told and stops nothing', async () => {
    expect(await read('{"a":\n{"a":2}\n{"a":3}\n')).toEqual([
      wrong(1, /^is not JSON: /),
      at(2, { a: 2 }),
      at(3, { a: 3 }),
    ]);
  });

  it('a last line that is cut off is told', async () => {
    expect(await read('{"a":1}\n{"a":2,"b":"tex')).toEqual([at(1, { a: 1 }), wrong(2, /^is not JSON: /)]);
  });

  it('may each be a listing or an array', async () => {
    expect(await read('{"findings":[1,2]}\n[3]\n')).toEqual([
      at(1, 1, 'findings[0]'),
      at(1, 2, 'findings[1]'),
      at(2, 3, '[0]'),
    ]);
  });

  it('characters of several bytes may lie across the pieces in which the file is read', async () => {
    const line = `{"a":"${'x'.repeat((1 << 18) - 8)}é€😀"}`;
    const [entry] = await read(`${line}\n`);
    expect(entry).toEqual(at(1, JSON.parse(line)));
  });

  it('a giant line is told, not read, and stops nothing', async () => {
    const giant = `{"a":"${'x'.repeat(9 * 1024 * 1024)}"}`;
    expect(await read(`{"a":1}\n${giant}\n{"a":3}\n`)).toEqual([
      at(1, { a: 1 }),
      wrong(2, /^is a line of over 8388608 characters$/),
      at(3, { a: 3 }),
    ]);
    expect(await read('x'.repeat(9 * 1024 * 1024))).toEqual([wrong(1, /over 8388608/)]);
    expect(await read(giant)).toEqual([at(1, JSON.parse(giant))]);
  });
});

describe('one document', () => {
  const pretty = JSON.stringify({ nextToken: 'findings', findings: [{ a: [1] }, { a: '}],' }, 3] }, null, 2);

  it('of ListFindings has each finding with the line on which it begins', async () => {
    expect(await read(pretty)).toEqual([
      at(4, { a: [1] }, 'findings[0]'),
      at(9, { a: '}],' }, 'findings[1]'),
      at(12, 3, 'findings[2]'),
    ]);
    expect(await read(pretty.replaceAll('\n', '\r\n'))).toEqual(await read(pretty));
  });

  it('that is an array has each element with its line', async () => {
    expect(await read('[\n  {"a": 1},\n\n  {"a": 2}\n]\n')).toEqual([at(2, { a: 1 }, '[0]'), at(4, { a: 2 }, '[1]')]);
    expect(await read('[]')).toEqual([]);
  });

  it('that is one event over several lines begins where it begins', async () => {
    expect(await read('{\n  "detail": {}\n}\n')).toEqual([at(1, { detail: {} })]);
  });

  it.each([
    ['a lone brace', '\n\n{\n  "findings": [\n    1\n  ]\n}\n', 5],
    ['more on its first line', '\n\n{ "findings": [\n    1\n  ]\n}\n', 4],
  ])('may follow empty lines, and begin with %s', async (_what, text, line) => {
    expect(await read(text)).toEqual([at(line, 1, 'findings[0]')]);
  });

  it('that is cut off is told with the line of the end', async () => {
    const cut = pretty.slice(0, pretty.indexOf('"}],"'));
    expect(await read(cut)).toEqual([wrong(cut.split('\n').length, /^is not JSON: /)]);
  });

  it('with a mistake is told with the line of the mistake', async () => {
    expect(await read('{\n  "findings": [\n    { "a": nope }\n  ]\n}\n')).toEqual([wrong(3, /^is not JSON: /)]);
  });

  it('with findings that are no list is one record', async () => {
    expect(await read('{"findings": 7}')).toEqual([at(1, { findings: 7 })]);
  });

  it.each(['debian-10-and-ec2.json', 'one-debian.json', 'centos-8.json'])(
    '%s: each line is that of its finding in the file',
    async (name) => {
      const text = readFileSync(join(LIST, name), 'utf8');
      const lines = text.split('\n');
      const entries = await read(text);
      expect(entries.length).toBeGreaterThan(0);
      for (const entry of entries) expect(lines[entry.line - 1]).toMatch(/^\s*\[?\s*\{/);
      const starts = entries.map((entry) => entry.line);
      expect(starts).toEqual([...starts].sort((left, right) => left - right));
      expect(new Set(starts).size).toBe(starts.length);
    },
  );
});

describe('what is no text', () => {
  it.each([
    ['nothing', Buffer.alloc(0), /^is empty$/],
    ['gzip', gzipSync('{"a":1}'), /^is not text/],
    ['NUL', Buffer.from('{"a":"\0"}'), /^is not text/],
    ['Latin-1', Buffer.from('{"a":"é"}', 'latin1'), /^is not text/],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), /^is not text/],
  ])('%s is told', async (_what, bytes, message) => {
    expect(await read(bytes)).toEqual([wrong(1, message)]);
  });

  it('blank lines alone are as good as empty', async () => {
    expect(await read('\n \n')).toEqual([wrong(3, /^is empty$/)]);
  });

  it('prose is told once', async () => {
    expect(await read('hello\nworld\n')).toEqual([wrong(1, /^is not JSON: /)]);
  });
});

describe('files of a directory', () => {
  it('are its .json, .jsonl and .scan files by name', async () => {
    const folder = join(directory, 'folder');
    mkdirSync(folder);
    for (const name of ['b.json', 'a.jsonl', 'c.txt', 'd.json.bak', 'a.json.scan'])
      writeFileSync(join(folder, name), '');
    expect(await findingsFiles(folder)).toEqual(['a.json.scan', 'a.jsonl', 'b.json'].map((name) => join(folder, name)));
    expect(await findingsFiles(join(folder, 'c.txt'))).toEqual([join(folder, 'c.txt')]);
  });

  it('that are not there are bad input', async () => {
    const empty = join(directory, 'empty');
    mkdirSync(empty);
    await expect(findingsFiles(join(directory, 'missing'))).rejects.toThrow(BadInputError);
    await expect(findingsFiles(empty)).rejects.toThrow('no .json, .jsonl or .scan file');
    await expect(readFindings(join(directory, 'missing')).next()).rejects.toBeInstanceOf(GoldenImagesError);
  });
});

describe('lines of elements', () => {
  it('are found however the document is indented', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 6 }),
        fc.constantFrom(undefined, 'findings'),
        fc.integer({ min: 1, max: 4 }),
        fc.string(),
        (list, key, indent, before) => {
          const text = JSON.stringify(
            key === undefined ? list : { before, nested: { findings: [1] }, [key]: list, after: [1] },
            null,
            indent,
          );
          const lines = elementLines(text, key);
          expect(lines).toHaveLength(list.length);
          const rows = text.split('\n');
          for (const [index, one] of list.entries())
            expect(rows[(lines[index] ?? 0) - 1]?.trim()[0]).toBe(JSON.stringify(one)[0]);
        },
      ),
    );
  });

  it('of offsets count the line feeds before', () => {
    expect([0, 1, 2, 3].map((offset) => lineOfOffset('a\nb\n', offset))).toEqual([1, 1, 2, 2]);
  });
});
