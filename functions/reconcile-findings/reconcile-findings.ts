import type { GoldenImage } from '../../domain/config/golden-image';
import { tallyOf } from '../../domain/reconcile/tally';
import type { ScanCoverage } from '../../domain/scan/image-scan';
import { askForBuild } from './ask-for-build';
import { closeVanished } from './close-vanished';
import { readFacts } from './image-facts';
import { judgeAgain } from './judge-again';
import { listFindings } from './list-findings';
import { moveOn } from './move-on';
import type { Actions, ReconcileAction, ReconcilePorts, ReconcileResult, ReconcileStep } from './reconcile-ports';
import { renewReplan } from './renew-replan';
import { warnOfRefusals } from './warn-of-refusals';
import { watchTag } from './watch-tag';
import { warnOfScanEnding } from './warn-of-scan-ending';

/**
 * Compares what the table has of an image with what the scanner, the registry and the builder say, and puts right what a
 * lost event left behind. Every step computes from the table anew, may be cut off anywhere and repeated any number of times;
 * one that fails is told of, and the others are taken all the same.
 */
export function makeReconcile(ports: ReconcilePorts): (image: GoldenImage) => Promise<ReconcileResult> {
  const { table, source, useCases, clock } = ports;
  return async (image) => {
    const actions: Partial<Record<ReconcileAction, number>> = {};
    const troubles: { step: ReconcileStep; error: unknown }[] = [];
    const count = (done: Actions): void => {
      for (const [action, times = 0] of Object.entries(done) as [ReconcileAction, number | undefined][])
        if (times > 0) actions[action] = (actions[action] ?? 0) + times;
    };
    const take = async <T>(step: ReconcileStep, run: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await run();
      } catch (error) {
        troubles.push({ step, error });
        return undefined;
      }
    };
    const act = async (step: ReconcileStep, run: () => Promise<Actions>): Promise<void> => {
      count((await take(step, run)) ?? {});
    };

    const listing = await listFindings(ports, image);
    if (listing.error !== undefined) troubles.push({ step: 'list-findings', error: listing.error });
    count({ 'finding-ingested': listing.ingested, 'finding-malformed': listing.malformed });
    const coverage = await take<readonly ScanCoverage[]>(
      'read-coverage',
      async () => await source.coverageOf(image.repository),
    );
    if (coverage !== undefined)
      await act('close-vanished', async () => await closeVanished(ports, image, listing, coverage));
    await take('judge-again', async () => {
      await judgeAgain(ports, image);
    });
    await take('expire-approvals', async () => await useCases.expireApprovals(image));
    await act('move-on', async () => await moveOn(ports, image));
    await take('check-promoted', async () => await useCases.checkPromoted(image));
    const watched = await take('watch-tag', async () => await watchTag(ports, image));
    count(watched?.actions ?? {});
    await act('ask-for-build', async () => await askForBuild(ports, image, watched?.at));
    await act('renew-replan', async () => await renewReplan(ports, image));
    await act('warn-of-refusals', async () => await warnOfRefusals(ports, image));
    const warning =
      coverage === undefined
        ? undefined
        : await take('warn-of-scan-ending', async () => await warnOfScanEnding(ports, image, coverage));
    if (warning?.told === true) count({ 'scan-ending-noticed': 1 });
    const tally = await take('tally', async () =>
      tallyOf((await readFacts(table, image)).items, clock(), warning?.state),
    );
    return { image: image.name, actions, troubles, ...(tally !== undefined && { tally }) };
  };
}
