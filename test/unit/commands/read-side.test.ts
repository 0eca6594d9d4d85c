/** The looking commands on a real home: an empty one, one position without a stop, halts, a dead bot. */
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { haltOf, readHalts, writeHalt } from '../../../src/core/halt-files.ts';
import { homePaths } from '../../../src/core/home.ts';
import { ms } from '../../../src/domain/clock.ts';
import { decimal, text } from '../../../src/domain/decimal.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import type { ClientOrderId, PositionId } from '../../../src/domain/ids.ts';
import {
  closedEvent,
  fillEvent,
  intent,
  journalHome,
  openLong,
  TON,
  type JournalHome,
} from '../../support/journal-home.ts';
import { printed, type Printed } from '../../support/fake-terminal.ts';

let home: JournalHome;
beforeEach(() => {
  home = journalHome();
});
afterEach(() => home.remove());

const ask = (...argv: string[]): Promise<Printed> => printed([...argv, '--home', home.dir]);
const document = async (...argv: string[]): Promise<Record<string, unknown>> =>
  JSON.parse((await ask(...argv, '--json')).out) as Record<string, unknown>;

function liveStop(quantity: string): void {
  const stop = intent({ id: `stop-${quantity}`, role: 'stop', position: 'pos-1', quantity });
  const id = `stop-${quantity}` as ClientOrderId;
  home.journal.append([stop]);
  home.journal.append([
    {
      type: 'ORDER_ACCEPTED',
      clientOrderId: id,
      payload: { venue_order_id: null, server_ms: null },
    },
  ]);
}

describe('status', () => {
  test('a home without a bot is no fault, and says how to start', async () => {
    const there = join(home.dir, 'none');
    const { exit, out } = await printed(['status', '--check', '--home', there]);
    expect(exit).toBe(0);
    expect(out).toContain(`tradectl run --home ${there}`);
  });

  test('a position without a stop fails --check and is named', async () => {
    openLong(home.journal, 'pos-1');
    const { exit, out } = await ask('status', '--check');
    expect(exit).toBe(1);
    expect(out).toContain('TON/USD:USD: stops cover 0 of 10');
    expect((await ask('status')).exit).toBe(0);
  });

  test('a stop for a part of the position is not enough, for the whole it is', async () => {
    openLong(home.journal, 'pos-1');
    liveStop('4');
    expect((await document('status'))['problems']).toEqual([
      { code: 'UNPROTECTED', message: 'TON/USD:USD: stops cover 4 of 10' },
    ]);
    liveStop('6');
    expect(await document('status')).toMatchObject({ healthy: true, problems: [] });
  });

  describe('41: a position that our own stops do not cover', () => {
    const foreign = (evidence: string): NewEvent => ({
      type: 'FINDING',
      symbol: TON,
      payload: { finding: 'order.foreign', evidence },
    });
    const counted = foreign('hand (sell stop 10 at 1.9) is not ours: counts as cover, left alone');
    const about = { symbol: TON, positionId: 'pos-1' as PositionId };
    const covered: NewEvent = {
      type: 'POSITION_PROTECTED',
      ...about,
      payload: { unprotected_ms: ms(0), stop_price: text(decimal('1.9')) },
    };
    const bare: NewEvent = {
      type: 'POSITION_UNPROTECTED',
      ...about,
      payload: {
        since_ms: ms(0),
        covered: text(decimal(0)),
        quantity: text(decimal(10)),
        why: 'refused',
      },
    };

    test.each<[string, NewEvent[], NewEvent[], string]>([
      ['the bot counted a foreign stop', [], [counted, covered], 'foreign'],
      ['said in the other order', [], [covered, counted], 'foreign'],
      ['an alarm that has ended', [], [counted, bare, covered], 'foreign'],
      ['an alarm that stands', [], [counted, covered, bare], 'none'],
      ['it was protected once, by a stop of ours', [], [covered], 'none'],
      ['the bot has not said yet that it is covered', [], [counted], 'none'],
      [
        'a foreign order that covers nothing',
        [],
        [foreign('hand (buy limit 1 at 1) is not ours: left alone'), covered],
        'none',
      ],
      ['a foreign stop of before it was opened', [counted], [covered], 'none'],
    ])('%s', async (_what, before, after, by) => {
      if (before.length > 0) home.journal.append(before);
      openLong(home.journal, 'pos-1');
      home.journal.append(after);
      const isCovered = by !== 'none';
      const { positions, healthy } = await document('status');
      expect(positions).toMatchObject([
        { covered_by: by, is_protected: isCovered, covered_quantity: '0' },
      ]);
      expect(healthy).toBe(isCovered);
      const word = isCovered ? 'whole (foreign)' : 'NONE';
      for (const command of ['status', 'positions']) {
        expect((await ask(command)).out, command).toContain(word);
      }
    });

    test('a stop of ours for the whole comes first; of a closed one nothing is asked', async () => {
      openLong(home.journal, 'pos-1');
      home.journal.append([counted, covered]);
      liveStop('10');
      expect(await document('positions')).toMatchObject({ positions: [{ covered_by: 'own' }] });
      home.journal.append([
        fillEvent({ trade: 'x', position: 'pos-1', side: 'sell', role: 'stop' }),
        closedEvent('pos-1'),
      ]);
      expect(await document('positions', '--closed')).toMatchObject({
        positions: [{ covered_by: 'none', is_protected: true }],
      });
    });
  });

  test('a stop in doubt covers nothing', async () => {
    openLong(home.journal, 'pos-1');
    liveStop('10');
    const clientOrderId = 'stop-10' as ClientOrderId;
    home.journal.append([
      {
        type: 'ORDER_STATE',
        clientOrderId,
        payload: { state: 'in_doubt', venue_order_id: null, evidence: 'timeout' },
      },
    ]);
    const { problems } = await document('status');
    expect((problems as { code: string }[]).map(({ code }) => code)).toEqual([
      'UNPROTECTED',
      'IN_DOUBT',
    ]);
  });

  test('an intent that nobody waits for is in doubt', async () => {
    home.journal.append([intent({ id: 'entry-1', signal: 'sig-1' })]);
    expect(await document('status')).toMatchObject({ problems: [{ code: 'IN_DOUBT' }] });
  });

  test('a journal behind its high-water mark names the lost range', async () => {
    openLong(home.journal, 'pos-1');
    liveStop('10');
    writeFileSync(home.mark, `${'9'.padStart(16, '0')} ${'a'.repeat(64)}\n`);
    expect(await document('status')).toMatchObject({
      high_water_mark: 'behind',
      problems: [
        { code: 'JOURNAL_TAIL_LOST', message: 'events 6 to 9 were committed and are gone' },
      ],
    });
  });

  test('a halt file halts, with the command that clears it, also without a database', async () => {
    const facts = { kind: 'operator' as const, reason: 'release day', findings: [] };
    const empty = join(home.dir, 'empty');
    const halt = haltOf({ ...facts, setMs: ms(1), setBy: 'maria' });
    writeHalt(homePaths(empty), halt);
    const { exit, out } = await printed(['status', '--check', '--home', empty]);
    expect(exit).toBe(1);
    expect(out).toMatch(/^State +HALTED/);
    expect(out).toContain(`tradectl halt clear ${halt.id} --reason TEXT`);
    rmSync(empty, { recursive: true });
  });
});

