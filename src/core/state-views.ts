/**
 * The public schema of `state.db`: what a person may ask with `tradectl query`. Tables may change their shape,
 * views keep theirs. Times stand as ISO text beside their milliseconds, decimals as the text they are stored
 * as, and the keys of a payload that people ask for as columns. docs/query.md is checked against this file.
 */
import { column, field, fieldOf, isoOf, time, type QueryView } from './query-view.ts';

const WHEN = [
  column('seq', 'place in the journal, the only order'),
  ...time('ts', 'when it happened'),
];
const SYMBOL = column('symbol', 'canonical symbol');

const EVENTS: QueryView = {
  name: 'v_events',
  about: 'the journal, an event a row',
  from: 'events',
  columns: [
    ...WHEN,
    ...time('recorded', 'when it was committed'),
    column('lag_ms', 'between both', 'recorded_ms - ts_ms'),
    column('type', 'kind of fact'),
    SYMBOL,
    column('position_id', 'position it is about'),
    column('client_order_id', 'order it is about'),
    column('signal_id', 'signal it is about'),
    column('correlation_id', 'the chain it belongs to'),
    column('causation_seq', 'event that caused it'),
    column('run_id', 'run that wrote it'),
    column('payload', "JSON: payload ->> '$.key' reads a key"),
    column('hash', 'link of the hash chain'),
  ],
};

/** Decimals are text, so cover is compared as doubles: near enough to say which position to look at. */
const LEFT = 'CAST(quantity AS REAL) - CAST(filled AS REAL)';
const LIVE_STOPS = `FROM orders o WHERE o.position_id = positions.position_id AND o.role = 'stop'
  AND o.state IN ('live', 'partially_filled')`;

const POSITIONS: QueryView = {
  name: 'v_positions',
  about: 'open and closed positions',
  from: 'positions',
  columns: [
    column('position_id', 'its id'),
    SYMBOL,
    column('side', 'long or short'),
    column('status', 'open or closed'),
    column('quantity', 'what is open now'),
    column('entered_quantity', 'all that was ever entered'),
    column('entry_price', 'average; NULL when nobody reported one'),
    column('stop', 'planned stop', fieldOf('plan', 'stop')),
    column('live_stops', 'live stop orders of ours', `(SELECT count(*) ${LIVE_STOPS})`),
    column(
      'uncovered',
      'quantity that no live stop of ours covers, as a double',
      `CASE WHEN status = 'open' THEN round(max(0, CAST(quantity AS REAL) - (SELECT
         total(${LEFT.replaceAll('quantity', 'o.quantity').replaceAll('filled', 'o.filled')})
         ${LIVE_STOPS})), 9) END`,
    ),
    column('targets_hit', 'levels, JSON'),
    column('realized_pnl', 'after fees, so far'),
    column('fees', 'paid so far'),
    column('origin', 'signal, venue-report, fill or operator'),
    column('signal_id', 'signal that opened it'),
    ...time('opened', 'when'),
    column('opened_seq', 'event that explains it'),
    ...time('protected', 'first fully covered'),
    ...time('closed', 'when'),
    column('held_ms', 'between opened and closed', 'closed_ms - opened_ms'),
    column('exit_reason', 'why it ended'),
    column('no_stop_reason', 'why no stop is wanted'),
    column('plan', 'stop, targets and ATR, JSON'),
  ],
};

const ORDERS: QueryView = {
  name: 'v_orders',
  about: 'every order ever intended or adopted',
  from: 'orders',
  columns: [
    column('client_order_id', 'derived from what was intended'),
    SYMBOL,
    column('role', 'entry, stop, target or exit'),
    column('purpose', 'for example stop_loss'),
    column('side', 'buy or sell'),
    column('type', 'market, limit, stop or take_profit'),
    column('time_in_force', 'gtc or ioc'),
    column('post_only', '0 or 1'),
    column('reduce_only', '0 or 1'),
    column('quantity', 'ordered'),
    column('price', 'limit'),
    column('stop_price', 'trigger'),
    column('filled', 'of the quantity'),
    column('filled_value', 'quantity times price of its fills'),
    column(
      'state',
      'intended, submitted, in_doubt, live, partially_filled, filled, cancelled, ...',
    ),
    column('reason', 'why it ended'),
    column('position_id', 'position it belongs to'),
    column('signal_id', 'signal it belongs to'),
    column('venue_order_id', 'id the venue gave'),
    ...time('intended', 'written before it was sent'),
    ...time('updated', 'last change'),
    ...time('expires', 'end of a resting entry'),
    column('intent_seq', 'event that intended it'),
  ],
};

