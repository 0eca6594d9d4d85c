/** One small life of a position in a real journal, each batch a second after the one before, for the rules of a verdict. */
import { ms } from '../../src/domain/clock.ts';
import { decimal, text } from '../../src/domain/decimal.ts';
import type { NewEvent } from '../../src/domain/event.ts';
import type { ClientOrderId, PositionId } from '../../src/domain/ids.ts';
import type { SourceLogLine } from '../../src/forensics/journal-source.ts';
import { ownEvidence } from '../../src/forensics/trace/own-evidence.ts';
import type { Evidence, Statement } from '../../src/forensics/verdict/statement.ts';
import { verdictOf } from '../../src/forensics/verdict/verdict.ts';
import { intent, journalHome, openLong, TON, type JournalHome } from './journal-home.ts';

const position = 'pos-1' as PositionId;
export const of = (type: string, payload: object, more: object = {}): NewEvent =>
  ({ type, symbol: TON, positionId: position, payload, ...more }) as unknown as NewEvent;
export const covered = of('POSITION_PROTECTED', {
  unprotected_ms: 210,
  stop_price: text(decimal('1.9')),
});
export const uncovered = of('POSITION_UNPROTECTED', {
  since_ms: 1,
  covered: '4',
  quantity: '10',
  why: 'its stop was cancelled by hand',
});
export const doubt = of(
  'ORDER_IN_DOUBT',
  { evidence: 'no answer in 10 s' },
  { clientOrderId: 'stop-1' as ClientOrderId },
);
export const stop = intent({ id: 'stop-1', role: 'stop', position: 'pos-1' });
export const accepted = of(
  'ORDER_ACCEPTED',
  { venue_order_id: 'v-1', server_ms: null },
  { clientOrderId: 'stop-1' as ClientOrderId },
);
/** A stop that the venue accepted at this price. */
export const stopAt = (id: string, stopPrice: string): readonly NewEvent[] => {
  const sent = intent({ id, role: 'stop', position: 'pos-1' });
  const clientOrderId = id as ClientOrderId;
  return [
    { ...sent, payload: { ...sent.payload, stop_price: stopPrice } } as unknown as NewEvent,
    of('ORDER_ACCEPTED', { venue_order_id: `v-${id}`, server_ms: null }, { clientOrderId }),
  ];
};
export const cancelled = of(
  'ORDER_CANCELLED',
  { reason: 'replaced' },
  { clientOrderId: 'stop-1' as ClientOrderId },
);
export const rejected = of(
  'ORDER_REJECTED',
  { reason: 'too small' },
  { clientOrderId: 'stop-1' as ClientOrderId },
);
export const started = of(
  'RUN_STARTED',
  {
    venue: 'paper',
    mode: 'paper',
    feed_digest: null,
    config_digest: 'x',
    head_seq: 0,
    resumed: false,
    equity: null,
  },
  { symbol: null, positionId: null },
);
export const died = of(
  'PREVIOUS_RUN_DIED',
  { last_seq: 4, last_event_ms: 1_700_000_000_000 },
  { symbol: null, positionId: null },
);

/** What happened, in order; `open` is a long of 10 at 2 by the name of `pos-1`. */
export type Batch = readonly NewEvent[] | 'open';

export interface SmallLife {
  readonly home: JournalHome;
  /** As it is traced now. */
  readonly traced: (ref?: string) => Evidence;
}

export function smallLife(...batches: readonly Batch[]): SmallLife {
  const home = journalHome();
  for (const batch of batches) {
    if (batch === 'open') openLong(home.journal, 'pos-1');
    else home.journal.append([...batch]);
    home.clock.advanceTo(ms(home.clock.now() + 1_000));
  }
  const traced = (ref = 'pos-1'): Evidence =>
    ownEvidence(home.dir, { ref, all: false, asOfMs: home.clock.now() });
  return { home, traced };
}

export const logLine = (seq: number | null, more: Partial<SourceLogLine> = {}): SourceLogLine => ({
  file: 'tradectl.log',
  line: seq ?? 1,
  timeMs: 1,
  seq,
  hash8: null,
  type: null,
  symbol: TON,
  positionId: null,
  pid: 1,
  isReplayed: false,
  text: '',
  ...more,
});
export const said = (evidence: Evidence): string[] =>
  verdictOf(evidence).map(({ rule, text: sentence }) => `${rule}: ${sentence}`);
export const find = (evidence: Evidence, rule: string): Statement | undefined =>
  verdictOf(evidence).find((each) => each.rule === rule);