test('halt set writes the file, halt show names it, clearing asks for the id', async () => {
  const { exit, out } = await ask('halt', 'set', '--reason', 'release day', '--json');
  expect(exit).toBe(0);
  const { id } = JSON.parse(out) as { id: string };
  expect(statSync(join(home.dir, 'halt_state.json')).mode & 0o777).toBe(0o600);
  expect((await ask('halt', 'show')).out).toContain(`${id}  operator`);
  expect((await ask('halt', 'show', '--check')).exit).toBe(1);
  const refused = await ask('halt', 'clear', id, '--reason', 'done');
  expect(refused.exit).toBe(3);
  expect(refused.err).toContain(`--confirm ${id}`);
});

test.each([['kill'], ['halt', 'set']])(
  '%s %s in a home without a bot warns, and is done',
  async (...argv) => {
    const there = join(home.dir, 'none');
    const command = [...argv.filter(Boolean), '--reason', 'early', '--home', there];
    const { exit, err } = await printed(command);
    expect(exit).toBe(0);
    expect(err).toBe(`warning: no bot has ever run in ${there}; is this the right --home?\n`);
    expect(readHalts(homePaths(there))).toHaveLength(1);
    expect((await ask('halt', 'set', '--reason', 'here one did')).err).toBe('');
  },
);

test('a second kill is the standing one, and one clear is enough', async () => {
  const there = join(home.dir, 'none');
  const kill = async (reason: string): Promise<unknown> => {
    const { out } = await printed(['kill', '--reason', reason, '--home', there, '--json']);
    return (JSON.parse(out) as { id: string }).id;
  };
  expect(await kill('wrong prices')).toBe(await kill('still wrong'));
  expect(readHalts(homePaths(there))).toMatchObject([{ halt: { reason: 'wrong prices' } }]);
});

