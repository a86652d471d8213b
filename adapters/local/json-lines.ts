import { endOfString } from './document-check';

/**
 * Finds the lines on which the elements of an array begin, in a JSON text that is known to parse.
 * @param text the text
 * @param key member of the top-level object that holds the array; undefined where the array is the whole text
 * @returns line of each element's first character, from 1
 */
export function elementLines(text: string, key: string | undefined): number[] {
  const arrayDepth = key === undefined ? 1 : 2;
  const lines: number[] = [];
  let line = 1;
  let depth = 0;
  let inside = false;
  let lastString = '';
  let expectsElement = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\n') line++;
    if (character === '\n' || character === ' ' || character === '\t' || character === '\r') continue;
    if (inside && expectsElement && depth === arrayDepth && character !== ']') {
      lines.push(line);
      expectsElement = false;
    }
    switch (character) {
      case '"': {
        const end = endOfString(text, at);
        if (depth === 1) lastString = text.slice(at + 1, end);
        at = end;
        break;
      }
      case '{':
      case '[':
        depth++;
        if (!inside && character === '[' && depth === arrayDepth && (key === undefined || lastString === key)) {
          inside = true;
          expectsElement = true;
        }
        break;
      case '}':
      case ']':
        if (inside && depth === arrayDepth && character === ']') return lines;
        depth--;
        break;
      case ',':
        if (inside && depth === arrayDepth) expectsElement = true;
        break;
      default:
        break;
    }
  }
  return lines;
}

/** Line, from 1, that an offset lies on. */
export function lineOfOffset(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}
