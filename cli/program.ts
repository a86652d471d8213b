import { Command } from 'commander';
import { addExplainCommand } from './commands/explain';
import { addPatchCommand } from './commands/patch';
import { addReplayCommand } from './commands/replay';
import { addScriptCommand } from './commands/script';
import { addVetCommand } from './commands/vet';
import { EXIT_CODE_HELP } from './exit-codes';
import { printable } from './output/printable';

/** The command line `golden-images`. */
export function buildProgram(): Command {
  const program = new Command('golden-images')
    .description('Golden container base images that patch themselves: findings in, a patched and proven image out.')
    .option('--verbose', 'log every step, and show stack traces')
    .addHelpText('after', EXIT_CODE_HELP)
    .showHelpAfterError('(add --help for the options)')
    .configureOutput({
      // An option or argument that is wrong is repeated in the message.
      writeErr: (text) => process.stderr.write(printable(text, { multiline: true })),
    })
    .exitOverride();
  for (const add of [addPatchCommand, addReplayCommand, addVetCommand, addScriptCommand, addExplainCommand])
    add(program).exitOverride();
  return program;
}
