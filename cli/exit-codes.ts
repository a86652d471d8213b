/** Exit codes of the CLI (documented in `--help`, README.md and docs/operating.md). */
export const EXIT = {
  /** Done, nothing to do, or it waits. */
  ok: 0,
  /** Refused, residuals left, findings that could not be read, or doctor saw a failure or could not look. */
  refused: 1,
  /** An argument, a file or the configuration cannot be used, or no finding is about a declared image. */
  badInput: 2,
  /** The build failed. */
  buildFailed: 3,
  /** The candidate was built, but its proof failed: the tag was not moved. */
  proofFailed: 4,
  /** A service that is needed could not be used, e.g. AWS without credentials, or a fault of this program. */
  internal: 70,
  /** Ended by a signal. */
  interrupted: 130,
} as const;

/** One line per exit code, for `--help`. */
export const EXIT_CODE_HELP = `
Exit codes:
  0    done, nothing to do, or it waits: for approval, for an engine, recorded only
  1    refused, residuals left, findings that could not be read, or doctor saw a
       failure or could not look
  2    bad input, or no finding is about a declared image
  3    the build failed
  4    the proof failed; the tag was not moved
  70   AWS or the disk could not be used, or a fault of this program
  130  interrupted; the same command again goes on`;
