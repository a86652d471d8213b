import { REPLY_TOOL } from '../../../domain/author/reply-contract';
import type { ConverseCall } from './converse-call';
import type { AnswerBlock, Outcome } from './outcomes';
import { answer } from './outcomes';
import type { Question } from './question';
import { idiomFor } from './question';

/** What a model writes by the contract. */
export interface Proposal {
  readonly commands: readonly string[];
  readonly notFixable: readonly { readonly package: string; readonly reason: string }[];
  readonly explanation: string;
}

/** Commands with an explanation. */
export function proposal(commands: readonly string[], explanation = 'The fixes are in the repositories.'): Proposal {
  return { commands, notFixable: [], explanation };
}

/** The right answer: the ecosystem's idiom for every target. */
export function goodProposal(question: Question): Proposal {
  return proposal(idiomFor(question, question.targets));
}

/**
 * Gives an object as a model does: by calling the tool that it was offered, after a sentence; as JSON text where it was
 * offered none.
 */
export function propose(call: ConverseCall, ...inputs: readonly unknown[]): Outcome {
  if (!offersTool(call)) return asText(inputs.map((input) => JSON.stringify(input)).join('\n'));
  return answer('tool_use', [
    { text: 'I propose the following patch.' },
    ...inputs.map((input, index) => toolCall(input, index)),
  ]);
}

/** Prose, and nothing but prose. */
export function asText(text: string): Outcome {
  return answer('end_turn', [{ text }]);
}

/** A call of the reply tool. */
export function toolCall(input: unknown, index = 0): AnswerBlock {
  return { toolUse: { toolUseId: `tooluse_K3xyA1b2C4d5E6f7G8h9Q${index}`, name: REPLY_TOOL, input } };
}

function offersTool({ body }: ConverseCall): boolean {
  const tools = body.toolConfig?.tools ?? [];
  return tools.some((tool) => 'toolSpec' in tool && tool.toolSpec.name === REPLY_TOOL);
}
