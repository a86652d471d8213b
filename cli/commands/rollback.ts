import { Option, type Command } from 'commander';
import { ENGINE_NAMES, type EngineName } from '../../adapters/local/engine/engine';
import { GoldenImagesError } from '../../domain/errors';
import type { RollBackRefusal } from '../../functions/track-build/roll-back';
import { makeRollBack } from '../../functions/track-build/roll-back';
import { EXIT_CODE_HELP } from '../exit-codes';
import { consoleLogger, printJson, printLine } from '../output/console';
import { printable } from '../output/printable';
import { imageNamed, openOperatedState } from '../run/operated-state';
import { parseTag } from './common';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';
import type { WordOptions } from './word-options';
import { addWordOptions, wordOf } from './word-options';

interface RollbackFlags extends StateOptions, WordOptions {
  readonly image: string;
  readonly engine: EngineName | 'auto';
  readonly tag?: string;
  readonly json?: true;
}

/** What to do where nothing was rolled back. */
const ADVICE: Readonly<Record<RollBackRefusal, string>> = {
  'nothing-promoted': '"golden-images status" shows what is promoted',
  'no-previous': 'move the tag by hand to the image that you trust, or build again with "golden-images rebuild"',
  'previous-gone': 'build again with "golden-images rebuild", or push the image again under its tag',
  'tag-moved': 'find out who moved it; where patch was run with --tag, say the same --tag here',
  'being-promoted': 'run the same command again in a minute',
};

/** Adds `rollback`: the floating tag goes back to the image before. */
export function addRollbackCommand(program: Command): Command {
  return addWordOptions(
    addStateOptions(
      program
        .command('rollback')
        .description(
          'Move the floating tag back to the image before, and block the plan of the one that was taken back.',
        ),
    ),
  )
    .requiredOption('--image <name>', 'golden image')
    .addOption(
      new Option('--engine <name>', 'container engine that has the images; of a state directory')
        .choices(['auto', ...ENGINE_NAMES])
        .default('auto'),
    )
    .option('--tag <tag>', 'what patch was given as --tag; of a state directory', parseTag)
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}

To ask for it again after it was cut off finishes it.

Example:
  golden-images rollback --image debian-12 --reason 'TLS handshakes fail' --environment prod`,
    )
    .action(async (flags: RollbackFlags) => {
      const state = await openOperatedState(flags, {
        writes: true,
        engine: flags.engine,
        ...(flags.tag !== undefined && { tag: flags.tag }),
      });
      try {
        const image = imageNamed(state, flags.image);
        const result = await makeRollBack({
          table: state.table,
          registry: await state.registry(),
          exceptions: state.exceptions,
          notifier: state.notifier,
          clock: () => new Date(),
          logger: consoleLogger(program.opts<{ verbose?: true }>().verbose === true),
        })(image, wordOf(state, flags));
        if (result.did === 'nothing')
          throw new GoldenImagesError('refused', result.detail, { hint: ADVICE[result.why] });
        const { digest, from, patch } = result;
        if (flags.json)
          printJson({ image: image.name, did: result.did, digest, from, ...(patch && { patch: patch.sequence }) });
        else {
          printLine(`${printable(image.name)} is at ${digest} again; ${from} was taken back.`);
          if (patch !== undefined)
            printLine(
              `The plan of patch ${patch.sequence} is blocked until "golden-images retry", or until it changes.`,
            );
        }
      } finally {
        state.close();
      }
    });
}
