/**
 * What was paid in less what was taken out, since the bot first saw the account: no profit and no loss, so
 * a withdrawal must not look like a drawdown. The venue's ledger is only asked when the money in the account
 * changed since the last time, and what was once seen stays counted, because ledgers forget.
 */
import type { Ms } from '../../domain/clock.ts';
import type { Decimal } from '../../domain/decimal.ts';
import { ZERO } from '../../domain/decimal.ts';
import type { Unknown } from './answer-list.ts';

export interface Transfer {
  readonly id: string;
  readonly atMs: Ms;
  /** Into the account; negative out of it. In quote units. */
  readonly amount: Decimal;
}

export interface Deposits {
  /** `money` is anything that changes when money comes or goes. */
  total(money: string): Promise<Decimal | Unknown>;
}

export interface DepositOptions {
  /** Null: since now, so that the first look needs no ledger. */
  readonly since: Ms | null;
  readonly openedMs: Ms;
  /** Transfers at or after the time. */
  readonly read: (since: Ms) => Promise<readonly Transfer[] | Unknown>;
}

export function createDeposits({ since, openedMs, read }: DepositOptions): Deposits {
  const from = since ?? openedMs;
  const seen = new Map<string, Transfer>();
  let money: string | null = null;
  return {
    total: async (now) => {
      const isFirst = money === null && since === null;
      if (!isFirst && money !== now) {
        const found = await read(latestOf(seen, from));
        if ('read' in found) return found;
        for (const transfer of found) if (transfer.atMs >= from) seen.set(transfer.id, transfer);
      }
      money = now;
      return [...seen.values()].reduce((sum, { amount }) => sum.plus(amount), ZERO);
    },
  };
}

function latestOf(seen: ReadonlyMap<string, Transfer>, from: Ms): Ms {
  return [...seen.values()].reduce((latest, { atMs }) => (atMs > latest ? atMs : latest), from);
}
