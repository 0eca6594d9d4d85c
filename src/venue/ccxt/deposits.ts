/**
 * What was paid in less what was taken out, since the bot first saw the account: no profit and no loss, so
 * a withdrawal must not look like a drawdown. The venue's ledger is asked when the money in the account
 * changed, and twice more soon after, because ledgers lag. What was once seen stays counted, because they
 * also forget.
 */
import type { Clock, Ms } from '../../domain/clock.ts';
import { MINUTE, ms, SECOND } from '../../domain/clock.ts';
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
  /**
   * `money` is anything that changes when money comes or goes. What came later than `asOf`, when the account
   * was read, is not in its figures and not in the sum; null counts all.
   */
  total(money: string, asOf: Ms | null): Promise<Decimal | Unknown>;
}

export interface DepositOptions {
  readonly clock: Clock;
  /** Null: since now, so that the first look needs no ledger. */
  readonly since: Ms | null;
  /** Transfers at or after the time. */
  readonly read: (since: Ms) => Promise<readonly Transfer[] | Unknown>;
}

/** After a change, the ledger is looked at again when these have passed. */
const AGAIN_AFTER = [ms(30 * SECOND), ms(5 * MINUTE)];

export function createDeposits({ clock, since, read }: DepositOptions): Deposits {
  const from = since ?? clock.now();
  const seen = new Map<string, Transfer>();
  let money: string | null = null;
  let changedAt = clock.monotonic();
  let readAt = changedAt;

  const isDue = (now: Ms): boolean =>
    AGAIN_AFTER.some((after) => readAt < changedAt + after && now >= changedAt + after);
  return {
    total: async (told, asOf) => {
      const now = clock.monotonic();
      const isFirst = money === null;
      const isChanged = money !== told;
      if (isFirst ? since !== null : isChanged || isDue(now)) {
        const found = await read(latestOf(seen, from));
        if ('read' in found) return found;
        for (const transfer of found) if (transfer.atMs >= from) seen.set(transfer.id, transfer);
        readAt = now;
      }
      if (isChanged && !isFirst) changedAt = now;
      money = told;
      const counted = [...seen.values()].filter(({ atMs }) => asOf === null || atMs <= asOf);
      return counted.reduce((sum, { amount }) => sum.plus(amount), ZERO);
    },
  };
}

/** A little earlier than the last one seen: a ledger is not always written in order. */
function latestOf(seen: ReadonlyMap<string, Transfer>, from: Ms): Ms {
  const latest = Math.max(from, ...[...seen.values()].map(({ atMs }) => atMs));
  return ms(Math.max(from, latest - AGAIN_AFTER[1]!));
}
