/**
 * Quarantined rows as an operator settles them: retired, or released into the registry. Each is an action
 * of a plan like any other; history is never rewritten, a retirement is one more event.
 */
import { text, textOrNull } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { RepairAction, UnknownMarket } from '../../domain/plan.ts';
import type { RowId, StagedRow } from '../../domain/staged-row.ts';
import { judgeRow } from '../../reconcile/judge-row.ts';
import { rowPositionId } from '../../reconcile/stage-ledger.ts';
import { writtenSymbol } from '../../reconcile/plan-rows.ts';
import type { Bot } from '../bot.ts';
import type { PlanRequest } from './plan-document.ts';

/** Throws NOT_FOUND for a row that is not in quarantine, VALUE_INVALID for one that cannot be released. */
export function planRows(bot: Bot, { kind, rows, reason }: PlanRequest): RepairAction[] {
  const { staged } = bot.journal.registry();
  const why = reason ?? 'no reason given';
  return rows.flatMap((id) => {
    const row = staged.get(id as RowId);
    if (row === undefined) return missing(bot, id);
    return [kind === 'quarantine retire' ? retire(row, why) : release(bot, row, why)];
  });
}

/** A row that was settled before has nothing left to do; one that never was is an error. */
function missing(bot: Bot, id: string): RepairAction[] {
  if (bot.view.stagedRow(id as RowId) !== null) return [];
  throw new TradectlError('NOT_FOUND', `no row ${JSON.stringify(id)} is in quarantine`, {
    hint: 'list them with `tradectl quarantine list`',
  });
}

function retire(row: StagedRow, reason: string): RepairAction {
  const payload = { row_id: row.rowId, reason };
  return actionOf(row, {
    action: 'retire-row',
    summary: `${row.rowId}: kept for ever, acted on never`,
    events: [{ type: 'ROW_RETIRED', symbol: row.symbol, payload }],
  });
}

function release(bot: Bot, row: StagedRow, reason: string): RepairAction {
  const judged = judgeRow(row.row, bot.aliases);
  const held =
    judged.symbol === null ? undefined : bot.journal.registry().positions.get(judged.symbol);
  if (judged.kind === 'malformed' || judged.status === 'closed' || held !== undefined) {
    const why =
      judged.kind === 'malformed'
        ? judged.why
        : `${judged.symbol} is ${held === undefined ? 'closed' : 'held already'}`;
    throw new TradectlError('VALUE_INVALID', `${row.rowId} cannot be released: ${why}`, {
      hint: 'retire it with `tradectl quarantine retire`, and import what the venue has with `tradectl phantoms import`',
    });
  }
  const { symbol, side, quantity, entryPrice } = judged;
  const positionId = rowPositionId(row.rowId);
  const released: NewEvent[] = [
    { type: 'ROW_RELEASED', symbol, positionId, payload: { row_id: row.rowId, reason } },
    {
      type: 'POSITION_IMPORTED',
      symbol,
      positionId,
      correlationId: positionId,
      payload: {
        side,
        quantity: text(quantity),
        entry_price: textOrNull(entryPrice),
        origin: 'operator',
        plan: null,
        no_stop_reason: null,
        evidence: `row ${row.rowId} released: ${reason}`,
      },
    },
  ];
  return actionOf(row, {
    action: 'release-row',
    summary: `${row.rowId} becomes ${side} ${text(quantity)} ${symbol}`,
    events: released,
  });
}

function actionOf(
  row: StagedRow,
  draft: Pick<RepairAction, 'action' | 'summary' | 'events'>,
): RepairAction {
  const evidence = row.why ?? 'not judged yet';
  const finding = {
    symbol: row.symbol ?? (writtenSymbol(row) as UnknownMarket),
    positionId: null,
    finding: row.finding ?? 'malformed.registry',
    evidence,
  };
  return { ...draft, symbol: row.symbol, positionId: null, finding };
}
