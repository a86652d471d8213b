import { isVersion } from '../../versions';

/** Fedora's naming guidelines: ASCII letters, digits and `-._+`; an alphanumeric first, so that it is never an option. */
const PACKAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,255}$/;

/** True for what Fedora and RHEL use as the name of a package, up to 256 characters. */
export function isRpmPackageName(text: string): boolean {
  return PACKAGE_NAME.test(text);
}

/** True for a version in rpm's syntax, `[epoch:]version[-release]`. */
export function isRpmVersion(text: string): boolean {
  return isVersion('rpm', text);
}
