/** What a home holds, read from its database as a stranger would: for comparing one run with another. */
import { openReadonly } from '../../src/core/database.ts';
import { homePaths } from '../../src/core/home.ts';
import { recentRuns, type RunLife } from '../../src/core/runs.ts';
import { STATE_APPLICATION_ID, STATE_SCHEMA_VERSION } from '../../src/core/schema.ts';
import { foldAll } from '../../src/core/verify.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface JournalFacts {
  /** What a rerun must repeat whatever happened to the process. */
  readonly outcome: {
    readonly fills: readonly Row[];
    readonly positions: readonly Row[];
    readonly equity: unknown;
  };
  /** Where the tables differ from the fold of all events. */
  readonly differences: readonly string[];
  /** Newest first. */
  readonly lives: readonly RunLife[];
  readonly events: readonly {
    readonly seq: number;
    readonly type: string;
    readonly payload: Row;
  }[];
}

export function journalFacts(home: string): JournalFacts {
  const db = openReadonly(homePaths(home).state, {
    applicationId: STATE_APPLICATION_ID,
    schemaVersion: STATE_SCHEMA_VERSION,
  });
  try {
    const rows = (sql: string): Row[] => db.prepare<[], Row>(sql).all();
    const equity = db
      .prepare(
        `SELECT json_extract(payload, '$.equity') FROM events WHERE type = 'CYCLE_END'
         ORDER BY seq DESC LIMIT 1`,
      )
      .pluck()
      .get();
    return {
      outcome: {
        fills: rows(
          'SELECT symbol, side, quantity, price, fee, ts_ms FROM fills ORDER BY ts_ms, trade_id',
        ),
        positions: rows(
          `SELECT symbol, side, status, quantity, entry_price, realized_pnl, exit_reason
           FROM positions ORDER BY opened_ms, symbol`,
        ),
        equity,
      },
      differences: foldAll(db).differences,
      lives: recentRuns(db, 100),
      events: rows('SELECT seq, type, payload FROM events ORDER BY seq').map((row) => ({
        seq: Number(row['seq']),
        type: String(row['type']),
        payload: JSON.parse(String(row['payload'])) as Row,
      })),
    };
  } finally {
    db.close();
  }
}
