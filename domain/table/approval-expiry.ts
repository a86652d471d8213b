import type { Policy } from '../policy/policy';
import type { PatchItem } from './patch-item';

const HOUR_MS = 3_600_000;

/** When a patch that waits for a person's word is too old: what it was planned for may have changed too much by then. */
export function approvalExpiry(
  { stateSince }: Pick<PatchItem, 'stateSince'>,
  { approvalExpiresAfterHours }: Pick<Policy, 'approvalExpiresAfterHours'>,
): Date {
  return new Date(Date.parse(stateSince) + approvalExpiresAfterHours * HOUR_MS);
}
