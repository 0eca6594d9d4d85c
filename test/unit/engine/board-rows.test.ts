/** The board says the tier and volume of now; `markets` shows them before those of the last change. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDecisionBoard } from '../../../src/core/decision-board.ts';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, text } from '../../../src/domain/decimal.ts';
import type { Rejection } from '../../../src/domain/signal.ts';
import { boardRows } from '../../../src/engine/board-rows.ts';
import type { Bot } from '../../../src/engine/bot.ts';
import { readMarkets } from '../../../src/engine/operations/read-markets.ts';
import { journalHome, SOL, TON, type JournalHome } from '../../support/journal-home.ts';

let home: JournalHome;
beforeEach(() => {
  home = journalHome();
});
afterEach(() => home.remove());

const REJECTION: Rejection = {
  kind: 'rejection',
  symbol: TON,
  reason: 'BIAS_NEUTRAL',
  detail: '',
  decidedMs: ms(1),
  numbers: { ema: 1 },
};

function rowsAt(volume: string | null): ReturnType<typeof boardRows> {
  const verdict = {
    tier: 'B' as const,
    tradeable: true,
    riskFactor: decimal(1),
    quoteVolume24h: volume === null ? null : decimal(volume),
  };
  const bot: Pick<Bot, 'scanner' | 'tiers'> = {
    scanner: { scan: () => ({ signals: [], changed: [] }), latest: () => [REJECTION] } as never,
    tiers: { verdictOf: () => verdict } as never,
  };
  return boardRows(bot);
}

test('a decision carries its own numbers, and tier and volume of its market', () => {
  expect(rowsAt('1500.5')).toEqual([
    { ...REJECTION, numbers: { ema: 1, tier: 'B', quote_volume_24h: '1500.5' } },
  ]);
});

test('markets: volume and tier of the board, else those of the last change', () => {
  const change = (volume: string) =>
    ({ tier: 'A', quote_volume_24h: text(decimal(volume)), spread: null }) as const;
  home.journal.append([
    { type: 'MARKET_TIER', symbol: TON, payload: change('9000') },
    { type: 'MARKET_TIER', symbol: SOL, payload: change('7000') },
  ]);
  const board = openDecisionBoard(home.db);
  const shown = (): unknown[] =>
    readMarkets(home.dir, 0).markets.map((row) => [row.tier, row.quote_volume_24h]);
  board.write(rowsAt('1500.5'));
  expect(shown()).toEqual([
    ['A', '7000'],
    ['B', '1500.5'],
  ]);
  board.write(rowsAt('1600'));
  expect(shown()[1]).toEqual(['B', '1600']);
  board.write(rowsAt(null));
  expect(shown()[1]).toEqual(['B', '9000']);
});
