/**
 * Whether a stored row can be what it claims to be. The CHECKs of the schema guarantee it, until somebody
 * writes past them; a row is then named with its fault and never read as a position or an order.
 */
import { ORDER_STATES } from '../domain/order.ts';
import { isSymbol } from '../domain/symbol.ts';
import { messageOf } from '../domain/errors.ts';
import { orderOf, positionOf, type Row } from './registry-rows.ts';

const ORIGINS = ['signal', 'venue-report', 'fill', 'operator'];
const ROLES = ['entry', 'stop', 'target', 'exit'];
const TYPES = ['market', 'limit', 'stop', 'take_profit'];

/** What is wrong with a row of `positions`, in words; null for a sound one. */
export function positionFault(row: Row): string | null {
  return (
    unknownMarket(row) ??
    unexpected(row, 'side', ['long', 'short']) ??
    unexpected(row, 'status', ['open', 'closed']) ??
    unexpected(row, 'origin', ORIGINS) ??
    notWhole(row, ['opened_seq', 'opened_ms']) ??
    unparsable(() => {
      const { status, quantity, enteredQuantity, targetsHit, closedMs, exitReason } =
        positionOf(row);
      if (status === 'open' && quantity.isZero()) return 'it is open with a quantity of zero';
      if (status === 'closed' && !quantity.isZero()) return 'it is closed and holds a quantity';
      const ended = [closedMs, exitReason].filter((end) => end !== null).length;
      if (ended !== (status === 'closed' ? 2 : 0)) return `it is ${status}, its end says otherwise`;
      if (enteredQuantity.isZero()) return 'nothing was ever entered';
      return Array.isArray(targetsHit) ? null : 'targets_hit is not a list';
    })
  );
}

/** What is wrong with a row of `orders`, in words; null for a sound one. */
export function orderFault(row: Row): string | null {
  return (
    unknownMarket(row) ??
    unexpected(row, 'side', ['buy', 'sell']) ??
    unexpected(row, 'role', ROLES) ??
    unexpected(row, 'type', TYPES) ??
    unexpected(row, 'state', ORDER_STATES) ??
    unexpected(row, 'time_in_force', ['gtc', 'ioc']) ??
    notWhole(row, ['intent_seq', 'intended_ms', 'updated_ms']) ??
    unparsable(() => {
      const { quantity, type, price, stopPrice, role, reduceOnly, filledValue } = orderOf(row);
      if (quantity.isZero()) return 'its quantity is zero';
      if (filledValue.lt(0)) return 'its fills were worth less than nothing';
      if ((role === 'entry') === reduceOnly) return 'only entries may add to a position';
      if (type === 'limit' && price === null) return 'it is a limit order without a price';
      const triggered = type === 'stop' || type === 'take_profit';
      return triggered && stopPrice === null ? 'it has no price that triggers it' : null;
    })
  );
}

function unknownMarket(row: Row): string | null {
  const written = row['symbol'];
  if (typeof written === 'string' && isSymbol(written)) return null;
  return `symbol is ${JSON.stringify(written)}`;
}

function unexpected(row: Row, column: string, known: readonly string[]): string | null {
  const value = row[column];
  if (typeof value === 'string' && known.includes(value)) return null;
  return `${column} is ${JSON.stringify(value)}`;
}

function notWhole(row: Row, columns: readonly string[]): string | null {
  const wrong = columns.find((column) => !Number.isSafeInteger(row[column]));
  return wrong === undefined ? null : `${wrong} is ${JSON.stringify(row[wrong])}`;
}

function unparsable(look: () => string | null): string | null {
  try {
    return look();
  } catch (error) {
    return messageOf(error);
  }
}
