/**
 * The schema of `candles.db`. One B-tree ordered by market, timeframe and time, without a rowid: an
 * import appends, a cycle reads one leaf, and 600,000 candles cost 40 MB.
 */

/** 'TRCN' in ASCII. */
export const CANDLES_APPLICATION_ID = 0x5452434e;

export const CANDLES_MIGRATIONS = [
  `CREATE TABLE symbols (
     id INTEGER PRIMARY KEY,
     symbol TEXT NOT NULL UNIQUE CHECK (symbol GLOB '*/*:*')
   ) STRICT;
   CREATE TABLE candles (
     symbol_id INTEGER NOT NULL,
     timeframe_ms INTEGER NOT NULL,
     open_ms INTEGER NOT NULL,
     open REAL NOT NULL CHECK (open > 0),
     high REAL NOT NULL,
     low REAL NOT NULL CHECK (low > 0 AND low <= high),
     close REAL NOT NULL CHECK (close > 0),
     volume REAL NOT NULL CHECK (volume >= 0),
     PRIMARY KEY (symbol_id, timeframe_ms, open_ms)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
] as const;
