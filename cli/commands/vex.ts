import type { Command } from 'commander';
import { printLine } from '../output/console';
import { printableJson } from '../output/printable';
import { imageNamed, openOperatedState } from '../run/operated-state';
import { vexOf } from '../run/vex';
import { openVexJson } from '../../domain/vex/open-vex';
import { parseTime } from './common';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';

interface VexOptions extends StateOptions {
  readonly image: string;
  readonly author: string;
  readonly id?: string;
  readonly at?: Date;
}

/** Adds `vex`: what is known of the vulnerabilities of an image, for scanners and customers. */
export function addVexCommand(program: Command): Command {
  return addStateOptions(
    program
      .command('vex')
      .description(
        "Print an OpenVEX document on a golden image's current digest: what is proven fixed, affected, or not known yet.",
      ),
  )
    .requiredOption('--image <name>', 'golden image')
    .option('--author <who>', 'person or organization that states it', 'golden-images')
    .option('--id <iri>', 'IRI of the document (default: a URN made of its content)')
    .option('--at <time>', 'time at which it is stated, e.g. for the same text again (default: now)', parseTime)
    .addHelpText(
      'after',
      `
An accepted risk is stated as affected, with its owner, reason and end. Only what is proven on the digest is stated as
fixed: what the scanner closed because an image expired or was deleted is under investigation.

Examples:
  golden-images vex --image debian-12 > debian-12.vex.json
  golden-images vex --image debian-12 --environment prod --author "Platform Team, Example Inc."`,
    )
    .action(async ({ image, author, id, at, ...choice }: VexOptions) => {
      const state = await openOperatedState(choice, { writes: false });
      try {
        const document = await vexOf(imageNamed(state, image), {
          table: state.table,
          exceptions: state.exceptions,
          author,
          now: at ?? new Date(),
          ...(id !== undefined && { id }),
        });
        printLine(printableJson(openVexJson(document)).trimEnd());
      } finally {
        state.close();
      }
    });
}
