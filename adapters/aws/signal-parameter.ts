import { BadInputError } from '../../domain/errors';
import { pathSegment } from '../shared/path-segment';
import { quoted } from '../shared/text';

/**
 * Longest name, in characters. SSM allows 1,011 for the name within its ARN (API, PutParameter); what stands before it
 * there has less than 100.
 */
const NAME_LIMIT = 911;
/** A path of at most 14 levels, so that the image is the 15th and last that SSM allows; not below its own names. */
const PREFIX = /^(?:\/[A-Za-z0-9_.-]+){1,14}$/;
const RESERVED_PREFIX = /^\/(?:aws|ssm)/i;
/** What stands for itself; every other byte of UTF-8 is `_` and two hexadecimal digits. */
const PLAIN = /[A-Za-z0-9.-]/;
const ENCODED = /^(?:[A-Za-z0-9.-]|_[0-9A-F]{2})+$/;

/**
 * Name of an image's parameter: `<prefix>/<image>`, where the image's name is one level of SSM's alphabet. Two images
 * never share one; `debian-12` stays as it is, `debian_12` becomes `debian_5F12`.
 * @throws BadInputError where the prefix is no parameter path, or the image's name is refused as by the local store or
 *   makes too long a name
 */
export function parameterName(prefix: string, image: string): string {
  if (!PREFIX.test(prefix) || RESERVED_PREFIX.test(prefix))
    throw new BadInputError(`${quoted(prefix)} is not a path for parameters`, {
      hint: 'it must be like /golden-images/prod: up to 14 levels of letters, digits, "_", "." and "-", not below /aws or /ssm',
    });
  pathSegment('image name', image);
  const level = [...Buffer.from(image, 'utf8')].map(encodedByte).join('');
  const name = `${prefix}/${level}`;
  if (name.length > NAME_LIMIT)
    throw new BadInputError(`the parameter name ${quoted(name)} is over ${NAME_LIMIT} characters`);
  return name;
}

/**
 * Image that a parameter below the prefix belongs to, e.g. of a "Parameter Store Change" event.
 * @returns undefined where {@link parameterName} never gave that name
 */
export function imageOfParameter(prefix: string, name: string): string | undefined {
  const level = name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : '';
  if (!ENCODED.test(level)) return undefined;
  const image = decodedName(level);
  try {
    return image !== undefined && parameterName(prefix, image) === name ? image : undefined;
  } catch {
    return undefined; // a name that is refused, such as `..`
  }
}

function encodedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return PLAIN.test(character) ? character : `_${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function decodedName(level: string): string | undefined {
  try {
    return decodeURIComponent(level.replaceAll('_', '%'));
  } catch {
    return undefined; // not UTF-8
  }
}
