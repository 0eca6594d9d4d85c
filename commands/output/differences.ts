/** What a fold of all events found to differ, a line each; a damaged file can differ in thousands. */
import { safeText } from './safe-text.ts';

const SHOWN = 10;

export function differenceLines(differences: readonly string[]): string {
  const lines = differences.slice(0, SHOWN).map((line) => `  ${safeText(line)}\n`);
  const more = differences.length - SHOWN;
  return `${lines.join('')}${more > 0 ? `  and ${more} more\n` : ''}`;
}
