/** What the rendered script works on; all of it is checked against the ecosystem's alphabets before it is quoted. */
export interface ScriptInput {
  /** Golden image name, for the header. */
  readonly image: string;
  /** Identity of the plan (hex SHA-256), for the header. */
  readonly planHash: string;
  /** 1 for the first attempt; stands in the header, so that a retry is a new object. */
  readonly attempt: number;
  /** None: a rebuild, for what the parent has by now; the script then changes nothing, and ends with 0. */
  readonly targets: readonly ScriptTarget[];
  /** AL2023 release to resolve repositories at; a date such as `2023.5.20240819` or `latest`. */
  readonly releasever?: string;
  /** Packages beside the targets: changed together with targets that need it, and never for their own sake. */
  readonly companions?: {
    readonly upgrade: readonly string[];
    readonly remove: readonly string[];
  };
  /** Streams to enable before the upgrade, as `name:stream`. For dnf and microdnf; elsewhere of no effect. */
  readonly moduleStreams?: readonly string[];
}

/** One target as the script sees it. */
export interface ScriptTarget {
  /** Source or binary package name. */
  readonly package: string;
  /** Lowest acceptable version, without an epoch of 0; of the source, where the ecosystem has source packages. */
  readonly floor: string;
  /**
   * `upgrade` raises every installed binary to the newest available; `remove` takes them out (policy allowed it), and
   * raises those that other packages need.
   */
  readonly action: 'upgrade' | 'remove';
  /** Source package name where it is known to differ from `package` (e.g. `linux` of `linux-libc-dev`). */
  readonly source?: string;
  /** Binary package that has taken its place (`libssl3t64` of `libssl3`): where installed, it is raised and judged too. */
  readonly replacedBy?: string;
}
