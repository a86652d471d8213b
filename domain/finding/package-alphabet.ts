import { ecosystemOf } from '../ecosystems';
import { ecosystemIdOf, parsePlatform } from '../platform/platform';
import type { Finding } from './finding';
import { OS_PACKAGE_MANAGER } from './finding';

/** What any package manager's names and versions are made of; a platform's own alphabet is narrower. */
const ANY_NAME = /^[A-Za-z0-9@][A-Za-z0-9+._~^:@/-]*$/;
const ANY_VERSION = /^[A-Za-z0-9][A-Za-z0-9+._~^:-]*$/;

/** The part of a fact that lies outside its package manager's alphabet. */
export interface OutsideAlphabet {
  readonly part: 'name' | 'floor';
  /** What it should have been, e.g. `a package name of apt (Debian, Ubuntu)`. */
  readonly expected: string;
}

/**
 * Finds a name or floor of an OS package that is outside its ecosystem's alphabet: such text is hostile or broken, and
 * its record malformed. Language packages are never planned, so their names are free.
 */
export function outsideAlphabet(
  fact: Pick<Finding, 'packageManager' | 'package' | 'platform' | 'floor'>,
): OutsideAlphabet | undefined {
  if (fact.packageManager !== OS_PACKAGE_MANAGER) return undefined;
  const id = ecosystemIdOf(parsePlatform(fact.platform));
  const ecosystem = id === undefined ? undefined : ecosystemOf(id);
  const what = ecosystem === undefined ? 'any package manager' : ecosystem.displayName;
  if (!(ecosystem?.isPackageName(fact.package) ?? ANY_NAME.test(fact.package)))
    return { part: 'name', expected: `a package name of ${what}` };
  if (fact.floor !== undefined && !(ecosystem?.isVersion(fact.floor) ?? ANY_VERSION.test(fact.floor)))
    return { part: 'floor', expected: `a version of ${what}` };
  return undefined;
}
