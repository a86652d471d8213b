import type { VettingContext } from './operations';
import type { Problem } from './problem';
import { visible } from './text';

/** A release with a date, such as `2023.5.20240819`. */
const DATED = /^[0-9]{4}\.[0-9]{1,3}\.[0-9]{8}$/;

/** Judges the releases that commands name. It remembers the first dated one of a proposal. */
export interface ReleaseJudge {
  /** @returns what is wrong with the releases of one command, in order; undefined where nothing is */
  judge(releases: readonly string[]): Problem | undefined;
}

/** @returns true for a release with a date, which stays the same for ever; `latest` and `2023` do not */
export function isDatedRelease(text: string): boolean {
  return DATED.test(text);
}

/** Makes the judge of one proposal's releases. */
export function makeReleaseJudge(context: Pick<VettingContext, 'releasever'>): ReleaseJudge {
  const fixed = context.releasever;
  let dated: string | undefined;

  function judgeOne(release: string): string | undefined {
    if (fixed !== undefined && release !== fixed) {
      return `Drop the release "${visible(release, 80)}": the configuration fixed it to ${visible(fixed, 80)}.`;
    }
    if (!isDatedRelease(release)) return undefined;
    dated ??= release;
    if (release === dated) return undefined;
    return `Name one release in all commands: "${visible(release, 80)}" stands beside ${visible(dated, 80)}.`;
  }

  return {
    judge: (releases) => {
      const message = releases.map(judgeOne).find((found) => found !== undefined);
      return message === undefined ? undefined : { code: 'flag-not-allowed', message };
    },
  };
}
