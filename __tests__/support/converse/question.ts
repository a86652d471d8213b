import { z } from 'zod';
import { requireEcosystem } from '../../../domain/ecosystems';
import { ECOSYSTEM_IDS } from '../../../domain/ecosystems/ecosystem';
import type { ConverseCall } from './converse-call';
import { textsOf } from './converse-call';

const facts = z.looseObject({
  ecosystem: z.enum(ECOSYSTEM_IDS),
  targets: z.array(z.looseObject({ package: z.string(), floor: z.string(), action: z.enum(['upgrade', 'remove']) })),
});

/** What a scripted model reads out of a question, as domain/author/prompt.ts writes it. */
export interface Question {
  readonly ecosystem: (typeof ECOSYSTEM_IDS)[number];
  readonly targets: readonly { readonly package: string; readonly floor: string; readonly action: string }[];
  /** True in the round that carries what was wrong with the answer before. */
  readonly isRepair: boolean;
  /** What stands in `<untrusted>` and in the facts: where an attacker may have planted something. */
  readonly fromOutside: string;
}

/** Reads a question. @throws Error where it has no `<request>`: a test that asks otherwise cannot use this behaviour */
export function readQuestion({ body }: ConverseCall): Question {
  const text = body.messages.flatMap(({ content }) => textsOf(content)).join('\n');
  const request = /<request>\n(?<json>[\s\S]*?)\n<\/request>/.exec(text)?.groups?.['json'];
  if (request === undefined) throw new Error('the question has no <request>');
  const { ecosystem, targets } = facts.parse(JSON.parse(request));
  const untrusted = [...text.matchAll(/<untrusted>\n([\s\S]*?)\n<\/untrusted>/g)].map(([, inner]) => inner ?? '');
  return { ecosystem, targets, isRepair: text.includes('<previous>'), fromOutside: [...untrusted, request].join('\n') };
}

/** The ecosystem's idiom for some of the targets. */
export function idiomFor({ ecosystem }: Question, targets: Question['targets']): string[] {
  const names = (action: string): string[] =>
    targets.filter((target) => target.action === action).map((target) => target.package);
  return requireEcosystem(ecosystem).proposeCommands(names('upgrade'), names('remove'));
}
