/** The word that a misspelt one most likely stands for; undefined where none is close: one edit in three characters. */
export function closestWord(misspelt: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((word) => ({ word, edits: editsBetween(misspelt.toLowerCase(), word.toLowerCase()) }))
    .sort((left, right) => left.edits - right.edits);
  return best !== undefined && best.edits <= Math.floor(Math.max(misspelt.length, best.word.length) / 3)
    ? best.word
    : undefined;
}

/**
 * Edits that make one word of another: characters put in, left out or replaced, and neighbours that changed places
 * (Damerau-Levenshtein distance, optimal string alignment).
 */
export function editsBetween(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const edits = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(isSwap ? Math.min(edits, (beforeLast[column - 2] ?? 0) + 1) : edits);
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
