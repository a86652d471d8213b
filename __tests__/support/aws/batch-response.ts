/**
 * What a function's answer to a batch says (Lambda guide, "partial batch response"): the identifiers that failed; `all`
 * where it cannot be read, which Lambda takes as a complete failure.
 * @param response what the handler returned; no list, or an empty one, is a complete success
 * @param known identifiers of the batch
 */
export function failedItems(response: unknown, known: ReadonlySet<string>): readonly string[] | 'all' {
  const failures = member(response, 'batchItemFailures');
  if (failures === undefined || failures === null) return [];
  if (!Array.isArray(failures)) return 'all';
  const identifiers = failures.map((failure) => member(failure, 'itemIdentifier'));
  const isReadable = (one: unknown): one is string => typeof one === 'string' && known.has(one);
  return identifiers.every(isReadable) ? identifiers : 'all';
}

/** What Lambda gets of a value that a handler returned, or gives it: JSON. */
export function throughJson(value: unknown): unknown {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown);
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined;
}
