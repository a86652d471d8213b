import type { Command } from 'commander';
import { BadInputError } from '../../domain/errors';
import { printBlastRadius } from '../output/blast-radius-report';
import { printJson } from '../output/console';
import { loadDeployed } from '../run/deployed-environment';
import { imageNamed } from '../run/operated-state';

interface BlastRadiusOptions {
  readonly image: string;
  readonly environment?: string;
  readonly config?: string;
  readonly all?: true;
  readonly json?: true;
}

/** Adds `blast-radius`: who is still built on an older digest of a golden image. */
export function addBlastRadiusCommand(program: Command): Command {
  return program
    .command('blast-radius')
    .description(
      "List the images of the account's ECR registry that carry layers of an older digest of a golden image.",
    )
    .requiredOption('--image <name>', 'golden image')
    .option('--environment <name>', 'environment of golden-images.yaml, on AWS')
    .option('--config <file>', 'golden-images.yaml (default: golden-images.yaml)')
    .option('--all', 'every image of every repository (default: the newest tagged one of each)')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `
In-use counts are Amazon Inspector's. What cannot be read is told and skipped.

Example:
  golden-images blast-radius --image debian-12 --environment prod`,
    )
    .action(async ({ image, environment: name, config, all, json }: BlastRadiusOptions) => {
      if (name === undefined)
        throw new BadInputError('blast-radius looks at the ECR registry of an environment on AWS', {
          hint: 'name it with --environment; a state directory on this machine knows of no other images',
        });
      const deployed = await loadDeployed(config, name);
      const golden = imageNamed({ images: [...deployed.estate.byRepository.values()] }, image);
      // Loaded where AWS is asked only: the SDK's clients take their time, and memory.
      const { blastRadiusIn } = await import('../run/aws-blast-radius.js');
      const report = await blastRadiusIn(deployed, golden, { all: all === true });
      if (json) printJson(report);
      else printBlastRadius(report);
    });
}
