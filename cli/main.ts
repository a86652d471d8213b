import { endRunningCommands } from '../adapters/local/run-command';
import { EXIT } from './exit-codes';
import { reportError } from './output/report-error';
import { buildProgram } from './program';

/** Ends what runs, so that the run can clean up after itself; at once where nothing does, or on a second signal. */
function interrupt(): void {
  const isFirst = process.exitCode !== EXIT.interrupted;
  process.exitCode = EXIT.interrupted;
  if (endRunningCommands() === 0 || !isFirst) process.exit();
}

/** Who reads the output may stop early (`| head`): then the rest of it is for nobody, and the run goes on to its end. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

void (async (): Promise<void> => {
  const verbose = process.argv.includes('--verbose');
  process.stdout.on('error', ignoreClosedPipe);
  process.stderr.on('error', ignoreClosedPipe);
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    await buildProgram().parseAsync(process.argv);
  } catch (error) {
    const code = reportError(error, verbose);
    process.exitCode ??= code;
  }
})();
