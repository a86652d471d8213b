/** How deep a document may nest; those of Inspector have eight levels. */
const MAX_DEPTH = 1000;

/**
 * Follows a text line by line, by its quotes and brackets alone, to tell early that it is not one JSON document: so that
 * JSON lines, the first of which is broken, need not be kept until their end is read.
 * @returns gets the next line; false as soon as the lines so far cannot be how one document begins
 */
export function makeDocumentCheck(): (line: string) => boolean {
  let depth = 0;
  let last = '';
  return (line) => {
    const text = line.trim();
    if (text === '') return true;
    // The document has ended, or two values stand side by side.
    if (last !== '' && (depth === 0 || ('}]'.includes(last) && '{["'.includes(text.charAt(0))))) return false;
    last = text.charAt(text.length - 1);
    for (let at = 0; at < text.length; at++) {
      switch (text[at]) {
        case '"':
          at = endOfString(text, at);
          // No string goes over the end of its line.
          if (at === text.length) return false;
          break;
        case '{':
        case '[':
          if (++depth > MAX_DEPTH) return false;
          break;
        case '}':
        case ']':
          if (--depth < 0) return false;
          break;
        default:
      }
    }
    return true;
  };
}

/** Offset of the quote that ends the string which begins at `start`; the text's length where it is left open. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
