import { createHash } from 'node:crypto';

/** Bits of a part of a version: Image Builder takes up to 1073741823 (API, CreateComponent, semanticVersion). */
const PART = 2 ** 30;

/**
 * A semantic version made of what a resource holds: Image Builder's resources cannot be changed, so another content is
 * another version, and the same content is the same version on every machine and day.
 */
export function contentVersion(content: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(content)).digest();
  return `1.${hash.readUInt32BE(0) % PART}.${hash.readUInt32BE(4) % PART}`;
}
