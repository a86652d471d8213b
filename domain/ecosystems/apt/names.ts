import { isVersion } from '../../versions';

/** Debian Policy 5.6.1: lower case, digits, `+`, `-`, `.`; at least two characters, an alphanumeric first. */
const PACKAGE_NAME = /^[a-z0-9][a-z0-9+.-]{1,255}$/;

/** True for what Debian Policy allows as the name of a source or binary package, up to 256 characters. */
export function isAptPackageName(text: string): boolean {
  return PACKAGE_NAME.test(text);
}

/** True for a version in dpkg's syntax. */
export function isAptVersion(text: string): boolean {
  return isVersion('deb', text);
}
