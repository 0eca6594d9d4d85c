/** Markets as an operator spells them, to canonical symbols, all in one reading of the home. */
import { readHome } from '../src/engine/operations/read-home.ts';
import { resolveMarket } from '../src/engine/operations/resolve-market.ts';

/** Throws UNKNOWN_SYMBOL with the nearest spellings; nothing is opened when there is nothing to resolve. */
export function resolveSymbols(home: string, written: readonly string[]): string[] {
  if (written.length === 0) return [];
  const symbols = readHome(home, (db) => written.map((each) => resolveMarket(db, each)));
  return [...new Set<string>(symbols)];
}
