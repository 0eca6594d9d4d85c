/**
 * Brings the rows of a legacy ledger in, through the staging path: what can be a position becomes one, the
 * rest waits beside the registry for reconciliation to judge it. Importing a file twice changes nothing.
 */
import type { NewEvent } from '../../domain/event.ts';
import type { LedgerRow } from '../../reconcile/stage-ledger.ts';
import { stageLedger, type Staged } from '../../reconcile/stage-ledger.ts';
import type { Bot } from '../bot.ts';
import type { Operator } from './operator.ts';

export interface LedgerImport {
  /** Rows that became open positions. */
  readonly positions: number;
  /** Rows that wait beside the registry. */
  readonly staged: number;
  readonly closed: number;
  /** Rows that an earlier import brought in. */
  readonly known: number;
}

/** Rows per transaction: a ledger of a million rows must not be one of a gigabyte. */
const BATCH = 500;

export function importLedger(
  bot: Bot,
  {
    file,
    rows,
    by,
  }: { readonly file: string; readonly rows: readonly LedgerRow[]; readonly by: Operator },
): LedgerImport {
  const all = stageLedger(rows, {
    registry: bot.journal.registry(),
    instruments: bot.instruments,
    aliases: bot.aliases,
    source: file.slice(file.lastIndexOf('/') + 1),
    nowMs: bot.clock.now(),
  });
  const fresh = all.filter((row) => !isKnown(bot, row));
  const count = (as: Staged['as']): number => fresh.filter((row) => row.as === as).length;
  if (fresh.length > 0) bot.journal.append([commandEvent(file, by)]);
  for (let from = 0; from < fresh.length; from += BATCH) {
    bot.journal.append(fresh.slice(from, from + BATCH).flatMap(({ events }) => events));
  }
  return {
    positions: count('position'),
    staged: count('staged'),
    closed: count('closed-position'),
    known: all.length - fresh.length,
  };
}

function isKnown({ view }: Bot, { rowId, positionId }: Staged): boolean {
  return view.stagedRow(rowId) !== null || view.positionById(positionId) !== null;
}

function commandEvent(file: string, by: Operator): NewEvent {
  const { uid, terminal } = by;
  return {
    type: 'OPERATOR_COMMAND',
    payload: { command: 'quarantine import', arguments: { file }, uid, terminal, reason: null },
  };
}
