/** A line as a bot really writes it for each pattern, and lines that only look like one. */
import { describe, expect, test } from 'vitest';
import { logLine } from '../../../src/core/log-reader.ts';
import { logDigester, type LogDigest } from '../../../src/forensics/log-digest.ts';
import type { StoredEvent } from '../../../src/domain/event.ts';
import { EVENT_TYPES, eventLevel } from '../../../src/domain/event-sentence.ts';
import { LOG_PATTERNS } from '../../../src/forensics/log-patterns.ts';

function digest(lines: readonly string[], sinceMs: number | null = null): LogDigest {
  const digester = logDigester(sinceMs);
  lines.forEach((text, at) =>
    digester.push(logLine({ file: 'bot.log', line: at + 1, text, isWhole: true })),
  );
  return digester.result();
}

/** A line of our own log. */
function ours(type: string, msg: string, level = 'info', second = 0): string {
  const time = new Date(Date.UTC(2026, 10, 21, 12, 0, second)).toISOString();
  return JSON.stringify({ time, level, pid: 7, seq: 1, hash: '0'.repeat(8), type, at: time, msg });
}

/** A line of our own log that is no event. */
function said(msg: string): string {
  return JSON.stringify({ time: '2026-11-21T12:00:00.000Z', level: 'warn', pid: 7, msg });
}

const P = '2025-10-18 14:07:13,226 - bot - ERROR -';

