/** `structure` reads what the bot has seen, and believes neither flag nor file name against the other. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ms, virtualClock } from '../../../src/domain/clock.ts';
import { decimal, text } from '../../../src/domain/decimal.ts';
import { printed, type Printed } from '../../support/fake-terminal.ts';
import { journalHome, type JournalHome } from '../../support/journal-home.ts';

const FOUR_HOURS = 14_400_000;
/** The clock of the home stands here; forty candles end ten candles after it, before the reading. */
const CYCLE = 1_700_000_000_000;
const LATER = { clock: virtualClock(ms(CYCLE + 20 * FOUR_HOURS)) };
const BARS = 40;

let home: JournalHome;
let file: string;
beforeEach(() => {
  home = journalHome();
  const folder = join(home.dir, 'csv');
  mkdirSync(folder);
  file = join(folder, 'TON_USD_USD-4h.csv');
  const first = Math.floor(CYCLE / FOUR_HOURS) * FOUR_HOURS - 30 * FOUR_HOURS;
  const rows = Array.from(
    { length: BARS },
    (_, bar) => `${first + bar * FOUR_HOURS},2,${3 + (bar % 7)},1,2.5,10`,
  );
  writeFileSync(file, `timestamp_ms,open,high,low,close,volume\n${rows.join('\n')}\n`);
});
afterEach(() => home.remove());

const ask = (...argv: string[]): Promise<Printed> =>
  printed(['structure', ...argv, '--home', home.dir, '--json'], LATER);
const candles = async (...argv: string[]): Promise<unknown> =>
  (JSON.parse((await ask(...argv)).out) as { candles: number }).candles;

describe('--candles', () => {
  test('another timeframe than the file name says is refused, naming both', async () => {
    const { exit, err } = await ask('--candles', file, '--timeframe', '1h');
    expect(exit).toBe(2);
    expect(JSON.parse(err)).toMatchObject({
      code: 'USAGE',
      message: `${file} holds 4h candles, not 1h`,
    });
  });

  test('without a timeframe the file name says it', async () => {
    const hourly = join(home.dir, 'ton-1h.csv');
    writeFileSync(hourly, 'timestamp_ms,open,high,low,close,volume\n3600000,2,3,1,2.5,10\n');
    expect(JSON.parse((await ask('--candles', hourly)).out)).toMatchObject({ timeframe: '1h' });
  });
});

describe('a market of a home', () => {
  beforeEach(async () => {
    const { exit } = await printed(['candles', 'import', file, '--home', home.dir], LATER);
    expect(exit).toBe(0);
    home.db.exec(
      `INSERT INTO instruments VALUES ('TON/USD:USD', 'PF_TONUSD', '1', '1', '0.001', '1', NULL, 5)`,
    );
  });

  test('only candles closed by the last cycle are read; all of them before any', async () => {
    expect(await candles('TON')).toBe(BARS);
    const none = text(decimal(0));
    home.journal.append([
      {
        type: 'CYCLE_END',
        payload: {
          cycle: 1,
          state: 'NORMAL',
          markets: 1,
          candles: 1,
          signals: 0,
          rejections: {},
          approved: 0,
          denied: {},
          lost: {},
          orders: 0,
          fills: 0,
          positions: 0,
          equity: none,
          peak_equity: none,
          net_deposits: none,
          priced_markets: 1,
          causes: [],
          entries_when_below: 0,
          margin_utilization: none,
        },
      },
    ]);
    expect(await candles('TON')).toBe(30);
  });
});
