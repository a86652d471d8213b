import type { ChangeRecord } from '../ports';

/**
 * One pattern of an event source mapping's filter (Lambda guide, "Filter rule syntax"), to be set as its JSON text. It is
 * matched against a record as Lambda gets it: attributes in DynamoDB's JSON, below `dynamodb`.
 */
export interface StreamPattern {
  readonly dynamodb: Readonly<Partial<Record<'NewImage' | 'OldImage', Readonly<Record<string, { S: string[] }>>>>>;
}

/**
 * The filter of generate-patch: three patterns of the five that Lambda allows, one of which must match.
 *
 * 1. A finding that is OPEN after the change: it became so, or its facts changed.
 * 2. A finding that was OPEN before it: suppressed, excepted, closed, fixed, or gone. A patch that waits may be for it.
 * 3. A REPLAN that is requested.
 *
 * A pattern cannot compare an old image with a new one, so that the filter lets through what {@link wakesGeneratePatch}
 * passes over: a finding that is OPEN as before, with the same facts.
 */
export const GENERATE_PATCH_FILTERS: readonly StreamPattern[] = [
  { dynamodb: { NewImage: typeAndState('FINDING', 'OPEN') } },
  { dynamodb: { OldImage: typeAndState('FINDING', 'OPEN') } },
  { dynamodb: { NewImage: typeAndState('REPLAN', 'REQUESTED') } },
];

/** The filter of signal-rebuild: a patch that is READY, a HEAD that is IDLE. It says the same as {@link wakesSignalRebuild}. */
export const SIGNAL_REBUILD_FILTERS: readonly StreamPattern[] = [
  { dynamodb: { NewImage: typeAndState('PATCH', 'READY') } },
  { dynamodb: { NewImage: typeAndState('HEAD', 'IDLE') } },
];

/**
 * Records that generate-patch wakes for: a finding that is OPEN, one that was OPEN and is not any more, or a REPLAN that
 * is requested. A finding whose state and facts are as before is passed over.
 */
export function wakesGeneratePatch({ oldImage: previous, newImage: next }: ChangeRecord): boolean {
  if (next?.['type'] === 'REPLAN') return next['state'] === 'REQUESTED';
  const [was, is] = [isOpen(previous), isOpen(next)];
  return was === is ? is && previous?.['semanticHash'] !== next?.['semanticHash'] : true;
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

function isOpen(image: ChangeRecord['newImage']): boolean {
  return image?.['type'] === 'FINDING' && image['state'] === 'OPEN';
}

function typeAndState(type: string, state: string): Readonly<Record<'type' | 'state', { S: string[] }>> {
  return { type: { S: [type] }, state: { S: [state] } };
}