const LINES: readonly (readonly [string, string])[] = [
  ['halt cleared', ours('HALT_CLEARED', 'halt halt-1 (operator) cleared: looked')],
  ['state recovered', ours('STATE_CHANGED', 'HALTED -> DEGRADED: equity_drawdown')],
  ['Kill switch active', `${P} Kill switch active, refusing new orders`],
  ['Kill switch active', ours('HALT_SET', 'HALT halt-1 (kill) set by uid 0: looks wrong', 'error')],
  ['INVARIANT VIOLATION', `${P} INVARIANT VIOLATION: margin utilization 0.93 > 0.92`],
  ['position_state row invalid quantity', `${P} position_state row invalid quantity: ATOM qty=0.0`],
  ['RESTORE HALT', `${P} RESTORE HALT: 1 invalid rows`],
  ['flatten_orphan', `${P} flatten_orphan: closing ETH/USD:USD 0.5`],
  ['committed events missing', ours('JOURNAL_TAIL_LOST', 'committed events 7 to 9 are missing')],
  ['committed events missing', ours('HALT_SET', 'committed event 7 is missing from the journal')],
  ['heap out of memory', 'FATAL ERROR: Allocation failed - JavaScript heap out of memory'],
  ['heap out of memory', 'kernel: Out of memory: Killed process 30421 (node) total-vm:1kB'],
  ['heap out of memory', `${P} Out of memory`],
  ['liquidation', `${P.replace('ERROR', 'CRITICAL')} liquidation of SOL/USD:USD`],
  ['panic', 'panic: runtime error: index out of range'],
  ['Traceback', 'Traceback (most recent call last):'],
  ['signals lost before the auction', `${P} cycle: signals generated=5 collected=3`],
  ['disk full', 'Error: ENOSPC: no space left on device, write'],
  [
    'key refused',
    'ccxt.base.errors.AuthenticationError: krakenfutures {"error":"authenticationError"}',
  ],
  [
    'UNPROTECTED',
    ours('POSITION_UNPROTECTED', 'TON/USD:USD: position UNPROTECTED: stops cover 0 of 5', 'error'),
  ],
  ['MISSING_STOP', `${P} MISSING_STOP for SOL/USD:USD`],
  [
    'operator must look',
    ours('ACKNOWLEDGEMENT_NEEDED', 'TON/USD:USD: an operator must look', 'warn'),
  ],
  [
    'PHANTOM imported',
    ours('POSITION_IMPORTED', 'position imported (PHANTOM at the venue), long 5'),
  ],
  ['PHANTOM', `${P} PHANTOM position detected: RENDER/USD:USD`],
  ['ORPHAN', `${P} ORPHAN in database: ZEC/USD:USD`],
  ['HALT', `${P} HALT: drawdown 16 % exceeds 15 %`],
  ['DEGRADED', `${P} state NORMAL to DEGRADED`],
  ['previous run died', ours('PREVIOUS_RUN_DIED', 'the previous run died without an end', 'warn')],
  [
    'restore candidate of the wrong shape',
    `${P} restore candidate parse failed: 'list' object has no attribute 'get'`,
  ],
  ['restore candidate unreadable', `${P} restore candidate parse failed: Expecting value: line 1`],
  ['chain-token mismatch', `${P} chain-token mismatch: expected a1, got b2`],
  [
    'below the minimum amount',
    `${P} Execution failed: krakenfutures amount of GALA/USD:USD must be greater than minimum amount precision of 1`,
  ],
  ['Position already exists', `${P} Position already exists for SOL/USD:USD`],
  ['Execution failed', `${P} Execution failed: RequestTimeout`],
  ['order in doubt', ours('ORDER_IN_DOUBT', 'SOL/USD:USD: order in doubt: timeout', 'warn')],
  ['order refused', ours('ORDER_REJECTED', 'SOL/USD:USD: order rejected by the venue: x', 'warn')],
  ['entries blocked', ours('POSITION_BLOCKED', 'SOL/USD:USD: entries blocked, drift: x', 'warn')],
  ['row quarantined', ours('ROW_QUARANTINED', 'row r1 quarantined, zero_size: x', 'warn')],
  ['candle timeout', `${P} fetch_ohlcv timed out for TON/USD:USD 4h`],
  ['candle timeout', `${P} OHLCV timeout for BTC`],
  ['candle timeout', `${P} Timeout while fetching candles of SOLUSDT`],
  ['candles failing', ours('FINDING', 'finding candles.failing: TON: 5 requests failed', 'warn')],
  ['coins_processed=0', '2025-10-18 14:08:00 cycle_end coins_processed=0 duration=0.1'],
  ['coins_processed=0', '{"time":"2025-10-18T14:08:00Z","event":"cycle_end","coins_processed": 0}'],
  ['signals lost before the auction', 'cycle signals_generated=5 signals_collected=3'],
  ['signals collected', 'cycle signals_generated=3 signals_collected=3'],
  ['signals lost before the auction', 'cycle done: signals generated 5 collected 3'],
  ['signals collected', 'cycle done: signals generated 3 collected 3'],
  ['no signals', 'cycle done: signals generated 0 collected 0'],
  ['no signals', 'cycle signals_generated=0 signals_collected=0'],
  [
    'no signals',
    ours('CYCLE_END', 'cycle 501 NORMAL: 12 markets, 26 candles, 0 signals, 0 approved'),
  ],
  ['one winner of one', 'auction contenders=1 winners_selected=1'],
  ['auction held', 'auction contenders=4 winners_selected=2'],
  [
    '4H_STRUCTURE_REQUIRED',
    ours('REJECTION', 'XRP/USD:USD: no signal: 4H_STRUCTURE_REQUIRED (no leg)'),
  ],
  ['entry not in OTE/Key Fib', `${P} rejected: entry not in OTE/Key Fib`],
  ['Tier A coin bypassing filters', 'Tier A coin bypassing filters: BTC/USD:USD'],
  ['market set aside', ours('MARKET_SET_ASIDE', 'market X set aside: unsorted', 'warn')],
  ['rate limit', `${P} Too Many Requests, retrying in 2 s`],
  ['signals lost before the auction', `${P} signals generated 5 collected 3`],
  [
    'journal cannot be written',
    said('/h/state.db: disk I/O error; nothing is written with this connection again'),
  ],
  ['journal works again', said('journal works again: 1 kept events are durable')],
  ['journal works again', said('/h/state.db was opened again and holds what was committed: x')],
  ['kept events lost', said('2 kept events die with this process: the next start asks the venue')],
  ['log cannot be written', said('the log cannot be written, the journal goes on without it: x')],
  ['log works again', said('the log can be written again; 2 lines that were no events are lost')],
  [
    'log of another journal',
    said('this log tells of events up to 869, the journal ends at 460: x'),
  ],
  ['log of another journal', said('event 869 of this log is not in the journal')],
  ['beside the journal', said('no sign of life could be written: database is locked')],
  [
    'planned restart',
    said('memory is nearly at its limit and nothing is in flight: planned restart'),
  ],
  ['memory nearly full', said('memory: 420 MB of the 450 MB this service may have; x')],
  ['instruments not read', said('the instruments could not be read again: timeout')],
  ['rights of the key', said('what the key may do could not be read, and is not asked for: x')],
  ['order taken over', ours('ORDER_ADOPTED', 'order adopted (open): stop: sell 5', 'warn')],
  ['order changed by another hand', ours('ORDER_AMENDED', 'order changed at the venue', 'warn')],
  ['cancel failed', ours('ORDER_CANCEL_FAILED', 'cancel unknown: timeout', 'warn')],
  ['position adjusted', ours('POSITION_ADJUSTED', 'position adjusted to the venue', 'warn')],
  ['position retired', ours('POSITION_RETIRED', 'position retired without a fill', 'warn')],
  ['PHANTOM imported', said('TON/USD:USD: imported: open at the venue and not opened here')],
  ['finding', ours('FINDING', 'finding order.foreign: not ours', 'warn')],
  ['finding', said('TON/USD:USD: order.unknown-local: open at the venue')],
];