describe('positions, orders, trades', () => {
  test('an open position with its cover; orders that may still trade', async () => {
    openLong(home.journal, 'pos-1');
    liveStop('10');
    const { out } = await ask('positions');
    expect(out).toMatch(/TON\/USD:USD +long +10 +2 +2 +whole/);
    const { orders } = await document('orders');
    expect(orders).toHaveLength(1);
    expect((await document('orders', '--all'))['orders']).toHaveLength(2);
  });

  test('a closed position is a trade with the average exit and what it earned after fees', async () => {
    openLong(home.journal, 'pos-1');
    const exit = { position: 'pos-1', side: 'sell' as const, role: 'stop' as const };
    home.journal.append([fillEvent({ ...exit, trade: 'x1', quantity: '4', price: '3' })]);
    home.journal.append([
      fillEvent({ ...exit, trade: 'x2', quantity: '6', price: '2', purpose: 'stop_loss' }),
      closedEvent('pos-1'),
    ]);
    expect((await document('trades'))['trades']).toMatchObject([
      { exit_price: '2.4', pnl: '4', fees: '0.03', net_pnl: '3.97', exit_reason: 'stop_loss' },
    ]);
    expect((await ask('positions')).out).toBe('No open positions.\n');
  });

  test('a cut list says how many there are; --limit 0 is all', async () => {
    for (const at of ['a', 'b', 'c']) {
      openLong(home.journal, `pos-${at}`);
      const exit = { position: `pos-${at}`, side: 'sell' as const, role: 'stop' as const };
      home.journal.append([
        fillEvent({ ...exit, trade: `x-${at}`, purpose: 'stop_loss' }),
        closedEvent(`pos-${at}`),
      ]);
    }
    for (const argv of [['trades'], ['positions', '--closed'], ['orders', '--all']]) {
      const { out } = await ask(...argv, '--limit', '2');
      expect(out).toMatch(/\n2 of 3 shown; --limit 0 shows all\n$/);
      const name = argv[0] ?? '';
      expect(await document(...argv, '--limit', '2')).toMatchObject({ total: 3 });
      expect((await document(...argv, '--limit', '0'))[name]).toHaveLength(3);
      expect((await ask(...argv, '--limit', '0')).out).not.toContain('shown');
    }
  });

  test('a home without a bot says what to run', async () => {
    const { exit, err } = await printed(['trades', '--home', join(home.dir, 'none')]);
    expect(exit).toBe(2);
    expect(err).toContain('tradectl run --home');
  });
});

describe('events tail', () => {
  test('a line per event, safe against what a venue says', async () => {
    const evidence = 'said "\u001b[2Jgone"';
    home.journal.append([{ type: 'FINDING', payload: { finding: 'note', evidence } }]);
    const { out } = await ask('events', 'tail');
    expect(out).toBe(
      '1 2023-11-14T22:13:20.000Z FINDING - evidence="said \\"\\u001b[2Jgone\\"" finding=note\n',
    );
  });

  test('--since and --type select; JSON is one document per line', async () => {
    openLong(home.journal, 'pos-1');
    const since = (await ask('events', 'tail', '--since', '1', '--json')).out.trimEnd().split('\n');
    expect(since.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual([2, 3]);
    const fills = await ask('events', 'tail', '--type', 'fill');
    expect(fills.out).toMatch(/^2 \S+ FILL TON\/USD:USD order=entry-pos-1 /);
  });
});

test('backup: a private, verified copy; an existing file is refused', async () => {
  openLong(home.journal, 'pos-1');
  const file = join(home.dir, 'copy.db');
  expect(await document('backup', file)).toMatchObject({
    schema: 'tradectl.backup/1',
    head_seq: 3,
    head_hash: home.journal.head().hash,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await ask('backup', file)).toMatchObject({
    exit: 2,
    err: expect.stringContaining('exists') as string,
  });
});

test('why: the funnel of the last cycle beside the totals', async () => {
  const payload = {
    cycle: 1,
    state: 'NORMAL' as const,
    markets: 3,
    candles: 3,
    signals: 1,
    rejections: { BIAS_NEUTRAL: 2 },
    approved: 0,
    denied: { MAX_POSITIONS: 1 },
    lost: {},
    orders: 0,
    fills: 0,
    positions: 0,
    equity: text(decimal(100)),
    peak_equity: text(decimal(100)),
    net_deposits: text(decimal(0)),
    priced_markets: 1,
    causes: [],
    entries_when_below: 0,
    margin_utilization: text(decimal(0)),
  };
  home.journal.append([{ type: 'CYCLE_END', payload }]);
  home.journal.append([{ type: 'CYCLE_END', payload: { ...payload, cycle: 2 } }]);
  const { out } = await ask('why');
  expect(out).toMatch(/^Cycle 2 at 2023-11-14 22:13Z, NORMAL\n/);
  expect(out).toMatch(/scanned +3 +6\nrejected +2 +4\n {2}BIAS_NEUTRAL +2 +4\nsignals +1 +2\n/);
  expect(out).toMatch(/denied +1 +2\n {2}MAX_POSITIONS +1 +2\napproved +0 +0\nentered +0 +0\n/);
});

test('an unknown market is named, never guessed', async () => {
  const { exit, err } = await ask('why', 'TONN');
  expect(exit).toBe(2);
  expect(err).toContain('no market is called "TONN"');
});
