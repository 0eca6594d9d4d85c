/**
 * How an operator wants imports protected: a stop at a price, at a share of the mark, none with a reason,
 * or nothing said, which is the policy. A stop on the winning side of the mark is refused before anything
 * is planned with it.
 */
import { decimal, price, text, type Price } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { PlanPayload } from '../../domain/event.ts';
import type { Snapshot, VenuePosition } from '../../domain/venue.ts';
import { policyStop } from '../../protection/policy-stop.ts';
import { isPassed } from '../../protection/trailing.ts';
import { BY_POLICY, type ImportChoice } from '../../reconcile/plan-position.ts';
import type { Bot } from '../bot.ts';
import type { PlanRequest } from './plan-document.ts';

/** The key of {@link PlanRequest.stops} that means every import: a share of the mark. */
export const EVERY_IMPORT = '*';

export function importChoices(
  bot: Bot,
  { stops, no_stop_reason: noStopReason }: PlanRequest,
  snapshot: Snapshot,
): (row: VenuePosition) => ImportChoice {
  return (row) => {
    if (noStopReason !== null) return { plan: null, noStopReason };
    const chosen = stops[row.symbol];
    const share = stops[EVERY_IMPORT];
    if (chosen === undefined && share === undefined) return BY_POLICY;
    const mark = markOf(snapshot, row);
    const stop = chosen === undefined ? stopAt(bot, row, { mark, share }) : price(chosen);
    if (isPassed(row.side, stop, mark)) throw wrongSide(row, { stop, mark });
    return { plan: stopOnly(stop), noStopReason: null };
  };
}

function markOf({ marks }: Snapshot, { symbol }: VenuePosition): Price {
  const rows = marks.read === 'complete' ? marks.rows : [];
  const mark = rows.find((row) => row.symbol === symbol)?.mark;
  if (mark !== undefined) return mark;
  throw new TradectlError('VENUE_UNKNOWN', `${symbol} has no mark: a stop cannot be judged`, {
    hint: 'import it by policy; its stop is placed when the venue tells a price',
  });
}

function stopAt(
  bot: Bot,
  row: VenuePosition,
  { mark, share }: { readonly mark: Price; readonly share: string | undefined },
): Price {
  const stop = policyStop({
    side: row.side,
    mark,
    stopDistance: decimal(share ?? ''),
    tickSize: bot.instruments.get(row.symbol)?.tickSize ?? mark,
    liquidationPrice: row.liquidationPrice ?? null,
  });
  if (stop !== null) return stop;
  throw new TradectlError(
    'VALUE_INVALID',
    `${row.symbol}: no stop fits between mark and liquidation`,
  );
}

function wrongSide(
  { symbol, side }: VenuePosition,
  { stop, mark }: { readonly stop: Price; readonly mark: Price },
): TradectlError {
  const where = side === 'long' ? 'below' : 'above';
  return new TradectlError(
    'VALUE_INVALID',
    `the stop of a ${side} lies ${where} its mark: ${symbol} is at ${text(mark)}, the stop was ${text(stop)}`,
  );
}

function stopOnly(stop: Price): PlanPayload {
  return { stop: text(stop), targets: [], atr: text(decimal(0)), stop_atr: text(decimal(0)) };
}