test.each(EVENT_TYPES)('a loud %s of our own bot is known', (type) => {
  const event = { type, payload: { to: 'DEGRADED' } } as unknown as StoredEvent;
  const text = type === 'STATE_CHANGED' ? 'NORMAL -> DEGRADED' : 'TON/USD:USD: x';
  const { unknown } = digest([ours(type, text, eventLevel(event))]);
  expect(unknown.count).toBe(0);
});

test('what is general of our words says nothing of the lines of another bot', () => {
  expect(digest([`${P} app.main: it works`]).patterns).toEqual([]);
});

test.each(LINES)('%s', (id, line) => {
  expect(digest([line]).patterns.map(({ pattern }) => pattern)).toEqual([id]);
});

test('every pattern has a line above, a sentence and a next step', () => {
  const shown = new Set(LINES.map(([id]) => id));
  expect(LOG_PATTERNS.filter(({ id }) => !shown.has(id)).map(({ id }) => id)).toEqual([]);
  expect(new Set(LOG_PATTERNS.map(({ id }) => id)).size).toBe(LOG_PATTERNS.length);
  for (const { says, next } of LOG_PATTERNS) {
    expect(says).toMatch(/^.*\.$/);
    expect(next).not.toBe('');
  }
});

test.each([
  'coins_processed=10',
  'cycle 10 signals from 3 markets',
  'signals_generated=10',
  'winners=1',
  'asphaltic: chained tokens match',
  'position exists',
  'candle of SOL closed',
  'request timed out',
  'the amount must be greater',
  'shalted, unhalting',
  'unorphanable',
  ours('POSITION_PROTECTED', 'TON/USD:USD: position protected, stop at 2, after 5 ms'),
  ours('POSITION_OPENED', 'TON/USD:USD: position opened, long, from signal'),
])('no pattern: %s', (line) => {
  expect(digest([line]).patterns).toEqual([]);
});

