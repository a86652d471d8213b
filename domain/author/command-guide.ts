import type { Ecosystem } from '../ecosystems/ecosystem';
import type { ArgumentRule, FlagRule, Grammar, VerbRule } from '../vetting/grammar';
import type { ModuleAction } from '../vetting/operations';

/**
 * Tells a model what vetting recognises of an ecosystem, made from the grammar itself, so that the two never differ.
 * Patterns of values are shown as regular expressions.
 */
export function commandGuide({ grammar, proposeCommands }: Pick<Ecosystem, 'grammar' | 'proposeCommands'>): string {
  const commands = grammar.commands.flatMap((command) =>
    command.names.flatMap((name) => [
      `${name} with one of:`,
      ...command.verbs.filter((verb) => verb.kind === 'operation').map((verb) => `  ${verbLine(verb)}`),
      ...optional(`  flags of every verb: ${flags(command.flags)}`, command.flags.some(isAllowed)),
    ]),
  );
  return [
    ...commands,
    `Package arguments: ${packageLine(grammar)}`,
    `Example: ${proposeCommands(['PACKAGE'], []).join(' && ')}`,
  ].join('\n');
}

function verbLine(verb: Extract<VerbRule, { kind: 'operation' }>): string {
  const own = verb.flags.some(isAllowed) ? ` (flags ${flags(verb.flags)})` : '';
  const rule = verb.arguments;
  const given = argumentsOf(rule);
  return `${verb.names.join(' | ')}${given}${own}: ${verb.operation}`;
}

function argumentsOf(rule: ArgumentRule): string {
  if (rule.kind === 'modules') return ` ${rule.actions.map(moduleCall).join(' or ')}`;
  if (rule.kind !== 'words') return '';
  const words = rule.words.join('|');
  return rule.optional === true ? ` [${words}]` : ` ${words}`;
}

function moduleCall(action: ModuleAction): string {
  return action === 'reset' ? 'reset NAME' : `${action} NAME:STREAM`;
}

function isAllowed(rule: FlagRule): boolean {
  return rule.kind !== 'refused';
}

function flags(rules: readonly FlagRule[]): string {
  return rules
    .flatMap((rule) => {
      if (rule.kind === 'refused') return [];
      if (rule.kind === 'switch') return rule.names;
      const values = rule.values.map((value) => (typeof value === 'string' ? value : `/${value.source}/`));
      return [`${rule.names.join('|')} ${values.join(' or ')}`];
    })
    .join(', ');
}

function packageLine({ packages }: Grammar): string {
  const operators = packages.operators.length === 0 ? '' : `, or NAME${packages.operators[0] ?? ''}VERSION`;
  return `NAME${operators}. No patterns, paths, URLs, groups or files.`;
}

function optional(line: string, isThere: boolean): string[] {
  return isThere ? [line] : [];
}
