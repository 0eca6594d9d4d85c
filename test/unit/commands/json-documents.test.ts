/** Every document a command prints has exactly the keys that docs/json.md names. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { homeHoldingTon, secondInstance } from '../../support/closing-home.ts';
import { printed } from '../../support/fake-terminal.ts';
import {
  closedEvent,
  fillEvent,
  intent,
  journalHome,
  openLong,
  SOL,
} from '../../support/journal-home.ts';
import { differences, readDocumentation } from '../../support/json-documentation.ts';

const documentation = readDocumentation();
const FOUR_HOURS = 14_400_000;

/** A home in which every list has a row. */
function busyHome(): ReturnType<typeof journalHome> {
  const home = journalHome();
  openLong(home.journal, 'pos-1');
  openLong(home.journal, 'pos-2', SOL);
  const exit = { symbol: SOL, position: 'pos-2', side: 'sell' as const, role: 'stop' as const };
  home.journal.append([
    fillEvent({ ...exit, trade: 'x', purpose: 'stop_loss' }),
    closedEvent('pos-2', SOL),
  ]);
  home.journal.append([intent({ id: 'entry-3', signal: 'sig-3', symbol: SOL })]);
  home.db
    .exec(`INSERT INTO instruments VALUES ('TON/USD:USD', 'PF_TONUSD', '1', '1', '0.001', '1', NULL, 5);
    INSERT INTO latest_decisions VALUES ('TON/USD:USD', 1, 'rejection', 'BIAS_NEUTRAL', '', '{"ema":1}')`);
  return home;
}

function candleFile(dir: string, times: readonly number[]): string {
  const file = join(dir, 'TON_USD_USD-4h.csv');
  const rows = times.map((time, index) => `${time},2,${3 + (index % 7)},1,2.5,10`);
  writeFileSync(file, `timestamp_ms,open,high,low,close,volume\n${rows.join('\n')}\n`);
  return file;
}

test('documents and their documentation have the same keys', async () => {
  const home = busyHome();
  const times = Array.from(
    { length: 40 },
    (_, index) => (index + (index > 20 ? 3 : 0)) * FOUR_HOURS,
  );
  const file = candleFile(home.dir, times);
  const commands: (readonly string[])[] = [
    ['halt', 'show'],
    ['halt', 'set', '--reason', 'test'],
    ['halt', 'show'],
    ['status'],
    ['positions'],
    ['positions', '--closed'],
    ['orders', '--all'],
    ['trades'],
    ['why'],
    ['why', 'TON'],
    ['markets'],
    ['events', 'tail', '--limit', '1'],
    ['candles', 'import', file],
    ['candles', 'verify'],
    ['structure', 'TON'],
    ['structure', '--candles', file],
    ['backup', join(home.dir, 'copy.db')],
    ['doctor'],
    ['restore', join(home.dir, 'copy.db'), '--yes', '--home', join(home.dir, 'restored')],
    ['query', 'events-by-type'],
    ['query', '--list'],
    ['query', '--schema', 'v_orders'],
    ['service', '--out', join(home.dir, 'tradectl.service')],
    ['--version'],
  ];
  for (const command of commands) {
    const { out, err } = await printed(['--home', home.dir, ...command, '--json']);
    expect(err, command.join(' ')).toBe('');
    expect(differences(JSON.parse(out), documentation), command.join(' ')).toEqual([]);
  }
  const failed = await printed(['why', 'NOPE', '--home', home.dir, '--json']);
  expect(differences(JSON.parse(failed.err), documentation)).toEqual([]);
  home.remove();
});

test('documents of commands that close, and their documentation, have the same keys', async () => {
  const home = await homeHoldingTon({}, [secondInstance()]);
  const commands = [
    ['acknowledge', 'TON', '--reason', 'looked', '--yes'],
    ['partial-close', 'TON', '--fraction', '0.5', '--dry-run'],
    ['partial-close', 'TON', '--fraction', '0.5', '--yes'],
    ['flatten', '--confirm', 'paper'],
  ];
  for (const command of commands) {
    const { out, err } = await printed([...command, '--home', home, '--json']);
    expect(err, command.join(' ')).toBe('');
    expect(differences(JSON.parse(out), documentation), command.join(' ')).toEqual([]);
  }
});

test('a key too many and a key too few are both told', () => {
  const keys = new Map([
    [
      'x/1',
      new Map([
        ['schema', 'text'],
        ['a', 'number'],
      ]),
    ],
  ]);
  expect(differences({ schema: 'x/1', b: 1 }, keys)).toEqual([
    'x/1: b is undocumented',
    'x/1: a is documented and absent',
  ]);
});
