import { isColorSupported } from 'picocolors';
import { runPlan } from './plan/command';

void (async (): Promise<void> => {
  process.exitCode = await runPlan(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    color: isColorSupported,
  });
})();
