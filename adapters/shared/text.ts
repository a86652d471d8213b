import { BadInputError } from '../../domain/errors';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether the text can be written as UTF-8 and read back unchanged, i.e. it has no lone surrogate. */
export function isWellFormed(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** At most 80 characters of a name that may be hostile, quoted, for a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

/**
 * The UTF-8 bytes of a text that takes part in a key.
 * @throws BadInputError where it is no string or holds a lone surrogate, which UTF-8 would fold into U+FFFD, so that
 *   two keys became one
 */
export function utf8(what: string, text: string): Buffer {
  if (typeof text !== 'string') throw new BadInputError(`${what} is not a string`);
  if (!isWellFormed(text)) {
    throw new BadInputError(`${what} ${quoted(text)} holds a lone surrogate, which has no UTF-8 form`, {
      hint: 'percent-encode or drop it where the key is made',
    });
  }
  return Buffer.from(text, 'utf8');
}
