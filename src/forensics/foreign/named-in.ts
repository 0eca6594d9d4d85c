/** Whether a text names one of some things: as whole words, so that `RSR` is not found inside `RSRUSDT`. */

/** Shorter names are found in every second line. */
const SHORTEST = 3;

/** What stands between the two halves of a market: `RSR/USDT` is `RSRUSDT`. */
const BETWEEN = '[-/_:]?';

/** Null when none of the names is long enough to be looked for. */
export function namedIn(names: readonly string[]): ((text: string) => string[]) | null {
  const known = [...new Set(names)].filter((name) => bare(name).length >= SHORTEST);
  if (known.length === 0) return null;
  const words = known.toSorted((a, b) => b.length - a.length).map(spelled);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
  const written = new Map(known.map((name) => [bare(name), name]));
  return (text) => {
    const found = text.match(pattern) ?? [];
    return [...new Set(found.flatMap((word) => written.get(bare(word)) ?? []))];
  };
}

/** A name of letters in every spelling; a number only as it is. */
function spelled(name: string): string {
  if (/^[\d.]+$/.test(name)) return escaped(name);
  return [...name.replaceAll(/[-/_:]/g, '')].map(escaped).join(BETWEEN);
}

function bare(name: string): string {
  return name.toLowerCase().replaceAll(/[-/_:]/g, '');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
