/** What a restart makes of rows and events that somebody damaged: it names them once, and starts. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { quarantineEvents } from '../../../src/core/mend-projection.ts';
import { restoredRegistry } from '../../../src/core/restore.ts';
import type { RestoreProblem } from '../../../src/core/restore-problem.ts';
import { foldAll } from '../../../src/core/verify.ts';
import { decimal, text } from '../../../src/domain/decimal.ts';
import type { NewEvent } from '../../../src/domain/event.ts';
import type { PositionId } from '../../../src/domain/ids.ts';
import { symbol } from '../../../src/domain/symbol.ts';
import { damage, startOf, strayPosition } from '../../support/damaged-home.ts';
import {
  closedEvent,
  fillEvent,
  journalHome,
  openLong,
  SOL,
  TON,
  type JournalHome,
} from '../../support/journal-home.ts';

const ATOM = symbol('ATOM/USD:USD');
let home: JournalHome;
beforeEach(() => {
  home = journalHome();
});
afterEach(() => home.remove());

const brief = ({ kind, id, symbol: on, why }: RestoreProblem): unknown => [kind, id, on, why];
const imported = (id: string, on = ATOM): NewEvent => ({
  type: 'POSITION_IMPORTED',
  symbol: on,
  positionId: id as PositionId,
  payload: {
    side: 'long',
    quantity: text(decimal(3)),
    entry_price: null,
    origin: 'venue-report',
    plan: null,
    no_stop_reason: null,
    evidence: 'positions read complete',
  },
});

describe('the incident', () => {
  it('incident ATOM: a zero-size OPEN row is quarantined once and the bot starts', () => {
    openLong(home.journal, 'pos-1');
    damage(home, strayPosition());

    const first = startOf(home);
    expect(first.problems.map(brief)).toEqual([
      ['ghost', 'ghost-1', ATOM, 'it is open with a quantity of zero'],
    ]);
    expect([...first.registry.positions.keys()]).toEqual([TON]);
    expect(first.events.map(({ type }) => type)).toEqual(['ROW_STAGED', 'ROW_QUARANTINED']);

    const second = startOf(home);
    expect([second.problems, second.events]).toEqual([[], []]);
    const [row, ...others] = second.registry.staged.values();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      source: 'positions',
      symbol: ATOM,
      explained: false,
      state: 'quarantined',
      finding: 'malformed.registry',
      row: { position_id: 'ghost-1', quantity: '0', opened_seq: 900 },
    });
    expect(foldAll(home.db).differences).toEqual([]);
  });

  it('the symbol it held is free: what the venue reports can be imported', () => {
    damage(home, strayPosition());
    startOf(home);
    const { journal } = home.reopen();
    journal.append([imported('pos-atom')]);
    expect(String(journal.registry().positions.get(ATOM)?.quantity)).toBe('3');
  });

  it('a crash between the events and the mending loses no row and says nothing twice', () => {
    damage(home, strayPosition());
    const { journal, db } = home.reopen();
    journal.append(quarantineEvents(db, journal.problems));

    const next = startOf(home);
    expect([next.problems.length, next.events]).toEqual([1, []]);
    expect(startOf(home).problems).toEqual([]);
    expect(restoredRegistry(home.db).staged.size).toBe(1);
  });
});

const set = (changes: string): string =>
  `UPDATE positions SET ${changes} WHERE position_id = 'pos-1'`;
const payload = (type: string, json: string): string =>
  `UPDATE events SET payload = '${json}' WHERE type = '${type}' AND position_id = 'pos-1'`;
const NO_FOLD = payload('POSITION_OPENED', '{}');
const BROKEN = /^event 3 \(POSITION_OPENED\): /;

describe('a position that is open in the journal', () => {
  it.each<[string, string, string, RegExp]>([
    [
      'has a row of size zero: its events win',
      set("quantity = '0'"),
      'projection.differs',
      /^quantity is "0", its events say "10"$/,
    ],
    [
      'has a row that cannot be parsed: its events win',
      set("quantity = 'many', targets_hit = '{'"),
      'projection.differs',
      /many/,
    ],
    [
      'has a row that says closed: its events win',
      set("status = 'closed', quantity = '0', closed_ms = 1, exit_reason = 'emergency'"),
      'projection.differs',
      /^status is "closed"/,
    ],
    [
      'has a row of another side: its events win',
      set("side = 'short'"),
      'projection.differs',
      /^side is "short"/,
    ],
    [
      'has no row: its events are enough',
      'DELETE FROM positions',
      'projection.differs',
      /^the row is missing$/,
    ],
    [
      'has an event of the wrong shape: its sound row is used',
      NO_FOLD,
      'journal.unreadable',
      BROKEN,
    ],
    [
      'has a wrong event and a wrong row: the venue is next',
      `${NO_FOLD}; ${set("quantity = '0'")}`,
      'position.unreadable',
      /stored row: it is open with a quantity of zero$/,
    ],
    [
      'has a wrong event and a row that ended: the venue is next',
      `${NO_FOLD}; ${set("status = 'closed', quantity = '0', closed_ms = 1, exit_reason = 'x'")}`,
      'position.unreadable',
      /stored row: it ended, and no event says so$/,
    ],
    [
      'has a wrong event and no row: the venue is next',
      `${NO_FOLD}; DELETE FROM positions`,
      'position.unreadable',
      /stored row: the row is missing$/,
    ],
  ])('%s', (_what, sql, kind, why) => {
    const kept = kind !== 'position.unreadable';
    openLong(home.journal, 'pos-1');
    openLong(home.journal, 'pos-2', SOL);
    damage(
      home,
      sql.replace('DELETE FROM positions', "DELETE FROM positions WHERE symbol = 'TON/USD:USD'"),
    );

    const first = startOf(home);
    expect(first.problems).toHaveLength(1);
    const [problem] = first.problems;
    expect(problem).toMatchObject({ kind, id: 'pos-1', positionId: 'pos-1', symbol: TON });
    expect(problem?.why).toMatch(why);
    const quantity = first.registry.positions.get(TON)?.quantity;
    expect(quantity === undefined ? null : String(quantity)).toBe(kept ? '10' : null);
    expect(first.registry.positions.has(SOL)).toBe(true);

    const second = startOf(home);
    expect([second.problems, second.events]).toEqual([[], []]);
    expect(second.registry.positions.has(TON)).toBe(kept);
  });

  it('leaves its market free for an import when neither source could be read', () => {
    openLong(home.journal, 'pos-1');
    damage(home, `${NO_FOLD}; ${set("quantity = '0'")}`);
    const { events } = startOf(home);
    expect(events.map(({ type }) => type)).toEqual(['ROW_STAGED', 'ROW_QUARANTINED', 'FINDING']);
    home.reopen().journal.append([imported('pos-new', TON)]);
    expect(startOf(home).registry.positions.get(TON)?.positionId).toBe('pos-new');
  });

  it('is mended for what comes next: its row can be written again', () => {
    openLong(home.journal, 'pos-1');
    damage(home, set("side = 'short', opened_seq = 77"));
    startOf(home);
    const { journal } = home.reopen();
    journal.append([
      fillEvent({ trade: 'out', position: 'pos-1', side: 'sell', role: 'stop' }),
      closedEvent('pos-1'),
    ]);
    expect(foldAll(home.db).differences).toEqual([]);
  });

  it('gets its place back from a row that took it', () => {
    openLong(home.journal, 'pos-1');
    damage(home, set("position_id = 'stolen'"));
    const first = startOf(home);
    expect(first.problems.map(({ kind, id }) => [kind, id])).toEqual([
      ['projection.differs', 'pos-1'],
      ['ghost', 'stolen'],
    ]);
    expect(startOf(home).problems).toEqual([]);
    expect([...restoredRegistry(home.db).staged.values()]).toMatchObject([
      { finding: 'ghost', why: 'no event explains it' },
    ]);
  });

  it('gets its place back from a closed row that holds the number of its opening', () => {
    openLong(home.journal, 'pos-1');
    const end = "status = 'closed', quantity = '0', closed_ms = 1, exit_reason = 'emergency'";
    damage(home, set(`position_id = 'stolen', ${end}`));
    const { events } = startOf(home);
    expect(events.at(-1)?.payload).toMatchObject({ why: 'it holds the place of pos-1' });
    expect(startOf(home).problems).toEqual([]);
    expect(foldAll(home.db).differences).toEqual([]);
  });
});

describe('a position that closed', () => {
  const closeIt = (): void => {
    openLong(home.journal, 'pos-1');
    home.journal.append([
      fillEvent({ trade: 'out', position: 'pos-1', side: 'sell', role: 'stop' }),
      closedEvent('pos-1'),
    ]);
  };
  const REOPENED = set("status = 'open', quantity = '4', closed_ms = NULL, exit_reason = NULL");

  it('stays closed, whatever its row says', () => {
    closeIt();
    damage(home, REOPENED);
    const first = startOf(home);
    expect(first.problems.map(({ kind }) => kind)).toEqual(['projection.differs']);
    expect(first.registry.positions.size).toBe(0);
    expect(startOf(home).problems).toEqual([]);
    expect(foldAll(home.db).differences).toEqual([]);
  });

  it('is left out when its row says open and its events cannot be read', () => {
    closeIt();
    damage(home, `${NO_FOLD}; ${REOPENED}`);
    const { registry, problems } = startOf(home);
    expect(registry.positions.size).toBe(0);
    expect(problems.map(({ kind }) => kind)).toEqual(['position.unreadable']);
    expect(startOf(home).problems).toEqual([]);
  });
});

describe('a row of positions that no event explains', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['sound otherwise', { quantity: "'5'" }, 'ghost'],
    ['of size zero', {}, 'malformed.registry'],
    ['of a negative size', { quantity: "'-1'" }, 'malformed.registry'],
    ['of no known side', { side: "'LONG'", quantity: "'5'" }, 'malformed.registry'],
    ['of no known state', { status: "'OPEN'", quantity: "'5'" }, 'malformed.registry'],
    ['of a market nobody knows', { symbol: "'PF_ATOMUSD'", quantity: "'5'" }, 'malformed.registry'],
    ['with a plan that is no plan', { plan: "'[1]'", quantity: "'5'" }, 'malformed.registry'],
  ])('%s is left out, and kept as it was found', (_what, columns, finding) => {
    damage(home, strayPosition(columns));
    const { registry, problems, events } = startOf(home);
    expect(problems.map(({ kind }) => kind)).toEqual(['ghost']);
    expect(registry.positions.size).toBe(0);
    expect(events.at(-1)?.payload).toMatchObject({ finding });
    expect(startOf(home).problems).toEqual([]);
  });

  it('that comes back after an operator retired it is taken out without a word', () => {
    damage(home, strayPosition());
    startOf(home);
    const [row] = restoredRegistry(home.db).staged.values();
    const { journal } = home.reopen();
    if (row === undefined) throw new Error('no row was staged');
    journal.append([{ type: 'ROW_RETIRED', payload: { row_id: row.rowId, reason: 'seen' } }]);
    damage(home, strayPosition());
    expect(startOf(home).events).toEqual([]);
    expect(restoredRegistry(home.db).staged.size).toBe(0);
  });
});
