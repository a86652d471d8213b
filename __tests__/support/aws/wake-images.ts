import { wakePostponed } from '../../../domain/table/postpone';
import type { LambdaChain } from './lambda-chain';

/** A time at which every note is due. */
const MUCH_LATER = new Date('2100-01-01T00:00:00.000Z');

/**
 * Has the images looked at that were postponed, as reconcile-findings does when their time has come, and lets the chain
 * run. @returns how many there were
 */
export async function wakeImages(chain: LambdaChain, names: readonly string[]): Promise<number> {
  let woken = 0;
  for (const name of names) if (await wakePostponed(chain.table, name, MUCH_LATER)) woken++;
  await chain.settle();
  return woken;
}