const FILLS: QueryView = {
  name: 'v_fills',
  about: 'every trade, counted once',
  from: 'fills LEFT JOIN events USING (seq)',
  columns: [
    column('trade_id', 'id of the venue'),
    column('seq', 'place in the journal'),
    ...time('ts', 'when it happened', 'fills.ts_ms'),
    ...time('recorded', 'when it was committed'),
    column('symbol', 'canonical symbol', 'fills.symbol'),
    column('side', 'buy or sell'),
    column('quantity', 'traded'),
    column('price', 'traded at'),
    column('fee', 'negative: a rebate'),
    column('liquidity', 'maker or taker'),
    column('kind', 'trade, liquidation, assignee or funding'),
    column('role', 'of its order; NULL when none of ours made it'),
    column('purpose', 'of its order'),
    column('client_order_id', 'its order', 'fills.client_order_id'),
    column('venue_order_id', 'id the venue gave'),
    column('position_id', 'position it moved', 'fills.position_id'),
  ],
};

const RUNS: QueryView = {
  name: 'v_runs',
  about: 'the lives of the bot process',
  from: 'runs',
  columns: [
    column('life', 'number of the life', 'runs.rowid'),
    column('run_id', 'from feed and configuration'),
    column('pid', 'process id'),
    column('host', 'host name'),
    column('version', 'of tradectl'),
    column('node', 'version'),
    column('boot_id', 'boot of the machine'),
    ...time('started', 'when'),
    ...time('last_beat', 'last sign of life'),
    ...time('ended', 'orderly end; NULL: alive or dead'),
    column('end_reason', 'finished, signal, cycles, once, memory or error'),
    column(
      'next_started',
      'start of the next life, ISO time',
      isoOf('(SELECT min(n.started_ms) FROM runs n WHERE n.rowid > runs.rowid)'),
    ),
    column('last_seq', 'last event known to it'),
    column('last_rss_bytes', 'memory at the last beat'),
    column('rss_max_bytes', 'most memory it had'),
    column('cpu_ms', 'processor time'),
  ],
};

const DECISIONS: QueryView = {
  name: 'v_decisions',
  about: 'the latest decision on each market',
  from: 'latest_decisions',
  columns: [
    SYMBOL,
    ...time('decided', 'when'),
    column('kind', 'signal or rejection'),
    column('reason', 'of a rejection'),
    column('detail', 'in words; of a signal its id'),
    column('numbers', 'what was compared, JSON'),
  ],
};

const SIGNALS: QueryView = {
  name: 'v_signals',
  about: 'signals, and what became of each',
  from: "events WHERE type = 'SIGNAL'",
  columns: [
    ...WHEN,
    SYMBOL,
    column('signal_id', 'its id'),
    field('side', 'long or short'),
    field('entry', 'price'),
    field('stop', 'price'),
    field('rr_tp1', 'reward over risk at TP1'),
    field('rr_tp2', 'reward over risk at TP2'),
    field('regime', 'of the market'),
    column(
      'outcome',
      'last of AUCTION_LOST, ENTRY_DENIED, ORDER_..., POSITION_OPENED about it',
      `(SELECT o.type FROM events o WHERE o.signal_id = events.signal_id AND o.seq > events.seq
        AND (o.type IN ('AUCTION_LOST', 'ENTRY_DENIED', 'POSITION_OPENED') OR o.type GLOB 'ORDER_*')
        ORDER BY o.type = 'POSITION_OPENED' DESC, o.seq DESC LIMIT 1)`,
    ),
    field('targets', 'levels, JSON'),
    field('numbers', 'what was compared, JSON'),
  ],
};

