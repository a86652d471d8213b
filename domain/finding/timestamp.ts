const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `Wed Sep 04 16:55:38.411 UTC 2024`: Inspector's EventBridge events since 2023. */
const UNIX_DATE =
  /^[A-Za-z]{3} (?<month>[A-Za-z]{3}) {1,2}(?<day>\d{1,2}) (?<hour>\d{1,2}):(?<minute>\d{2}):(?<second>\d{2})(?:\.(?<fraction>\d{1,9}))? (?:UTC|GMT|Z) (?<year>\d{4})$/;
/** `Jan 19, 2023, 10:46:15 PM`: Inspector's EventBridge events of 2021–2023, in UTC. The space before PM may be U+202F. */
const US_DATE =
  /^(?<month>[A-Za-z]{3}) (?<day>\d{1,2}), (?<year>\d{4}),? (?<hour>\d{1,2}):(?<minute>\d{2}):(?<second>\d{2})[ \u202f](?<half>[AaPp][Mm])$/;
/** ISO 8601 with `T` or a space (boto dumps), any fraction, `Z` or an offset. */
const ISO_DATE =
  /^(?<year>\d{4})-(?<monthNumber>\d{2})-(?<day>\d{2})[T ](?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?(?<zone>Z|[+-]\d{2}:?\d{2})$/;

/** No finding is older than the epoch. */
const EARLIEST_YEAR = 1970;

/** Epoch numbers below this are seconds, others milliseconds (10^11 s is the year 5138, 10^11 ms is 1973). */
const MILLISECONDS_FROM = 1e11;

/**
 * Reads every date form that Inspector and its clients write (Inspector user guide, eventbridge-integration) into ISO
 * 8601 UTC with milliseconds.
 * `Date.parse` is not used: for the first two forms its answer depends on the implementation and the time zone.
 * @param value text, epoch seconds or milliseconds, or a Date
 * @returns undefined where the value is no date
 */
export function parseTimestamp(value: unknown): string | undefined {
  if (value instanceof Date) return toIso(value.getTime());
  if (typeof value === 'number') return toIso(value < MILLISECONDS_FROM ? Math.round(value * 1000) : value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const groups = (UNIX_DATE.exec(value) ?? US_DATE.exec(value) ?? ISO_DATE.exec(value))?.groups;
  if (groups === undefined) return undefined;

  const month =
    groups['monthNumber'] === undefined
      ? MONTHS.indexOf((groups['month'] ?? '').toLowerCase())
      : Number(groups['monthNumber']) - 1;
  const day = Number(groups['day']);
  let hour = Number(groups['hour']);
  if (groups['half'] !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    hour = (hour % 12) + (groups['half'].toLowerCase() === 'pm' ? 12 : 0);
  }
  const [minute, second] = [Number(groups['minute']), Number(groups['second'])];
  if (month < 0 || month > 11 || hour > 23 || minute > 59 || second > 59) return undefined;
  const milliseconds = Number((groups['fraction'] ?? '').padEnd(3, '0').slice(0, 3));
  const year = Number(groups['year']);
  const offset = offsetMilliseconds(groups['zone'] ?? 'Z');
  // Year 1 is what Go and .NET write for "never".
  if (year < EARLIEST_YEAR || offset === undefined) return undefined;
  const utc = Date.UTC(year, month, day, hour, minute, second, milliseconds);
  if (new Date(utc).getUTCDate() !== day) return undefined;
  return toIso(utc - offset);
}

/** Undefined where no such zone exists: they reach from -12:00 to +14:00. */
function offsetMilliseconds(zone: string): number | undefined {
  if (zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function toIso(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
