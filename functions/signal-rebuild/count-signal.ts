import type { Metrics } from '../../domain/ports';
import type { SignalRebuildResult } from './signal-rebuild';

/** Counts what signal-rebuild did for an image, whichever function asked it. */
export function countSignal(metrics: Metrics, result: SignalRebuildResult): void {
  if (result.did === 'signaled') metrics.count('RebuildsSignaled', 1);
  else metrics.count('RebuildsNotSignaled', 1, result.why);
}
