/** A home in which every text that a venue, a file or a hand could have written is hostile. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { haltOf, writeHalt } from '../../src/core/halt-files.ts';
import { homePaths } from '../../src/core/home.ts';
import { openInbox } from '../../src/core/inbox.ts';
import { writeInstruments, readInstruments } from '../../src/core/instrument-store.ts';
import { openJournal } from '../../src/core/journal.ts';
import { readMeta, writeMeta } from '../../src/core/meta.ts';
import { startRun } from '../../src/core/runs.ts';
import { ms, virtualClock } from '../../src/domain/clock.ts';
import type { NewEvent } from '../../src/domain/event.ts';
import type { ClientOrderId, PositionId, RunId, SignalId } from '../../src/domain/ids.ts';
import type { RowId } from '../../src/domain/staged-row.ts';
import { symbol } from '../../src/domain/symbol.ts';
import { fillEvent, intent, openState, TON } from './journal-home.ts';

/** A formula, colours, a title, C1, line ends, reading direction, nothing visible, half a character, quotes. */
export const HOSTILE =
  "=cmd|' /C calc'!A0\u001b[31mRED\u001b]0;title\u0007\u009b2J\r\n\u202eevil\u2066x\u200b\ufeff\u2028\u0000\ud800,\"`$(id)";

/** As an id: SQLite compares it as text, which ends at a NUL. */
const ID = HOSTILE.replace('\u0000', '').toWellFormed();

/** Text of at most 36 characters, as an order id is. */
const SHORT = `@x\u001b[2J\u009bA\r\n\u202e`;

export interface Hostile {
  readonly position: string;
  readonly row: string;
  readonly seq: string;
}

/** Adds to a home that a bot has left in order. */
export function makeHostile(home: string): Hostile {
  const paths = homePaths(home);
  const db = openState(paths.state);
  const last = db.prepare('SELECT max(recorded_ms) FROM events').pluck().get() as number;
  const journal = openJournal({
    db,
    clock: virtualClock(ms(last)),
    runId: HOSTILE as RunId,
    highWaterFile: paths.highWaterMark,
  });
  const position = `pos-${SHORT}`;
  const row = `row-${SHORT}`;
  const seq = String(journal.append(hostileEvents(position, row)).seqLast);
  startRun(
    db,
    HOSTILE as RunId,
    {
      pid: 999_999,
      pidStarttime: null,
      bootId: HOSTILE,
      host: HOSTILE,
      node: HOSTILE,
      version: HOSTILE,
    },
    ms(last),
  );
  const inbox = openInbox(db);
  const id = inbox.post({
    postedMs: ms(last),
    postedBy: { uid: null, terminal: HOSTILE, pid: 1, user: HOSTILE } as never,
    command: HOSTILE,
    arguments: { [HOSTILE]: HOSTILE },
  });
  inbox.take();
  inbox.answer(id, { outcome: 'failed', code: 'NOT_FOUND', message: HOSTILE, hint: HOSTILE });
  writeInstruments(
    db,
    readInstruments(db).map((each) => (each.symbol === TON ? { ...each, venueId: HOSTILE } : each)),
  );
  db.prepare('UPDATE latest_decisions SET detail = ?, numbers = ?').run(
    HOSTILE,
    JSON.stringify({ [HOSTILE]: HOSTILE }),
  );
  writeMeta(db, { markets: readMeta(db, 'markets') ?? '[]' });
  journal.close();
  db.close();
  const facts = { reason: HOSTILE, findings: [HOSTILE], setMs: ms(last), setBy: HOSTILE };
  writeHalt(paths, haltOf({ kind: 'operator', ...facts }));
  writeFileSync(join(home, 'kill_switch_state.json'), HOSTILE);
  writeFileSync(
    paths.log,
    `${HOSTILE}\n{"seq":1,"type":"${JSON.stringify(HOSTILE).slice(1, -1)}"}\n`,
    { flag: 'a' },
  );
  return { position, row, seq };
}

function hostileEvents(position: string, row: string): NewEvent[] {
  const id = `tc-${SHORT}`;
  const ADA = symbol('ADA/USD:USD');
  const refs = {
    positionId: position as PositionId,
    signalId: HOSTILE as SignalId,
    correlationId: HOSTILE,
  };
  return [
    { type: 'FINDING', symbol: TON, payload: { finding: HOSTILE, evidence: HOSTILE } },
    {
      type: 'MARKET_SET_ASIDE',
      payload: { market: HOSTILE, reason: HOSTILE, file: HOSTILE },
    },
    { ...intent({ id, signal: HOSTILE, symbol: ADA }), ...refs, symbol: ADA },
    {
      type: 'ORDER_ACCEPTED',
      symbol: ADA,
      clientOrderId: id as ClientOrderId,
      payload: { venue_order_id: HOSTILE, server_ms: null },
    },
    fillEvent({ trade: ID, symbol: ADA, order: id, position, role: 'entry' }),
    {
      type: 'POSITION_OPENED',
      symbol: ADA,
      ...refs,
      payload: { side: 'long', origin: 'signal', plan: null },
    },
    {
      type: 'POSITION_UNPROTECTED',
      symbol: ADA,
      ...refs,
      payload: { since_ms: ms(0), covered: '0', quantity: '10', why: HOSTILE } as never,
    },
    {
      type: 'POSITION_BLOCKED',
      symbol: ADA,
      ...refs,
      payload: { finding: HOSTILE, evidence: HOSTILE },
    },
    {
      type: 'ORDER_REJECTED',
      symbol: ADA,
      clientOrderId: `r-${SHORT}` as ClientOrderId,
      payload: { reason: HOSTILE },
    },
    {
      type: 'REJECTION',
      symbol: TON,
      payload: { reason: HOSTILE, detail: HOSTILE, numbers: { [HOSTILE]: HOSTILE } } as never,
    },
    {
      type: 'HALT_SET',
      payload: {
        halt_id: HOSTILE,
        kind: 'operator',
        reason: HOSTILE,
        findings: [HOSTILE],
        set_by: HOSTILE,
      },
    },
    {
      type: 'OPERATOR_COMMAND',
      payload: {
        command: HOSTILE,
        arguments: { [HOSTILE]: HOSTILE },
        uid: null,
        terminal: HOSTILE,
        reason: HOSTILE,
      },
    },
    {
      type: 'ROW_STAGED',
      payload: {
        row_id: row as RowId,
        source: HOSTILE,
        row: {
          symbol: HOSTILE,
          side: HOSTILE,
          quantity: HOSTILE,
          status: HOSTILE,
          [HOSTILE]: HOSTILE,
        },
        explained: false,
      },
    },
    {
      type: 'ROW_QUARANTINED',
      payload: { row_id: row as RowId, finding: 'malformed.registry', why: HOSTILE },
    },
  ];
}
