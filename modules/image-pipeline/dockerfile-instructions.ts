/** One instruction of a Dockerfile, on as many lines as it takes. */
export interface DockerfileInstruction {
  /** In capitals, such as `RUN`. */
  readonly keyword: string;
  /** What follows the keyword: continued lines joined, without the bodies of heredocs. */
  readonly value: string;
  /** Its first line, counted from 0. */
  readonly start: number;
  /** The line after its last, with the bodies of its heredocs. */
  readonly end: number;
}

/** The first parser directive that can be one, in a comment (Dockerfile reference, "Parser directives"). */
const DIRECTIVE = /^\s*#\s*(?<name>syntax|escape|check)\s*=\s*(?<value>\S.*)$/i;
/** Instructions that may have heredocs (Dockerfile reference, "Here-Documents"). */
const WITH_HEREDOCS: ReadonlySet<string> = new Set(['RUN', 'COPY', 'ADD']);
/** Words as a shell splits them, quotes left on; white space after `<<` is of the word. */
const WORDS = /(?:[^\s"'\\<]|<(?!<)|<<\s*|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g;
const HEREDOC = /^\d*<<(?<tabs>-?)\s*(?<name>[^<\s][^<]*)$/;

/**
 * The instructions of a Dockerfile, read as BuildKit's parser does: lines that end in the escape character go on, over empty
 * lines and comments too, and after a RUN, COPY or ADD with `<<WORD` all is a body until a line says WORD.
 * @param lines the text, split at line feeds
 */
export function dockerfileInstructions(lines: readonly string[]): readonly DockerfileInstruction[] {
  const continued = continuation(lines);
  const found: DockerfileInstruction[] = [];
  for (let at = 0; at < lines.length;) {
    const start = at;
    let text = '';
    for (let isOpen = true; isOpen && at < lines.length; at += 1) {
      const line = lines[at] ?? '';
      if (isNothing(line)) isOpen = at > start;
      else {
        isOpen = continued.test(line);
        text += isOpen ? line.replace(continued, '$<kept>') : line;
      }
    }
    const { keyword, value } = split(text);
    if (keyword === '') continue;
    for (const heredoc of heredocs(keyword, value)) at = bodyEnd(lines, at, heredoc);
    found.push({ keyword, value, start, end: at });
  }
  return found;
}

/** What ends a line that goes on. Two escape characters do not. */
function continuation(lines: readonly string[]): RegExp {
  for (const line of lines) {
    const { name, value } = DIRECTIVE.exec(line)?.groups ?? {};
    if (name === undefined) break;
    if (name.toLowerCase() === 'escape' && value?.trim() === '`') return /(?<kept>^|[^`])`[ \t]*$/;
  }
  return /(?<kept>^|[^\\])\\[ \t]*$/;
}

function isNothing(line: string): boolean {
  return /^\s*(?:#|$)/.test(line);
}

function split(text: string): { readonly keyword: string; readonly value: string } {
  const [keyword = ''] = /^\S+/.exec(text.trim()) ?? [];
  return { keyword: keyword.toUpperCase(), value: text.trim().slice(keyword.length).trim() };
}

interface Heredoc {
  readonly name: string;
  /** `<<-`: its last line may have tabs first. */
  readonly isIndented: boolean;
}

function heredocs(keyword: string, value: string): readonly Heredoc[] {
  if (keyword === 'ONBUILD') {
    const inner = split(value);
    return heredocs(inner.keyword === 'ONBUILD' ? '' : inner.keyword, inner.value);
  }
  // A quote that stays open makes no words, and so no heredocs.
  if (!WITH_HEREDOCS.has(keyword) || value.replaceAll(WORDS, '').trim() !== '') return [];
  return [...value.matchAll(WORDS)].flatMap(([word]) => {
    const { name, tabs } = HEREDOC.exec(word)?.groups ?? {};
    return name === undefined ? [] : [{ name: name.replaceAll(/["']|\\(?=.)/g, ''), isIndented: tabs === '-' }];
  });
}

/** The line after a heredoc's body; the end of the text where none says its name. */
function bodyEnd(lines: readonly string[], from: number, { name, isIndented }: Heredoc): number {
  const last = lines.findIndex(
    (line, index) => index >= from && (isIndented ? line.replace(/^\t+/, '') : line) === name,
  );
  return last < 0 ? lines.length : last + 1;
}
