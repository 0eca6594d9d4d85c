/**
 * The latest decision of every market, for `why` and `markets`. The journal holds a decision when it
 * changes; this board holds its newest numbers. It is refreshed about once a second and at the end,
 * and may be lost: nothing is decided from it.
 */
import { canonicalJson } from '../domain/canonical-json.ts';
import type { Decision } from '../domain/signal.ts';
import type { Db } from './database.ts';

export interface DecisionBoard {
  write(decisions: readonly Decision[]): void;
}

export function openDecisionBoard(db: Db): DecisionBoard {
  const upsert = db.prepare(
    `INSERT INTO latest_decisions (symbol, decided_ms, kind, reason, detail, numbers)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (symbol) DO UPDATE SET decided_ms = excluded.decided_ms,
       kind = excluded.kind, reason = excluded.reason, detail = excluded.detail,
       numbers = excluded.numbers
     WHERE decided_ms <> excluded.decided_ms OR numbers <> excluded.numbers`,
  );
  const writeAll = db.transaction((decisions: readonly Decision[]) => {
    for (const decision of decisions) {
      const rejected = decision.kind === 'rejection';
      upsert.run(
        decision.symbol,
        decision.decidedMs,
        decision.kind,
        rejected ? decision.reason : null,
        rejected ? decision.detail : decision.signalId,
        canonicalJson(decision.numbers),
      );
    }
  });
  return { write: (decisions) => writeAll.immediate(decisions) };
}
