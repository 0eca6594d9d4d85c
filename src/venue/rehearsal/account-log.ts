/**
 * `/api/history/v3/account-log`: trades with two rows each (the money, and the position, whose asset is
 * its contract), funding payments, and transfers. `info` names the kind, and a client may ask for kinds.
 */
import { isoTime } from '../../domain/clock.ts';
import type { Book } from './book.ts';
import { failure, type Answer, type Call } from './call.ts';
import { accountUid, countOf, executionUid, isWithin, timeOf } from './history-endpoints.ts';
import { figure, type Row } from './shapes.ts';
import type { FundingPayment, StatementEntry, TradeLeg } from './statement.ts';
import { uuidOf } from './uuid-of.ts';

/** Newest first unless `sort=asc`; ids count up from 1. */
export function accountLog(book: Book, { params }: Call): Answer {
  const count = countOf(params);
  if (count === null) return failure('invalidArgument: count');
  const [since, before] = [timeOf(params, 'since'), timeOf(params, 'before')];
  const kinds = params.getAll('info');
  const found = accountLogRows(book).filter(({ entry, row }) => {
    const isKind = kinds.length === 0 || kinds.includes(String(row['info']));
    return isKind && isWithin(entry.at, since, before);
  });
  const rows = found.map(({ row }) => row);
  const logs = params.get('sort') === 'asc' ? rows : rows.reverse();
  return { body: { accountUid: accountUid(book), logs: logs.slice(0, count) } };
}

export interface LogRow {
  readonly entry: StatementEntry;
  readonly row: Row;
}

/** Oldest first, from entry number `from` on; two ids are kept for each entry. */
export function accountLogRows(book: Book, from = 0): LogRow[] {
  const entries = book.statement.entries().slice(from);
  return entries.flatMap((entry, index) => {
    const id = 1 + (from + index) * 2;
    return rowsOfEntry(book, entry, id).map((row) => ({ entry, row }));
  });
}

function rowsOfEntry(book: Book, entry: StatementEntry, id: number): Row[] {
  const money = {
    ...{ date: isoTime(entry.at), asset: 'usd', margin_account: 'flex' },
    old_balance: figure(entry.balanceBefore),
    new_balance: figure(entry.balanceAfter),
  };
  const uid = (which: string): Row => ({
    booking_uid: uuidOf(`booking|${book.seed}|${which}|${id}`),
  });
  if (entry.kind === 'trade') {
    const { leg } = entry;
    return [
      { id, ...uid('position'), ...money, ...tradeOf(book, leg), ...positionLeg(book, leg) },
      { id: id + 1, ...uid('money'), ...money, ...tradeOf(book, leg), ...moneyLeg(leg) },
    ];
  }
  const said = entry.kind === 'funding' ? fundingOf(book, entry.payment) : TRANSFER;
  return [{ id, ...uid(entry.kind), ...money, ...NOTHING, ...said }];
}

const NOTHING = {
  ...{ contract: null, execution: null, fee: null, realized_pnl: null, realized_funding: null },
  ...{ funding_rate: null, mark_price: null, trade_price: null },
} as const;

/** From and to the account's other wallets. */
const TRANSFER = { info: 'cross-exchange transfer' } as const;

function fundingOf(book: Book, { symbol, amount, rate, mark }: FundingPayment): Row {
  return {
    info: 'funding rate change',
    contract: contractOf(book, symbol),
    realized_funding: figure(amount),
    funding_rate: figure(rate),
    mark_price: figure(mark),
  };
}

function tradeOf(book: Book, { fill }: TradeLeg): Row {
  return {
    ...NOTHING,
    contract: contractOf(book, fill.symbol),
    info: fill.kind === 'trade' ? 'futures trade' : `futures ${fill.kind}`,
    execution: executionUid(fill),
    mark_price: figure(fill.price),
    trade_price: figure(fill.price),
  };
}

function moneyLeg({ fill, realized }: TradeLeg): Row {
  return { fee: figure(fill.fee), realized_pnl: realized.isZero() ? 0 : figure(realized) };
}

function positionLeg(book: Book, { fill, sizeBefore, sizeAfter }: TradeLeg): Row {
  return {
    asset: contractOf(book, fill.symbol),
    old_balance: figure(sizeBefore),
    new_balance: figure(sizeAfter),
  };
}

function contractOf(book: Book, symbol: TradeLeg['fill']['symbol']): string {
  return book.listing.idOf(symbol).toLowerCase();
}
