import { BadInputError } from '../../domain/errors';
import { isWellFormed, quoted } from './text';

/** Longest file name that the usual Linux file systems take, in bytes (NAME_MAX). */
const NAME_BYTES_LIMIT = 255;

/**
 * A name as one segment of a path: percent-encoded as a whole, `/` too, so that it neither leaves its directory nor
 * meets another name's (`a` with a file `b/c` and `a/b` with a file `c` stay apart).
 * @throws BadInputError where the name is empty, has a `.` or `..` segment, is too long or not well-formed Unicode
 */
export function pathSegment(what: string, name: string): string {
  if (!isWellFormed(name)) throw new BadInputError(`${what} ${quoted(name)} is not well-formed Unicode`);
  if (name.split(/[/\\]/).some((part) => part === '' || part === '.' || part === '..')) {
    throw new BadInputError(`${what} ${quoted(name)} has an empty, "." or ".." segment`);
  }
  const segment = encodeURIComponent(name);
  if (segment.length > NAME_BYTES_LIMIT) {
    throw new BadInputError(`${what} ${quoted(name)} has over ${NAME_BYTES_LIMIT} bytes when percent-encoded`);
  }
  return segment;
}

/** Whether the text is what {@link pathSegment} gives for some name. */
export function isPathSegment(segment: string): boolean {
  try {
    return pathSegment('segment', decodeURIComponent(segment)) === segment;
  } catch {
    return false; // malformed percent-encoding, or a name that is refused
  }
}
