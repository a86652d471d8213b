/** Exit codes of the CLI (documented in `--help` and the README). */
export const EXIT = {
  /** Done, or nothing to do. */
  ok: 0,
  /** Commands were refused, residuals are left, or doctor saw a failure or could not look. */
  refused: 1,
  /** An argument, a file or the configuration cannot be used. */
  badInput: 2,
  /** The build failed. */
  buildFailed: 3,
  /** The candidate was built, but its proof failed: the tag was not moved. */
  proofFailed: 4,
  /** Ended by a signal. */
  interrupted: 130,
  /** A fault of this program. */
  internal: 70,
} as const;

/** One line per exit code, for `--help`. */
export const EXIT_CODE_HELP = `
Exit codes:
  0  done, or nothing to do
  1  commands refused, residuals left, or doctor saw a failure or could not look
  2  bad input
  3  the build failed
  4  the proof failed; the tag was not moved`;
