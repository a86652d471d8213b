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
