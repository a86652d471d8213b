import { compareApkVersions, isApkVersion } from './apk';
import { compareDebVersions, isDebVersion } from './deb';
import { compareRpmVersions, isRpmVersion } from './rpm';

/** Names of the version orders. */
export type VersionOrder = 'deb' | 'rpm' | 'apk';

/** Longest text, in characters, that is taken for a version; what distributions publish stays far below. */
export const MAX_VERSION_LENGTH = 256;

/**
 * Compares two package versions in an order: -1 if `a` is older than `b`, 1 if it is newer, 0 if neither. Two versions
 * can be equal and spelt differently (`1.0` and `0:1.0-0` in `deb`). A total preorder on all text: it never throws,
 * also where the text is no version; ask {@link isVersion} for that.
 * @param order whose rules hold: `deb` dpkg's, `rpm` rpm's, `apk` apk-tools'
 */
export function compareVersions(order: VersionOrder, a: string, b: string): -1 | 0 | 1 {
  switch (order) {
    case 'deb':
      return compareDebVersions(a, b);
    case 'rpm':
      return compareRpmVersions(a, b);
    case 'apk':
      return compareApkVersions(a, b);
  }
}

/**
 * True for text that is a version in the order's own syntax, of at most {@link MAX_VERSION_LENGTH} characters. Such
 * text is ASCII, starts with a letter or digit, has no white space, no quote, no slash, no control character, and no
 * shell metacharacter but those of the order's alphabet (`~`, `^`), which a quoted word makes plain.
 */
export function isVersion(order: VersionOrder, text: string): boolean {
  if (text.length > MAX_VERSION_LENGTH) return false;
  switch (order) {
    case 'deb':
      return isDebVersion(text);
    case 'rpm':
      return isRpmVersion(text);
    case 'apk':
      return isApkVersion(text);
  }
}
