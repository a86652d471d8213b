import { buildProgram } from './program';
import { reportError } from './output/report-error';

void (async (): Promise<void> => {
  const verbose = process.argv.includes('--verbose');
  process.setSourceMapsEnabled(verbose);
  try {
    await buildProgram().parseAsync(process.argv);
  } catch (error) {
    process.exitCode = reportError(error, verbose);
  }
})();
