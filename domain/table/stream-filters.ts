import type { ChangeRecord } from '../ports';

/**
 * Records that generate-patch wakes for: a finding that is OPEN, or a REPLAN that is requested. A finding whose state
 * and facts are as before is passed over (design.md 4).
 */
export function wakesGeneratePatch(record: ChangeRecord): boolean {
  const next = record.newImage;
  if (next === undefined) return false;
  if (next['type'] === 'REPLAN') return next['state'] === 'REQUESTED';
  if (next['type'] !== 'FINDING' || next['state'] !== 'OPEN') return false;
  const previous = record.oldImage;
  return previous?.['state'] !== 'OPEN' || previous['semanticHash'] !== next['semanticHash'];
}

/** Records that signal-rebuild wakes for: a patch that is READY, or a HEAD that is IDLE. */
export function wakesSignalRebuild(record: ChangeRecord): boolean {
  const next = record.newImage;
  if (next?.['type'] === 'PATCH') return next['state'] === 'READY';
  return next?.['type'] === 'HEAD' && next['state'] === 'IDLE';
}

/** Golden image that a record is about, where it says so. */
export function imageOf(record: ChangeRecord): string | undefined {
  const image = (record.newImage ?? record.oldImage)?.['image'];
  return typeof image === 'string' ? image : undefined;
}
