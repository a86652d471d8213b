/** Code points that no prompt needs: everything but printable ASCII, tab and newline. */
const FOREIGN = /[^\t\n\x20-\x7e]/gu;

/**
 * Makes text from outside safe to stand in a prompt: plain ASCII, without the characters that could close the block it
 * stands in (`<`, `>`), and at most `limit` characters.
 */
export function plainText(text: string, limit: number): string {
  return text
    .slice(0, limit * 2)
    .replace(FOREIGN, '?')
    .replaceAll('<', '(')
    .replaceAll('>', ')')
    .slice(0, limit);
}

/** JSON of facts for a prompt: plain ASCII, no character that could end the block it stands in. */
export function plainJson(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(
    /[<>&]|[^\n\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
