import { InvalidArgumentError } from 'commander';
import { IMAGE_TAG, isReservedTag } from '../../domain/config/image-tag';
import { parseTimestamp } from '../../domain/finding/timestamp';

/** `--findings` of every command that reads findings. */
export const FINDINGS_OPTION = [
  '--findings <path...>',
  'files or directories: Inspector2 events (one, or JSON lines), "aws inspector2 list-findings" output, Inspector CycloneDX scans or "trivy image --format json" output',
] as const;

/** Reads `--at`: a date or an ISO 8601 time. */
export function parseTime(value: string): Date {
  const iso = parseTimestamp(/^\d{4}-\d{2}-\d{2}$/.test(value) ? `${value}T00:00:00Z` : value);
  if (iso === undefined) throw new InvalidArgumentError('It is not a date such as 2026-05-22 or 2026-05-22T15:40:00Z.');
  return new Date(iso);
}

/** `registry/path:tag`, as the OCI distribution specification has it. */
const REFERENCE = /^(?<name>[a-z0-9][a-z0-9._/:-]*[a-z0-9]):(?<tag>[A-Za-z0-9_.-]+)$/;

/** Reads `--tag`: a tag, or a whole reference with one. */
export function parseTag(value: string): string {
  const tag = REFERENCE.exec(value)?.groups?.['tag'] ?? value;
  if (!IMAGE_TAG.test(tag))
    throw new InvalidArgumentError('It is neither a tag nor a reference such as localhost/app:tag.');
  if (isReservedTag(tag))
    throw new InvalidArgumentError('The system gives that tag itself: candidates and <date>.<n>.');
  return value;
}
