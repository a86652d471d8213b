/** A package with its floor and the vulnerabilities it settles. */
export interface Target {
  readonly ecosystem: string;
  /** Package as the script is given it: a binary's name, or a Debian source's that stands for all its binaries. */
  readonly package: string;
  /** Source package, where it is known to differ from `package`. */
  readonly source?: string;
  /** Binary package that has taken its place (`libssl3t64` of `libssl3`): where installed, it counts as the target. */
  readonly replacedBy?: string;
  /** Lowest version that fixes everything known; of the source, where the ecosystem has source packages. */
  readonly floor: string;
  readonly action: 'upgrade' | 'remove';
  /** Vulnerability ids, sorted. */
  readonly vulnerabilities: readonly string[];
  /** How many more ids there are, where a PATCH item could not keep them all. */
  readonly omitted?: number;
  /** Name that the findings use, where it differs from `package`. */
  readonly reportedAs?: string;
}
