/** The nearest known word to a mistyped one, by Damerau-Levenshtein distance. */

/**
 * The key that an unknown one was meant to be: always one, unless none is known. A key of the same name in
 * another table comes first, then those of the same table, by how they begin: `max_margn` is the start
 * of `max_margin_utilization`, though most letters are missing.
 */
export function nearestKey(written: string, known: Iterable<string>): string | null {
  const words = [...known];
  const namesake = words.find((word) => nameOf(word) === nameOf(written));
  if (namesake !== undefined) return namesake;
  const table = written.slice(0, written.lastIndexOf('.') + 1);
  const sameTable = words.filter((word) => table !== '' && word.startsWith(table));
  const name = nameOf(written).toLowerCase();
  const judged = (sameTable.length > 0 ? sameTable : words).map((word) => {
    const row = lastRow(name, nameOf(word).toLowerCase());
    return { word, start: Math.min(...row), whole: row.at(-1) ?? 0 };
  });
  const [best] = judged.toSorted((a, b) => a.start - b.start || a.whole - b.whole);
  return best?.word ?? null;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** Returns the nearest of `known`, or null when none is near enough to be meant. */
export function nearest(written: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const word of known) {
    const distance = editDistance(written.toLowerCase(), word.toLowerCase());
    if (distance < least) [best, least] = [word, distance];
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `from` into `to`. */
export function editDistance(from: string, to: string): number {
  return at(lastRow(from, to), to.length);
}

/** The distances of `from` to every start of `to`, the empty one first. */
function lastRow(from: string, to: string): readonly number[] {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const isSame = from[row - 1] === to[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && isSwap) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    [beforeLast, last] = [last, current];
  }
  return last;
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
