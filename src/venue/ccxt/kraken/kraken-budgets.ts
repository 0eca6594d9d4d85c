/** What Kraken Futures grants: 500 per 10 s and key, where an order costs ten and a look two. */
import { MINUTE, ms, SECOND } from '../../../domain/clock.ts';
import type { BudgetRules } from '../rate-budget.ts';

/** Orders and account; reads leave room for thirty orders or cancels. */
export const KEY_BUDGET: BudgetRules = {
  capacity: 500,
  windowMs: ms(10 * SECOND),
  reserved: 300,
};
/** History has a pool of its own; what became of an order goes before what was paid in. */
export const HISTORY_BUDGET: BudgetRules = {
  capacity: 100,
  windowMs: ms(10 * MINUTE),
  reserved: 60,
};
/**
 * Public data costs nothing there; a limit of our own keeps a loop from looking like an attack. Candles
 * leave room for the prices that protection needs.
 */
export const MARKET_BUDGET: BudgetRules = {
  capacity: 100,
  windowMs: ms(10 * SECOND),
  reserved: 20,
};
