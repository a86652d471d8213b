import { printable } from '../cli/output/printable';
import { reportError } from '../cli/output/report-error';
import { buildEvaluateProgram } from './program';

void (async (): Promise<void> => {
  const program = buildEvaluateProgram().configureOutput({
    writeErr: (text) => process.stderr.write(printable(text, { multiline: true })),
  });
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    process.exitCode = reportError(error, false);
  }
})();
