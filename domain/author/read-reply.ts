import { visible } from '../vetting/text';
import { jsonText } from './json-text';
import type { ModelReply } from './model';
import type { NotFixable, ReplyProblem } from './proposal';
import type { Reply } from './reply-contract';
import { REPLY_TOOL, replyContract } from './reply-contract';

/** Most characters that an answer may have, all blocks together; vetting takes 20,000 characters of commands. */
export const MAXIMUM_REPLY_CHARACTERS = 64_000;

/** The part of a proposal that a model writes. */
export type ReadReply = {
  readonly commands: readonly string[];
  readonly notFixable: readonly NotFixable[];
  readonly explanation: string;
  readonly problem?: ReplyProblem;
};

/** Stop reasons of Converse (botocore's bedrock-runtime model) after which there is nothing to read. */
const STOPPED: ReadonlyMap<string, ReplyProblem> = new Map(
  Object.entries<ReplyProblem>({
    max_tokens: {
      code: 'cut-off',
      message: 'The answer was cut off at the limit of output tokens: write fewer and shorter words.',
      repairable: true,
    },
    content_filtered: {
      code: 'content-filtered',
      message: "The service's content filter withheld the answer.",
      repairable: false,
    },
    guardrail_intervened: {
      code: 'guardrail-intervened',
      message: 'The configured guardrail stopped the question or the answer.',
      repairable: false,
    },
    malformed_model_output: {
      code: 'malformed-output',
      message: `The answer was malformed: call ${REPLY_TOOL} once with valid JSON.`,
      repairable: true,
    },
    malformed_tool_use: {
      code: 'malformed-output',
      message: `The call of the tool was malformed: call ${REPLY_TOOL} once with valid JSON.`,
      repairable: true,
    },
    model_context_window_exceeded: {
      code: 'context-exceeded',
      message: 'The question is longer than the model can read.',
      repairable: false,
    },
  }),
);

/**
 * Reads a model's answer: the input of the one tool call, else the one JSON object in its text. Nothing is believed
 * and nothing is guessed: what does not follow the contract is a problem by name. Never throws on any answer.
 */
export function readReply(reply: ModelReply): ReadReply {
  const stopped = STOPPED.get(reply.stopReason);
  if (stopped !== undefined) return without(stopped);
  if (isTooLong(reply))
    return without({
      code: 'too-long',
      message: `The answer is longer than ${MAXIMUM_REPLY_CHARACTERS} characters: write the commands only.`,
      repairable: true,
    });
  const objects = reply.toolInputs.length > 0 ? reply.toolInputs : objectsIn(reply.texts.join('\n'));
  if (objects.length === 0) return without(nothingIn(reply.texts));
  if (objects.length > 1)
    return without({
      code: 'wrong-shape',
      message: `The answer holds ${objects.length} proposals: call ${REPLY_TOOL} exactly once.`,
      repairable: true,
    });
  const parsed = replyContract.safeParse(objects[0]);
  if (parsed.success) return cleaned(parsed.data);
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'the object' : issue.path.map(String).join('.');
  return without({
    code: 'wrong-shape',
    message: visible(
      `The answer has another shape than asked for: ${where}: ${issue?.message ?? 'invalid'}. Call ${REPLY_TOOL} with commands, notFixable and explanation.`,
      400,
    ),
    repairable: true,
  });
}

function without(problem: ReplyProblem): ReadReply {
  return { commands: [], notFixable: [], explanation: '', problem };
}

/** Commands stay as they are, for vetting judges them; what people will read is made printable. */
function cleaned({ commands, notFixable, explanation }: Reply): ReadReply {
  return {
    commands,
    notFixable: notFixable.map((one) => ({ package: visible(one.package, 100), reason: visible(one.reason, 300) })),
    explanation: visible(explanation, 1_000),
  };
}

function nothingIn(texts: readonly string[]): ReplyProblem {
  const said = visible(texts.join(' ').trim(), 200);
  if (said === '') return { code: 'empty', message: 'The answer is empty.', repairable: true };
  return {
    code: 'no-answer',
    message: `The answer is prose without a proposal: call ${REPLY_TOOL} once. It began: ${said}`,
    repairable: true,
  };
}

/** True where an answer is longer than any needs to be. */
export function isTooLong({ isCut, texts, toolInputs }: ModelReply): boolean {
  const inText = texts.reduce((sum, text) => sum + text.length, 0);
  const inCalls = toolInputs.length === 0 ? 0 : (jsonText(toolInputs)?.length ?? 0);
  return isCut === true || inText + inCalls > MAXIMUM_REPLY_CHARACTERS;
}

/** Braces that are tried as the beginning of an object: keeps the time for a text full of them bounded. */
const MAXIMUM_BRACES = 50;

/** Every outermost JSON object of a text that has `commands`: alone, fenced, or between sentences. */
function objectsIn(text: string): unknown[] {
  const objects: unknown[] = [];
  let start = text.indexOf('{');
  for (let tries = 0; start !== -1 && tries < MAXIMUM_BRACES; tries++) {
    const end = endOfObject(text, start);
    const parsed = end === undefined ? undefined : parseObject(text.slice(start, end));
    if (parsed !== undefined && 'commands' in parsed) objects.push(parsed);
    start = text.indexOf('{', end !== undefined && parsed !== undefined ? end : start + 1);
  }
  return objects;
}

/** Position behind the brace that closes the one at `start`, strings skipped. */
function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
