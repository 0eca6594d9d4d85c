/** Rows in quarantine on a real home: listed, shown as they were written, and settled through plans. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { releaseRow, retireRows } from '../../../commands/quarantine.ts';
import { ms } from '../../../src/domain/clock.ts';
import type { RawRow, RowId } from '../../../src/domain/staged-row.ts';
import { printed, type Printed } from '../../support/fake-terminal.ts';
import { journalHome, openLong, TON, type JournalHome } from '../../support/journal-home.ts';
import { fakeDesk, planDocument, repairRow, screen, widest } from '../../support/plan-documents.ts';

const DAY = 86_400_000;
const SANE: RawRow = { symbol: 'PF_TONUSD', side: 'long', quantity: '100', entry_price: '2' };
const EMPTY: RawRow = { symbol: 'PF_TONUSD', side: 'long', quantity: '0', notional: '0' };

let home: JournalHome;
beforeEach(() => {
  home = journalHome();
  home.db.exec(
    "INSERT INTO instruments VALUES ('TON/USD:USD', 'PF_TONUSD', '1', '1', '0.001', '1', NULL, 5)",
  );
});
afterEach(() => home.remove());

function stage(id: string, row: RawRow): void {
  const payload = { row_id: id as RowId, source: 'ledger.json', row, explained: true };
  home.journal.append([{ type: 'ROW_STAGED', symbol: TON, payload }]);
}

function quarantine(id: string, row: RawRow, why = 'its quantity is "0"'): void {
  stage(id, row);
  const payload = { row_id: id as RowId, finding: 'malformed.registry' as const, why };
  home.journal.append([{ type: 'ROW_QUARANTINED', symbol: TON, payload }]);
}

function retire(id: string): void {
  const payload = { row_id: id as RowId, reason: 'old' };
  home.journal.append([{ type: 'ROW_RETIRED', symbol: TON, payload }]);
}

const ask = (...argv: string[]): Promise<Printed> =>
  printed(['quarantine', ...argv, '--home', home.dir]);
const document = async (...argv: string[]): Promise<{ rows: Record<string, unknown>[] }> =>
  JSON.parse((await ask(...argv, '--json')).out) as { rows: Record<string, unknown>[] };

describe('quarantine list', () => {
  it('says that there is nothing', async () => {
    expect(await ask('list')).toMatchObject({ exit: 0, out: 'No rows are in quarantine.\n' });
  });

  it('says of each row why it waits, since when and what releasing it does; --all also those that ended', async () => {
    quarantine('row-1', EMPTY);
    stage('row-2', SANE);
    quarantine('row-3', EMPTY);
    retire('row-3');
    const { exit, out } = await ask('list');
    expect(exit).toBe(0);
    const release =
      'becomes an open position of 100 long TON/USD:USD, compared with the venue at the next look';
    expect(out.replaceAll(/\n {6}/g, ' ').split('\n')).toEqual([
      'row-1  TON/USD:USD  malformed.registry  quarantined',
      '    why: its quantity is "0"',
      '    since: 2023-11-14 22:13Z, 10m ago',
      '    release: refused: its quantity is "0"',
      'row-2  TON/USD:USD  -  staged',
      '    why: not judged yet',
      '    since: 2023-11-14 22:13Z, 10m ago',
      `    release: ${release}`,
      `  tradectl quarantine show ROW --home ${home.dir}`,
      '',
    ]);
    expect(widest(out.replace(/^ {2}tradectl .*$/m, ''))).toBeLessThanOrEqual(80);
    expect(out).not.toContain('row-3');
    expect((await ask('list', '--all')).out).toMatch(/row-3 .* retired/);
    expect((await document('list', '--all')).rows).toHaveLength(3);
  });
});

describe('quarantine show', () => {
  it.each([
    [
      'a sane row',
      SANE,
      'becomes an open position of 100 long TON/USD:USD, compared with the venue at the next look',
    ],
    ['a row of size zero', EMPTY, 'refused: its quantity is "0"'],
    ['a row of no market', { ...SANE, symbol: 'NOPE' }, 'refused: no market is called "NOPE"'],
    ['a closed row', { ...SANE, status: 'closed' }, 'refused: the row says that it is closed'],
  ])('says what releasing %s would do', async (_name, row, onRelease) => {
    quarantine('row-1', row);
    const { rows } = await document('show', 'row-1');
    expect(rows).toMatchObject([{ row_id: 'row-1', written: row, on_release: onRelease }]);
    const { out } = await ask('show', 'row-1');
    expect(out.replaceAll(/\s+/g, ' ')).toContain(`on release: ${onRelease}`);
  });

  it('refuses to release beside an open position, and what has ended', async () => {
    openLong(home.journal, 'pos-1');
    quarantine('row-1', SANE);
    quarantine('row-2', SANE);
    retire('row-2');
    const { rows } = await document('list', '--all');
    expect(rows.map((row) => row['on_release'])).toEqual([
      'refused: TON/USD:USD has an open position already',
      'refused: it is retired',
    ]);
  });

  it('shows the row as it was written, in lines that fit, and harmless', async () => {
    quarantine('row-1', { ...EMPTY, note: `\u001b[2J${'x'.repeat(200)}` }, '\u202eevil');
    const { out } = await ask('show', 'row-1');
    expect(widest(out)).toBeLessThanOrEqual(80);
    expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(out).toContain('source: ledger.json');
  });

  it('a row that is not there is exit 3', async () => {
    expect(await ask('show', 'row-9')).toMatchObject({ exit: 3, out: '' });
  });
});

describe('quarantine retire and release are plans', () => {
  const flags = { reason: 'checked by hand', yes: true };
  const plan = planDocument({
    repairs: [repairRow({ action: 'retire-row', summary: 'row-1: kept for ever' })],
  });

  it('shown, confirmed, applied', async () => {
    const { context, out } = screen({ home: home.dir });
    const desk = fakeDesk([plan]);
    expect(await retireRows(context, ['row-1', 'row-1'], { flags, desk })).toBe(0);
    expect(desk.requests).toMatchObject([
      { kind: 'quarantine retire', rows: ['row-1'], reason: 'checked by hand' },
    ]);
    expect(desk.handed).toHaveLength(1);
    expect(out()).toContain('repair: retire-row TON/USD:USD: row-1: kept for ever');
    expect(out().trimEnd()).toMatch(/ {2}tradectl quarantine list --home \S+$/);
    await releaseRow(context, 'row-2', { flags, desk });
    expect(desk.requests[1]).toMatchObject({ kind: 'quarantine release', rows: ['row-2'] });
  });

  it('--dry-run hands nothing over', async () => {
    const { context } = screen({ home: home.dir });
    const desk = fakeDesk([plan]);
    expect(await retireRows(context, ['row-1'], { flags: { ...flags, dryRun: true }, desk })).toBe(
      0,
    );
    expect(desk.handed).toEqual([]);
  });

  it('--all takes the rows in quarantine, not those nobody has judged; --older-than by age', async () => {
    quarantine('row-1', EMPTY);
    stage('row-2', SANE);
    home.clock.advanceTo(ms(home.clock.now() + 40 * DAY));
    quarantine('row-3', EMPTY);
    const clock = home.clock;
    const { context } = screen({ home: home.dir }, { clock });
    const desk = fakeDesk([plan]);
    await retireRows(context, [], { flags: { ...flags, all: true }, desk });
    const olderThan = ms(30 * DAY);
    await retireRows(context, [], { flags: { ...flags, all: true, olderThan }, desk });
    expect(desk.requests.map(({ rows }) => rows)).toEqual([['row-1', 'row-3'], ['row-1']]);
  });

  it.each([
    ['by age', { all: true, olderThan: ms(30 * DAY) }, 'older than 30d'],
    ['by id', {}, 'retired by the operator'],
    ['with words of its own', { reason: 'checked' }, 'checked'],
  ])('a retirement %s has a reason', async (_how, how, reason) => {
    const { context } = screen({ home: home.dir });
    const desk = fakeDesk([plan]);
    const ids = 'all' in how ? [] : ['row-1'];
    await retireRows(context, ids, { flags: { yes: true, ...how }, desk });
    expect(desk.requests).toMatchObject([{ reason }]);
  });

  it('a plan with nothing in it says so and is done', async () => {
    const { context, out } = screen({ home: home.dir });
    const desk = fakeDesk([planDocument()]);
    expect(await retireRows(context, ['row-1'], { flags, desk })).toBe(0);
    expect(out()).toContain('Nothing to apply.');
  });
});
