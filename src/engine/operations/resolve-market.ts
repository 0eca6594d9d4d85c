/** Any spelling of a market to its symbol, through the instruments this home knows. */
import type { Db } from '../../core/database.ts';
import { readInstruments } from '../../core/instrument-store.ts';
import { TradectlError } from '../../domain/errors.ts';
import { aliasTable, isUnknownAlias, resolveSymbol, type Symbol } from '../../domain/symbol.ts';

/** Throws UNKNOWN_SYMBOL with the nearest spellings. */
export function resolveMarket(db: Db, written: string): Symbol {
  const resolved = resolveSymbol(written, aliasTable(readInstruments(db)));
  if (!isUnknownAlias(resolved)) return resolved;
  const near = resolved.near.length === 0 ? '' : `did you mean ${resolved.near.join(', ')}? `;
  throw new TradectlError('UNKNOWN_SYMBOL', `no market is called ${JSON.stringify(written)}`, {
    hint: `${near}tradectl markets lists them`,
  });
}
