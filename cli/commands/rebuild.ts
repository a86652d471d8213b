import type { Command } from 'commander';
import { GoldenImagesError } from '../../domain/errors';
import type { NotRebuilt, RebuildImageResult } from '../../functions/rebuild-image/rebuild-image';
import { makeRebuildImage } from '../../functions/rebuild-image/rebuild-image';
import { EXIT_CODE_HELP } from '../exit-codes';
import { consoleLogger, printJson, printLine } from '../output/console';
import { printable } from '../output/printable';
import { imageNamed, openOperatedState } from '../run/operated-state';
import type { StateOptions } from './state-options';
import { addStateOptions } from './state-options';
import type { WordOptions } from './word-options';
import { addWordOptions, wordOf } from './word-options';

/** Why nothing was written, and what to do. */
const REFUSALS: Readonly<Record<Exclude<NotRebuilt, 'asked-before'>, readonly [string, string]>> = {
  'in-flight': ['a build of it is on its way', 'wait for its end; "golden-images status" shows it'],
  stopped: ['it is stopped after failed builds in a row', 'look at the log, then run "golden-images retry"'],
  rejected: ['a person has rejected it', 'run "golden-images retry"'],
  raced: ['another patch was written at the same moment', 'run the same command again'],
};

/** Adds `rebuild`: an image is built again from its parent. */
export function addRebuildCommand(program: Command): Command {
  return addWordOptions(
    addStateOptions(
      program
        .command('rebuild')
        .description('Build a golden image again from its parent, although no finding may ask for it.'),
    ),
  )
    .requiredOption('--image <name>', 'golden image')
    .option('--accept-contract', 'promote it although its user, entrypoint, ports, … are not those of the image before')
    .option('--json', 'print one JSON object')
    .addHelpText(
      'after',
      `${EXIT_CODE_HELP}

What is open goes along, and what was fixed stays fixed. It needs no approval: your word is one.
A candidate that was held as contract-broken is built again, and promoted, with --accept-contract.

Example:
  golden-images rebuild --image debian-12 --reason 'new certificates in the parent' --environment prod`,
    )
    .action(async (options: StateOptions & WordOptions & { image: string; acceptContract?: true; json?: true }) => {
      const state = await openOperatedState(options, { writes: true });
      try {
        const { by, reason: why } = wordOf(state, options);
        const result = await makeRebuildImage({
          table: state.table,
          scripts: state.scripts,
          notifier: state.notifier,
          clock: () => new Date(),
          logger: consoleLogger(program.opts<{ verbose?: true }>().verbose === true),
        })(imageNamed(state, options.image), {
          why,
          by,
          ...(options.acceptContract === true && { acceptsContract: true as const }),
        });
        const patch = patchOf(options.image, result);
        if (options.json)
          printJson({ image: options.image, patch: patch.sequence, did: result.did, state: patch.state });
        else {
          const before = result.did === 'nothing' ? ' was asked for before: it' : '';
          printLine(
            `Rebuild ${patch.sequence} of ${printable(options.image)}${before} patches ${patch.targets.length} packages, and is ${patch.state}.`,
          );
          printLine(state.next);
        }
      } finally {
        state.close();
      }
    });
}

function patchOf(
  image: string,
  result: RebuildImageResult,
): NonNullable<Extract<RebuildImageResult, { did: 'nothing' }>['patch']> {
  if (result.did === 'written') return result.patch;
  if (result.why === 'asked-before' && result.patch !== undefined) return result.patch;
  const [what, hint] = REFUSALS[result.why === 'asked-before' ? 'raced' : result.why];
  const which = result.patch === undefined ? '' : ` (patch ${result.patch.sequence}, ${result.patch.state})`;
  throw new GoldenImagesError('refused', `${image} cannot be built again now: ${what}${which}`, { hint });
}
