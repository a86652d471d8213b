/** Control and format characters: they would steer a terminal or reorder what a person reads. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Makes text from outside safe to print: control, bidirectional and invisible characters are shown as `\u{…}`.
 * @param options.multiline keeps line feeds; default false
 */
export function printable(text: string, options: { readonly multiline?: boolean } = {}): string {
  return text
    .toWellFormed()
    .replace(UNSAFE, (character) =>
      character === '\n' && options.multiline === true
        ? character
        : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    );
}

/** Makes JSON safe to print: in its strings, what {@link printable} shows is escaped as JSON does; line feeds are layout. */
export function printableJson(json: string): string {
  return json.replace(UNSAFE, (character) => (character === '\n' ? character : escapeUnits(character)));
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
