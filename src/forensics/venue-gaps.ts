/**
 * What happened at the venue while the journal had a hole, and what of it the journal lacks. A part of the
 * venue's answer that is unknown makes this unknown, never "nothing happened".
 */
import { decimal, text, ZERO, type Decimal } from '../domain/decimal.ts';
import type { VenueFill } from '../domain/fill.ts';
import type { Snapshot, VenueOrder } from '../domain/venue.ts';
import { gapFinding, type GapDocument, type GapFinding, type VenueFact } from './gap-finding.ts';
import { worstFirst } from './gaps.ts';

/** What the journal knows of what the venue names. */
export interface JournalKnowledge {
  readonly hasTrade: (tradeId: string) => boolean;
  readonly hasOrder: (venueOrderId: string, clientOrderId: string | null) => boolean;
}

/** Without a hole the venue is asked for the last day of the journal. */
const LAST_DAY_MS = 86_400_000;
/** Clocks of the venue and of the bot differ; what happened this much before a hole is looked at too. */
const MARGIN_MS = 5_000;
const RECONCILE = 'tradectl reconcile --dry-run';

/** Since when the venue has to be asked. */
export function venueSince({ findings }: GapDocument, newestMs: number): number {
  const begins = findings.filter(isHole).map(({ from_ms: from }) => from ?? newestMs);
  return Math.max(0, Math.min(newestMs - LAST_DAY_MS, ...begins) - MARGIN_MS);
}

export function withVenue(
  document: GapDocument,
  venue: Pick<Snapshot, 'fills' | 'orderHistory' | 'takenMs'>,
  { knows, sinceMs }: { readonly knows: JournalKnowledge; readonly sinceMs: number },
): GapDocument {
  const { fills, orderHistory } = venue;
  const unknown = [...document.unknown];
  if (fills.read === 'unknown') unknown.push(`which fills the journal lacks: ${fills.reason}`);
  if (orderHistory?.read === 'unknown') {
    unknown.push(`which orders the journal lacks: ${orderHistory.reason}`);
  }
  const happened: Happened = {
    fills: fills.read === 'complete' ? fills.rows : [],
    orders: orderHistory?.read === 'complete' ? orderHistory.rows : [],
    takenMs: venue.takenMs,
  };
  const inHoles = document.findings.map((finding) =>
    isHole(finding) ? during(finding, happened, knows) : finding,
  );
  return {
    ...document,
    findings: worstFirst([...inHoles, ...outside(inHoles, happened, knows)]),
    unknown,
    venue_since_ms: sinceMs,
    venue_fills: fills.read === 'complete' ? fills.rows.length : null,
    venue_orders: orderHistory?.read === 'complete' ? orderHistory.rows.length : null,
  };
}

interface Happened {
  readonly fills: readonly VenueFill[];
  readonly orders: readonly VenueOrder[];
  readonly takenMs: number;
}

const HOLES: readonly GapFinding['kind'][] = ['missing_events', 'tail_lost', 'silence', 'death'];

function isHole({ kind, from_ms: from }: GapFinding): boolean {
  return from !== null && HOLES.includes(kind);
}

function during(finding: GapFinding, happened: Happened, knows: JournalKnowledge): GapFinding {
  const isIn = (at: number): boolean =>
    at >= (finding.from_ms ?? 0) - MARGIN_MS &&
    at <= (finding.to_ms ?? happened.takenMs) + MARGIN_MS;
  const fills = happened.fills.filter(({ tsMs }) => isIn(tsMs));
  const orders = happened.orders.filter(({ updatedMs }) => isIn(updatedMs));
  const venue = {
    fills: fills.map((fill) => fillFact(fill, knows)),
    orders: orders.map((order) => orderFact(order, knows)),
    position_changes: changesOf(fills),
  };
  const lacking = [...venue.fills, ...venue.orders].filter(({ in_journal: known }) => !known);
  const said =
    lacking.length > 0
      ? `; ${lacking.length} of what happened at the venue meanwhile are not in the journal`
      : `; the journal has all that happened at the venue meanwhile (${fills.length} fills, ${orders.length} orders)`;
  const worse = lacking.length > 0 ? ({ severity: 'fail', repair: RECONCILE } as const) : {};
  return { ...finding, ...worse, text: finding.text + said, venue };
}

/** What the journal lacks although no hole explains it. */
function outside(
  findings: readonly GapFinding[],
  { fills }: Happened,
  knows: JournalKnowledge,
): GapFinding[] {
  const told = new Set(
    findings.flatMap(({ venue }) => (venue === null ? [] : venue.fills.map(({ id }) => id))),
  );
  return fills
    .filter(({ tradeId }) => !told.has(tradeId) && !knows.hasTrade(tradeId))
    .map((fill) => {
      const fact = fillFact(fill, knows);
      const said = `the venue has a fill that the journal lacks, and no hole explains it: ${fact.text}`;
      const venue = { fills: [fact], orders: [], position_changes: changesOf([fill]) };
      return gapFinding(
        { kind: 'venue_only', severity: 'fail', text: said, repair: RECONCILE },
        { from_ms: fill.tsMs, to_ms: fill.tsMs, evidence: `trade ${fill.tradeId}`, venue },
      );
    });
}

function fillFact(fill: VenueFill, { hasTrade }: JournalKnowledge): VenueFact {
  const { tradeId, symbol, side, quantity, price, kind } = fill;
  return {
    at_ms: fill.tsMs,
    symbol,
    id: tradeId,
    text: `${kind} ${side} ${text(quantity)} ${symbol} at ${text(price)}`,
    in_journal: hasTrade(tradeId),
  };
}

function orderFact(order: VenueOrder, { hasOrder }: JournalKnowledge): VenueFact {
  const { venueOrderId, clientOrderId, symbol, side, type, quantity, state } = order;
  return {
    at_ms: order.updatedMs,
    symbol,
    id: venueOrderId,
    text: `${type} ${side} ${text(quantity)} ${symbol} ${state}`,
    in_journal: hasOrder(venueOrderId, clientOrderId),
  };
}

function changesOf(fills: readonly VenueFill[]): Record<string, string> {
  const changes = new Map<string, Decimal>();
  for (const { symbol, side, quantity, kind } of fills) {
    if (kind === 'funding') continue;
    const signed = side === 'buy' ? decimal(quantity) : decimal(quantity).neg();
    changes.set(symbol, (changes.get(symbol) ?? ZERO).plus(signed));
  }
  return Object.fromEntries([...changes].map(([symbol, change]) => [symbol, text(change)]));
}
