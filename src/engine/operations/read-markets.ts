/** `tradectl.markets/1`: every market this home knows, as the journal and the last decisions tell. */
import type { Db } from '../../core/database.ts';
import { readHome } from './read-home.ts';

export interface MarketRow {
  readonly symbol: string;
  readonly tier: string | null;
  readonly pinned: boolean;
  readonly quote_volume_24h: string | null;
  readonly decision: string | null;
  readonly reason: string | null;
  readonly decided_ms: number | null;
  /** Why it is not traded at all; null for a market that is. */
  readonly set_aside: string | null;
}

export interface MarketsDocument {
  readonly schema: 'tradectl.markets/1';
  readonly as_of_ms: number;
  readonly markets: readonly MarketRow[];
}

interface Joined extends Omit<MarketRow, 'pinned'> {
  readonly pinned: number;
}

/** The newest event of a type per symbol; `events_type` makes each a range scan. */
function newest(type: string): string {
  return `SELECT symbol, payload, max(seq) FROM events WHERE type = '${type}' GROUP BY symbol`;
}

/** The board has tier and volume of today; a market without a decision, those of its last change. */
const MARKETS = `
WITH tiers AS (${newest('MARKET_TIER')}),
  pinned AS (${newest('MARKET_PINNED')}),
  aside AS (${newest('MARKET_SET_ASIDE')}),
  known AS (SELECT symbol FROM instruments UNION SELECT symbol FROM tiers
    UNION SELECT symbol FROM aside UNION SELECT symbol FROM latest_decisions)
SELECT known.symbol AS symbol,
  coalesce(numbers ->> '$.tier', pinned.payload ->> '$.tier', tiers.payload ->> '$.tier') AS tier,
  pinned.symbol IS NOT NULL AS pinned,
  coalesce(numbers ->> '$.quote_volume_24h', tiers.payload ->> '$.quote_volume_24h') AS quote_volume_24h,
  kind AS decision, reason, decided_ms,
  aside.payload ->> '$.reason' AS set_aside
FROM known LEFT JOIN tiers USING (symbol) LEFT JOIN pinned USING (symbol)
  LEFT JOIN aside USING (symbol) LEFT JOIN latest_decisions USING (symbol)
WHERE known.symbol IS NOT NULL ORDER BY known.symbol`;

export function readMarkets(home: string, asOfMs: number): MarketsDocument {
  const markets = readHome(home, (db: Db) =>
    db
      .prepare<[], Joined>(MARKETS)
      .all()
      .map((row) => ({ ...row, pinned: row.pinned === 1 })),
  );
  return { schema: 'tradectl.markets/1', as_of_ms: asOfMs, markets };
}
