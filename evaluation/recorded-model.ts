import type { PatchModel } from '../domain/author/model';
import { GoldenImagesError } from '../domain/errors';
import type { RecordedReplies } from './reply-file';

/** A question was asked whose answer is not on record: the recording is older than what is asked now. */
export class NotRecordedError extends GoldenImagesError {
  override readonly name: string = 'NotRecordedError';
  constructor(id: string, round: number) {
    super('bad-input', `no reply of round ${round} is on record for the case ${id}`, {
      hint: 'record the case again with --model and --record',
    });
  }
}

/** The model of one case that answers what is on record, round by round, whatever it is asked. */
export function makeRecordedModel({ case: id, model, replies }: RecordedReplies): PatchModel {
  let round = 0;
  return {
    id: model,
    settings: {},
    ask: async () => {
      const reply = replies[round];
      round += 1;
      if (reply === undefined) throw new NotRecordedError(id, round);
      return await Promise.resolve(reply);
    },
  };
}
