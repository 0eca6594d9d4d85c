/** Whether a text names one of some things: as whole words, so that `RSR` is not found inside `RSRUSDT`. */

/** Shorter names are found in every second line. */
const SHORTEST = 3;

/** Null when none of the names is long enough to be looked for. */
export function namedIn(names: readonly string[]): ((text: string) => string[]) | null {
  const known = [...new Set(names)].filter((name) => name.length >= SHORTEST);
  if (known.length === 0) return null;
  const words = known.toSorted((a, b) => b.length - a.length).map(escaped);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
  const written = new Map(known.map((name) => [name.toLowerCase(), name]));
  return (text) => {
    const found = text.match(pattern) ?? [];
    return [...new Set(found.flatMap((word) => written.get(word.toLowerCase()) ?? []))];
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
