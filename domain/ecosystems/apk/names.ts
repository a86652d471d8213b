import { isVersion } from '../../versions';

/** apk-package(5), "name": ASCII letters, digits and `._+-`; an alphanumeric first, so that it is never an option. */
const PACKAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,255}$/;

/**
 * True for what apk-package(5) allows as the name of a package or of its origin, up to 256 characters. Virtual packages
 * of `apk add -t .name` begin with a dot: they have no files, and are none.
 */
export function isApkPackageName(text: string): boolean {
  return PACKAGE_NAME.test(text);
}

/** True for a version of apk-package(5), e.g. `3.1.4-r6`; it has no epoch. */
export function isApkVersion(text: string): boolean {
  return isVersion('apk', text);
}
