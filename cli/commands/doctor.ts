import type { Command } from 'commander';
import { EXIT, EXIT_CODE_HELP } from '../exit-codes';
import { printJson } from '../output/console';
import { countByStatus, printDiagnosis } from '../output/doctor-report';
import { loadDeployed } from '../run/deployed-environment';
import { diagnoseMachine } from '../run/doctor/diagnose-machine';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';

/** Adds `doctor`: whether an account, or this machine, is fit for the work. */
export function addDoctorCommand(program: Command): Command {
  return addStateOptions(
    program
      .command('doctor')
      .description('Look at an environment on AWS, or at this machine, and say what to do. Changes nothing.'),
  )
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}

Examples:
  golden-images doctor
  golden-images doctor --environment prod --config golden-images.yaml

docs/doctor.md has every check, and an IAM policy with the rights that they need.`,
    )
    .action(async ({ environment, config, state, json }: StateOptions & { json?: true }) => {
      const checks =
        environment === undefined
          ? await diagnoseMachine({ state, ...(config !== undefined && { config }) })
          : await diagnoseEnvironment(config, environment);
      const counts = countByStatus(checks);
      if (json) printJson({ ...(environment !== undefined && { environment }), counts, checks });
      else printDiagnosis(checks);
      if (counts.failure + counts['could-not-check'] > 0) process.exitCode = EXIT.refused;
    });
}

/** The checks of an account are loaded where they are asked for only: the SDK's clients take their time, and memory. */
async function diagnoseEnvironment(
  config: string | undefined,
  environment: string,
): ReturnType<typeof diagnoseMachine> {
  const [{ accountOf }, { diagnoseAccount }] = await Promise.all([
    import('../run/doctor/account.js'),
    import('../run/doctor/diagnose-account.js'),
  ]);
  return await diagnoseAccount(accountOf(await loadDeployed(config, environment), new Date()));
}
