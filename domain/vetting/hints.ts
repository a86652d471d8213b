import type { Grammar } from './grammar';
import { visible } from './text';

/** What to write instead of command names that are often proposed. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['sudo', 'Leave sudo out: the script already runs as root.'],
  ['su', 'Leave su out: the script already runs as root.'],
  ['doas', 'Leave doas out: the script already runs as root.'],
  ['RUN', 'Write plain shell commands without the "RUN" of a Dockerfile.'],
  ['env', 'Leave env out and write the command itself.'],
  ['sh', 'Write the commands themselves instead of passing them to a shell.'],
  ['bash', 'Write the commands themselves instead of passing them to a shell.'],
  ['eval', 'Write the commands themselves instead of passing them to eval.'],
  ['exec', 'Write the command itself without exec.'],
  ['curl', 'Leave downloads out: packages come from the configured repositories only.'],
  ['wget', 'Leave downloads out: packages come from the configured repositories only.'],
  ['apt-mark', 'Leave holds alone: a held package is reported, not released.'],
  ['dpkg', 'Upgrade packages by name with apt-get instead of dpkg.'],
  ['rpm', 'Upgrade packages by name with the package manager instead of rpm.'],
  ['apt-cache', 'Leave queries out: write only commands that change packages.'],
  ['echo', 'Leave output out: the script prints its own report.'],
]);

/** Words that begin or continue a compound command (POSIX.1-2024, Shell Command Language, 2.4) and bash's own. */
const RESERVED: ReadonlySet<string> = new Set(
  'if then else elif fi for while until do done case esac in function select coproc'.split(' '),
);

/** @returns true for a word of the shell's own grammar, where it stands in the place of a command's name */
export function isReservedWord(name: string): boolean {
  return RESERVED.has(name);
}

/** @returns one sentence that says what to write instead of a command that is not known */
export function unknownCommandMessage(name: string, grammar: Grammar): string {
  const hint = HINTS.get(name);
  if (hint !== undefined) return hint;
  const commands = grammar.commands.flatMap((rule) => rule.names).join(', ');
  return `Use only ${commands} instead of "${visible(name, 80)}".`;
}