const REJECTIONS: QueryView = {
  name: 'v_rejections',
  about: 'what was not traded or not taken: by the strategy, the auction, the gate, the venue',
  from: `events WHERE type IN ('REJECTION', 'AUCTION_LOST', 'ENTRY_DENIED', 'ORDER_DENIED',
    'ORDER_REJECTED')`,
  columns: [
    ...WHEN,
    column('type', 'who said no'),
    SYMBOL,
    column(
      'reason',
      'reason or code',
      `coalesce(${fieldOf('payload', 'reason')}, ${fieldOf('payload', 'code')})`,
    ),
    field('detail', 'in words'),
    column('signal_id', 'signal it is about'),
    column('client_order_id', 'order it is about'),
    field('numbers', 'what was compared, JSON'),
  ],
};

const CLEARED = (expression: string): string =>
  `(SELECT ${expression} FROM events c WHERE c.type = 'HALT_CLEARED' AND c.seq > events.seq
    AND ${fieldOf('c.payload', 'halt_id')} = ${fieldOf('events.payload', 'halt_id')} LIMIT 1)`;

const HALTS: QueryView = {
  name: 'v_halts',
  about: 'halts in the journal; those that stand now: tradectl halt show',
  from: "events WHERE type = 'HALT_SET'",
  columns: [
    ...WHEN,
    field('halt_id', 'its id'),
    field('kind', 'operator, kill, or the limit that broke'),
    field('reason', 'why'),
    field('set_by', 'who'),
    column('cleared', 'when it was cleared, ISO time', CLEARED(isoOf('c.ts_ms'))),
    column('cleared_reason', 'why it was over', CLEARED(fieldOf('c.payload', 'reason'))),
  ],
};

const CYCLES: QueryView = {
  name: 'v_cycles',
  about: 'the end of each cycle with its counts',
  from: "events WHERE type = 'CYCLE_END'",
  columns: [
    ...WHEN,
    field('cycle', 'number'),
    field('state', 'NORMAL, DEGRADED or HALTED'),
    field('markets', 'looked at'),
    field('signals', 'found'),
    field('approved', 'by the gate'),
    field('orders', 'sent'),
    field('fills', 'read'),
    field('positions', 'open'),
    field('equity', 'margin equity; NULL when unknown'),
    field('peak_equity', 'drawdown is measured from it'),
    field('margin_utilization', 'initial margin over margin equity'),
    field('rejections', 'counts by reason, JSON'),
    field('denied', 'counts by code, JSON'),
  ],
};

const COMMANDS: QueryView = {
  name: 'v_commands',
  about: 'what operators asked of a running bot, and its answers',
  from: 'commands',
  columns: [
    column('id', 'its id'),
    ...time('posted', 'when'),
    column('posted_by', 'who, JSON'),
    column('command', 'what'),
    column('arguments', 'with what, JSON'),
    column('state', 'posted, taken or answered'),
    column('outcome', 'of the answer', fieldOf('answer', 'outcome')),
    column('answer', 'JSON'),
  ],
};

const STAGED: QueryView = {
  name: 'v_staged_rows',
  about: 'rows of others, kept as they were found',
  from: 'staged_rows',
  columns: [
    column('row_id', 'its id'),
    column('source', 'file or table it was read from'),
    column('symbol', 'market, where its spelling is known'),
    column('state', 'staged, quarantined, retired or released'),
    column('finding', 'malformed.registry, ghost or duplicate'),
    column('why', 'in words'),
    column('explained', '1: its ledger had the event that opened it'),
    ...time('staged', 'when'),
    ...time('quarantined', 'when'),
    ...time('ended', 'retired or released'),
    column('row', 'as found, JSON'),
    column('staged_seq', 'event that staged it'),
  ],
};

const INSTRUMENTS: QueryView = {
  name: 'v_instruments',
  about: 'the contracts the bot knows',
  from: 'instruments',
  columns: [
    SYMBOL,
    column('venue_id', 'spelling of the venue'),
    column('contract_size', 'of one contract'),
    column('lot_step', 'quantities are multiples of it'),
    column('tick_size', 'prices are multiples of it'),
    column('min_quantity', 'smallest order'),
    column('min_notional', 'smallest order in quote units'),
    column('max_leverage', 'of the venue'),
  ],
};

export const STATE_VIEWS: readonly QueryView[] = [
  ...[EVENTS, POSITIONS, ORDERS, FILLS, RUNS, DECISIONS, SIGNALS, REJECTIONS, HALTS, CYCLES],
  ...[COMMANDS, STAGED, INSTRUMENTS],
];