describe('often is something else', () => {
  const timeout = (market: string, minute: number): string =>
    `2025-10-18 14:${String(minute).padStart(2, '0')}:00 fetch_ohlcv timeout for ${market}`;
  const markets = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'TON/USD', 'XRP/USD'];

  test.each([
    [
      'one market five times',
      [1, 2, 3, 4, 5].map((minute) => timeout('BTC/USD', minute)),
      'normal',
    ],
    ['five markets within a minute', markets.map((market) => timeout(market, 7)), 'warning'],
    ['five markets in an hour', markets.map((market, at) => timeout(market, at * 10)), 'normal'],
  ])('timeouts of %s', (_, lines, mark) => {
    expect(digest(lines).patterns[0]).toMatchObject({ pattern: 'candle timeout', mark });
  });

  test('one blind cycle is a warning, three are a reason to act', () => {
    const blind = '2025-10-18 14:08:00 coins_processed=0';
    expect(digest([blind, blind]).patterns[0]?.mark).toBe('warning');
    expect(digest([blind, blind, blind]).patterns[0]?.mark).toBe('act_now');
  });
});

describe('what was ended wants nothing', () => {
  const unprotected = (market: string): string =>
    ours('POSITION_UNPROTECTED', `${market}: position UNPROTECTED: stops cover 0 of 5`, 'error');
  const covered = (market: string): string =>
    ours('POSITION_PROTECTED', `${market}: position protected, stop at 2, after 5 ms`);
  const halt = ours('HALT_SET', 'HALT halt-1 (operator) set by uid 0: x', 'error');
  const cleared = ours('HALT_CLEARED', 'halt halt-1 (operator) cleared: looked');

  test.each([
    ['its own market', [unprotected('TON/USD:USD'), covered('TON/USD:USD')], 'UNPROTECTED', false],
    ['another market', [unprotected('TON/USD:USD'), covered('SOL/USD:USD')], 'UNPROTECTED', true],
    [
      'before, not after',
      [covered('TON/USD:USD'), unprotected('TON/USD:USD')],
      'UNPROTECTED',
      true,
    ],
    ['a cleared halt', [halt, cleared], 'HALT', false],
    ['a second halt', [halt, cleared, halt], 'HALT', true],
  ])('%s', (_, lines, id, stands) => {
    expect(digest(lines).patterns.find(({ pattern }) => pattern === id)?.stands).toBe(stands);
  });
});

test('a summary: counts, first and last, the most urgent first, and what is not known', () => {
  const result = digest([
    ours('REJECTION', 'no signal: 4H_STRUCTURE_REQUIRED', 'info', 1),
    ours('REJECTION', 'no signal: 4H_STRUCTURE_REQUIRED', 'info', 9),
    ours('HALT_SET', 'HALT halt-1 (operator) set by uid 0: x', 'error', 20),
    ours('ELSE', 'a warning without a pattern', 'warn', 30),
  ]);
  expect(result.patterns.map(({ pattern, count }) => `${pattern} ${count}`)).toEqual([
    'HALT 1',
    '4H_STRUCTURE_REQUIRED 2',
  ]);
  const [, structure] = result.patterns;
  expect((structure?.last_ms ?? 0) - (structure?.first_ms ?? 0)).toBe(8_000);
  expect(structure?.last_line).toBe(2);
  expect(result.unknown).toEqual({ count: 1, last_text: 'ELSE a warning without a pattern' });
});

test('lines before `since`, and what follows them without a time, are left out', () => {
  const lines = ['2025-10-18 14:00:00 HALT: x', '  Traceback HALT', '2025-10-18 15:00:00 HALT: y'];
  const result = digest(lines, Date.UTC(2025, 9, 18, 14, 30));
  expect([result.lines, result.patterns[0]?.count]).toEqual([1, 1]);
});

test.each([
  'INFO reconcile done: 0 phantoms, 0 orphans',
  'INFO HALT check passed',
  'INFO state: halted=false HALTED=false',
  'INFO liquidation price 91.2',
])('a false alarm: %s', (line) => {
  expect(digest([line]).patterns.filter(({ mark }) => mark !== 'normal')).toEqual([]);
});
