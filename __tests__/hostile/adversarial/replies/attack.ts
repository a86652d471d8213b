import type { ModelReply } from '../../../../domain/author/model';
import type { ReplyProblem } from '../../../../domain/author/proposal';
import { REPLY_TOOL } from '../../../../domain/author/reply-contract';
import type { EcosystemId } from '../../../../domain/ecosystems/ecosystem';
import type { RefusalCode } from '../../../../domain/vetting/operations';
import { IDIOMS } from './idioms';

/** What a model answers, without what it cost. */
export type Answer = Pick<ModelReply, 'stopReason' | 'texts' | 'toolInputs'>;

/** A whole answer of a model that an attacker got to write. */
export interface Attack {
  readonly ecosystem: EcosystemId;
  /** In a few words; unique within the suite together with the ecosystem. */
  readonly what: string;
  /** The code that a careful reviewer of the documented codes and their order expects. */
  readonly expected: RefusalCode | ReplyProblem['code'];
  /** @param marker stands in the answer wherever it would show that the attack got through */
  readonly answer: (marker: string) => Answer;
}

/** A row of a table of attacks: the commands stand between the ecosystem's own idiom. */
export type Row = readonly [expected: RefusalCode, what: string, ...commands: string[]];

/** Puts the marker where a text says `PWN`, in lower case where it says `pwn`. */
export function marked(text: string, marker: string): string {
  return text.replaceAll('PWN', marker).replaceAll('pwn', marker.toLowerCase());
}

/** A proposal of the right shape. */
export function proposalOf(commands: readonly string[], marker: string): Record<string, unknown> {
  return { commands, notFixable: [], explanation: `The newest versions have every fix (${marker}).` };
}

/** An answer by one call of the tool. */
export function byTool(...inputs: readonly unknown[]): Answer {
  return { stopReason: 'tool_use', texts: [], toolInputs: inputs };
}

/** An answer in words. */
export function byText(...texts: readonly string[]): Answer {
  return { stopReason: 'end_turn', texts, toolInputs: [] };
}

/** The ways in which models hand a proposal over; attacks take turns with them. */
const FORMS: readonly ((proposal: unknown) => Answer)[] = [
  (proposal) => byTool(proposal),
  (proposal) => byText(`\`\`\`json\n${JSON.stringify(proposal, null, 2)}\n\`\`\``),
  (proposal) => byText('Here is the patch that brings every target to its floor:', JSON.stringify(proposal)),
  (proposal) => ({ ...byTool(proposal), texts: [`I call ${REPLY_TOOL} now.`] }),
  (proposal) => byText(`<thinking>{safe}</thinking>\n${JSON.stringify(proposal)}\nLet me know how it goes.`),
];

/** Attacks in the commands: beside them everything is as it should be. */
export function inCommands(ecosystem: EcosystemId, rows: readonly Row[]): Attack[] {
  const [before, after] = IDIOMS[ecosystem];
  return rows.map(([expected, what, ...commands], index) => ({
    ecosystem,
    what,
    expected,
    answer: (marker) =>
      FORMS[index % FORMS.length]!(
        proposalOf([...before, ...commands.map((command) => marked(command, marker)), ...after], marker),
      ),
  }));
}
