import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../adapters/local/files';
import type { ModelReply } from '../domain/author/model';
import { BadInputError } from '../domain/errors';
import type { EvaluationCase } from './case-format';
import { readJson } from './json-file';

const count = z.number().int().nonnegative();

const replyFormat = z.strictObject({
  stopReason: z.string(),
  texts: z.array(z.string()).default([]),
  toolInputs: z.array(z.json()).default([]),
  inputTokens: count,
  outputTokens: count,
  latencyMilliseconds: count,
}) satisfies z.ZodType<ModelReply>;

const replyFileFormat = z.strictObject({
  case: z.string(),
  /** Id of the model that answered, or `handwritten`. */
  model: z.string().min(1),
  /** The answers, round by round. */
  replies: z.array(replyFormat).min(1).max(2),
});

/** The recorded answers to one case. */
export type RecordedReplies = z.output<typeof replyFileFormat>;

/**
 * Reads the recorded answers of cases: `<case id>.json` in a directory.
 * @throws BadInputError where the directory cannot be read, or there is no answer to one of the cases
 */
export async function readReplies(
  directory: string,
  cases: readonly EvaluationCase[],
): Promise<ReadonlyMap<string, RecordedReplies>> {
  const present = new Set(await list(directory));
  const missing = cases.filter(({ id }) => !present.has(`${id}.json`)).map(({ id }) => id);
  if (missing.length > 0)
    throw new BadInputError(
      `no replies in ${directory} for ${missing.length} of ${cases.length} cases: ${missing.slice(0, 5).join(', ')}${missing.length > 5 ? ', …' : ''}`,
      { hint: 'record them with --model and --record, or choose cases with --case or --ecosystem' },
    );
  const replies = new Map<string, RecordedReplies>();
  for (const { id } of cases) {
    const file = await readJson(join(directory, `${id}.json`), replyFileFormat);
    if (file.case !== id) throw new BadInputError(`${join(directory, `${id}.json`)} is about the case ${file.case}`);
    replies.set(id, file);
  }
  return replies;
}

/** Keeps the answers to one case as `<case id>.json`, for `--replies`. */
export async function writeReplies(
  directory: string,
  recorded: { readonly case: string; readonly model: string; readonly replies: readonly ModelReply[] },
): Promise<void> {
  await replaceFile(join(directory, `${recorded.case}.json`), `${JSON.stringify(recorded, null, 2)}\n`);
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (cause) {
    throw new BadInputError(`cannot read the directory of replies ${directory}`, {
      hint: '--replies takes a directory with one <case id>.json per case',
      cause,
    });
  }
}
