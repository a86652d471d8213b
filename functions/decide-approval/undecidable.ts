import { GoldenImagesError } from '../../domain/errors';
import type { Approval, PatchItem, PatchState } from '../../domain/table/patch-item';

/** What to do about a patch on which no word is waited for, by its state. */
const ADVICE: Readonly<Record<Exclude<PatchState, 'AWAITING_APPROVAL'>, string>> = {
  OBSERVED: 'it is only recorded (mode observe): set the policy to approve or auto, and it is planned again',
  READY: 'it is about to be built: "golden-images rollback" takes its image back once it is promoted',
  SIGNALED: 'it is about to be built: "golden-images rollback" takes its image back once it is promoted',
  BUILDING: 'it is being built: "golden-images rollback" takes its image back once it is promoted',
  CANDIDATE: 'its candidate is being proven: "golden-images rollback" takes its image back once it is promoted',
  PROMOTED: 'its image is promoted: "golden-images rollback" takes it back',
  HELD: 'its candidate was held: "golden-images retry" tries the plan again',
  FAILED: 'its build failed: it is tried again by itself as often as policy says, or with "golden-images retry"',
  REJECTED: 'it was rejected: "golden-images retry" plans it again, and asks again',
  EXPIRED: 'nobody decided in time: it is planned again, and asks again; "golden-images status" shows the new one',
  SUPERSEDED: 'another patch took its place, or none is needed: "golden-images status" shows what waits now',
  ROLLED_BACK: 'its image was taken back: "golden-images retry" plans it again',
};

/** Why there is nothing to decide about a patch, and what to do. */
export function undecidable(patch: PatchItem, wanted: Approval['decision']): GoldenImagesError {
  const { image, sequence, state, stateSince, detail, approval } = patch;
  const decided =
    approval === undefined || approval.decision === wanted
      ? ''
      : `; it was ${approval.decision} by ${approval.by} at ${approval.at}: ${approval.reason}`;
  const why = detail === undefined || decided !== '' ? '' : ` (${detail})`;
  return new GoldenImagesError(
    'refused',
    `patch ${sequence} of ${image} cannot be ${wanted}: it is ${state} since ${stateSince}${why}${decided}`,
    state === 'AWAITING_APPROVAL' ? {} : { hint: ADVICE[state] },
  );
}
