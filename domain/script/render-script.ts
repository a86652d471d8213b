import type { Alphabets } from './check-input';
import { checkScriptInput } from './check-input';
import { ENGINE } from './engine';
import { quote } from './quote';
import { REPORT } from './report';
import type { ScriptInput } from './script-input';
import { SETTING } from './setting';

/** What is particular to the script of one ecosystem. */
export interface ScriptTemplate extends Alphabets {
  /** Id of the ecosystem; stands in the header and in the result lines. */
  readonly ecosystem: string;
  /**
   * Whether a target's name also stands for a source package: `always`, and then its floor is a version of the source,
   * whatever the name; or only where no installed binary has the name (`fallback`).
   */
  readonly sourceNames: 'always' | 'fallback';
  /** Whether the package manager resolves repositories at a release; elsewhere the input's is of no effect. */
  readonly takesReleasever: boolean;
  /** Whether the package manager has streams of modules; elsewhere the input's are of no effect. */
  readonly takesModuleStreams: boolean;
  /** The shell functions that the engine calls; see {@link ENGINE} for their contracts. */
  readonly functions: string;
}

/**
 * Puts the fixed template and the quoted data together. The data stands in the header's comments and in the function
 * `plan`, nowhere else. The last line calls `main`, so that a script cut short does nothing.
 * @throws BadInputError where a datum is outside its alphabet
 */
export function renderScript(template: ScriptTemplate, input: ScriptInput): string {
  checkScriptInput(input, template);
  const call = (name: string, words: readonly string[]): string => `  ${[name, ...words.map(quote)].join(' ')}`;
  const targets = input.targets.map(({ action, package: name, floor, source = '', replacedBy }) =>
    call('target', [action, name, floor, source, ...(replacedBy === undefined ? [] : [replacedBy])]),
  );
  const companions = (['upgrade', 'remove'] as const).flatMap((action) =>
    (input.companions?.[action] ?? []).map((name) => call('companion', [action, name])),
  );
  const streams = template.takesModuleStreams ? (input.moduleStreams ?? []) : [];
  const data = [
    '#!/bin/sh',
    '# golden-images patch script; rendered, do not edit',
    `# golden image: ${input.image}`,
    `# plan: ${input.planHash}`,
    `# attempt: ${input.attempt}`,
    `# ecosystem: ${template.ecosystem}`,
    '',
    'plan() {',
    `  ecosystem=${quote(template.ecosystem)}`,
    `  source_names=${quote(template.sourceNames)}`,
    ...(template.takesReleasever ? [`  releasever=${quote(input.releasever ?? '')}`] : []),
    ...(streams.length > 0 ? [`  streams=${quote(streams.join(' '))}`] : []),
    ...targets,
    ...companions,
    '}',
  ];
  return (
    [data.join('\n'), SETTING, template.functions, ENGINE, REPORT, 'main\n'].map((part) => part.trim()).join('\n\n') +
    '\n'
  );
}
