import { InvalidArgumentError } from 'commander';
import { parseTimestamp } from '../../domain/finding/timestamp';

/** `--findings` of every command that reads findings. */
export const FINDINGS_OPTION = [
  '--findings <path...>',
  'files or directories: Inspector2 events (one, or JSON lines) or "aws inspector2 list-findings" output',
] as const;

/** Reads `--at`: a date or an ISO 8601 time. */
export function parseTime(value: string): Date {
  const iso = parseTimestamp(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value);
  if (iso === undefined) throw new InvalidArgumentError('It is not a date such as 2026-05-22 or 2026-05-22T15:40:00Z.');
  return new Date(iso);
}
