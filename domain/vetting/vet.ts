import type { Ecosystem } from '../ecosystems/ecosystem';
import { judgeCommand } from './command';
import { lex } from './lexer';
import type { Operation, Refusal, VettingContext, VettingResult } from './operations';
import type { Judges } from './judges';
import { makeJudges } from './judges';
import type { Problem } from './problem';
import { MAXIMUM_CHARACTERS, MAXIMUM_COMMANDS, findForeignCharacter, visible } from './text';

/** The part of an ecosystem that vetting needs. */
export type VettingEcosystem = Pick<Ecosystem, 'id' | 'grammar' | 'isPackageName' | 'isVersion' | 'versionOrder'>;

interface Findings {
  readonly operations: Operation[];
  readonly refusals: Refusal[];
  commands: number;
}

/**
 * Recognises proposed shell commands: what the ecosystem's grammar names becomes typed operations, everything else is
 * refused, one refusal for each simple command. Never throws on any text, and takes time linear in its length.
 * Commands that cover only part of the targets are accepted; the rest is in `uncovered`.
 * @param commands texts of one or more simple commands each, from a model or a person: not trusted
 * @param ecosystem whose commands are recognised
 * @param context the plan's targets and what policy allows
 */
export function vet(commands: readonly string[], ecosystem: VettingEcosystem, context: VettingContext): VettingResult {
  const judges = makeJudges(ecosystem, context);
  const findings: Findings = { operations: [], refusals: [], commands: 0 };
  const oversize = findOversize(commands);
  if (oversize === undefined) vetTexts(commands, ecosystem, judges, findings);
  else findings.refusals.push(oversize);

  const { operations, refusals } = findings;
  if (operations.length === 0 && refusals.length === 0) {
    refusals.push(refusal(commands[0] ?? '', incomplete(ecosystem)));
  }
  const accepted = refusals.length === 0;
  return {
    verdict: accepted ? 'accepted' : 'refused',
    operations: accepted ? operations : [],
    uncovered: judges.packages.uncovered(operations),
    refusals,
  };
}

function vetTexts(texts: readonly string[], ecosystem: VettingEcosystem, judges: Judges, findings: Findings): void {
  for (const text of texts) {
    const foreign = findForeignCharacter(text);
    if (foreign !== undefined) {
      const message = `Write plain ASCII on separate lines: the character ${foreign.shown} is not taken.`;
      findings.refusals.push(refusal(foreign.line, { code: 'malformed-text', message }));
      continue;
    }
    for (const statement of lex(text)) {
      findings.commands += 1;
      if (findings.commands > MAXIMUM_COMMANDS) {
        findings.refusals.push(refusal(statement.source, tooMany()));
        return;
      }
      if (statement.kind === 'error') {
        findings.refusals.push(refusal(statement.source, { code: 'shell-syntax', message: statement.message }));
        continue;
      }
      const outcome = judgeCommand(statement.words, ecosystem.grammar, judges);
      if (outcome.kind === 'operations') findings.operations.push(...outcome.operations);
      else if (outcome.kind === 'refused') findings.refusals.push(refusal(statement.source, outcome.problem));
    }
  }
}

function findOversize(texts: readonly string[]): Refusal | undefined {
  if (texts.length > MAXIMUM_COMMANDS) return refusal(texts[0] ?? '', tooMany());
  let characters = 0;
  for (const text of texts) {
    characters += text.length;
    if (characters <= MAXIMUM_CHARACTERS) continue;
    const message = `Write at most ${MAXIMUM_CHARACTERS} characters of commands in all.`;
    return refusal(text, { code: 'malformed-text', message });
  }
  return undefined;
}

function tooMany(): Problem {
  return { code: 'malformed-text', message: `Write at most ${MAXIMUM_COMMANDS} commands in all.` };
}

function incomplete(ecosystem: VettingEcosystem): Problem {
  const names = ecosystem.grammar.commands.flatMap((rule) => rule.names).join(' or ');
  return { code: 'incomplete', message: `Write at least one ${names} command that upgrades a target of the plan.` };
}

function refusal(source: string, problem: Problem): Refusal {
  return { command: visible(source), code: problem.code, message: problem.message };
}
