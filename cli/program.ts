import { Command } from 'commander';
import { addBlastRadiusCommand } from './commands/blast-radius';
import { addApproveCommand, addRejectCommand } from './commands/decide';
import { addDoctorCommand } from './commands/doctor';
import { addEvidenceCommand } from './commands/evidence';
import { addExplainCommand } from './commands/explain';
import { addFindingsCommand } from './commands/findings';
import { addPatchCommand } from './commands/patch';
import { addRebuildCommand } from './commands/rebuild';
import { addReplayCommand } from './commands/replay';
import { addRetryCommand } from './commands/retry';
import { addRollbackCommand } from './commands/rollback';
import { addScriptCommand } from './commands/script';
import { addStatusCommand } from './commands/status';
import { addVetCommand } from './commands/vet';
import { addVexCommand } from './commands/vex';
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
  const commands = [
    addPatchCommand,
    addReplayCommand,
    addVetCommand,
    addScriptCommand,
    addExplainCommand,
    addStatusCommand,
    addFindingsCommand,
    addApproveCommand,
    addRejectCommand,
    addRollbackCommand,
    addRebuildCommand,
    addRetryCommand,
    addEvidenceCommand,
    addVexCommand,
    addBlastRadiusCommand,
    addDoctorCommand,
  ];
  for (const add of commands) add(program).exitOverride();
  return program;
}
