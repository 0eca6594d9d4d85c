/**
 * What happened at the venue while the journal had a hole, and what of it the journal lacks. A part of the
 * venue's answer that is unknown makes this unknown, never "nothing happened".
 */
import { counted } from '../domain/counted.ts';
import { decimal, text, ZERO, type Decimal } from '../domain/decimal.ts';
import type { VenueFill } from '../domain/fill.ts';
import { isOurs } from '../domain/ids.ts';
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
/** A running bot reads its fills at each look; what is younger may not have been read yet. */
const LOOK_MS = 60_000;
const RECONCILE = 'tradectl reconcile --dry-run';

/** Since when the venue has to be asked. */
export function venueSince({ findings }: GapDocument, newestMs: number): number {
  const begins = findings.filter(isHole).map(({ from_ms: from }) => from ?? newestMs);
  return Math.max(0, Math.min(newestMs - LAST_DAY_MS, ...begins) - MARGIN_MS);
}

export interface Asked {
  readonly knows: JournalKnowledge;
  readonly sinceMs: number;
  /** True while a bot runs: what just happened it reads at its next look. */
  readonly isHeld: boolean;
}

export function withVenue(
  document: GapDocument,
  venue: Pick<Snapshot, 'fills' | 'orderHistory' | 'takenMs'>,
  asked: Asked,
): GapDocument {
  const { fills, orderHistory, takenMs } = venue;
  const unknown = [...document.unknown];
  if (fills.read === 'unknown') unknown.push(`which fills the journal lacks: ${fills.reason}`);
  if (orderHistory?.read === 'unknown') {
    unknown.push(`which orders the journal lacks: ${orderHistory.reason}`);
  }
  const facts = factsOf(venue, asked.knows);
  const settled = facts.filter(
    ({ fact }) => !asked.isHeld || fact.in_journal || !isOnItsWay(fact.at_ms, takenMs),
  );
  const pending = facts.length - settled.length;
  if (pending > 0) {
    const what = counted(pending, 'fill or order', 'fills and orders');
    unknown.push(
      `whether the running bot misses ${what} of the last minute: it reads them in turn`,
    );
  }
  const isWhole = fills.read === 'complete' && orderHistory?.read === 'complete';
  const told = new Set<Happened>();
  const inHoles = worstFirst(document.findings).map((finding) =>
    isHole(finding) ? during(finding, { facts: settled, told, takenMs, isWhole }) : finding,
  );
  return {
    ...document,
    findings: worstFirst([...inHoles, ...outside(settled, told)]),
    unknown,
    venue_since_ms: asked.sinceMs,
    venue_fills: fills.read === 'complete' ? fills.rows.length : null,
    venue_orders: orderHistory?.read === 'complete' ? orderHistory.rows.length : null,
  };
}

/** One thing that happened at the venue: a fill with the order that it belongs to, or an order without one. */
interface Happened {
  readonly fact: VenueFact;
  /** Null for an order. */
  readonly fill: VenueFill | null;
}

function factsOf(
  { fills, orderHistory }: Pick<Snapshot, 'fills' | 'orderHistory'>,
  knows: JournalKnowledge,
): Happened[] {
  const filled = fills.read === 'complete' ? fills.rows : [];
  const orders = orderHistory?.read === 'complete' ? orderHistory.rows : [];
  const told = new Set(filled.map(({ venueOrderId }) => venueOrderId));
  // An order is told by its fills. Another hand's that ended without one changed nothing.
  const counts = ({ venueOrderId, clientOrderId, filled: size }: VenueOrder): boolean =>
    knows.hasOrder(venueOrderId, clientOrderId) ||
    isOurs(clientOrderId) ||
    (fills.read === 'complete' && !decimal(size).isZero());
  const alone = orders.filter((order) => !told.has(order.venueOrderId) && counts(order));
  return [
    ...filled.map((fill) => ({ fact: fillFact(fill, knows), fill })),
    ...alone.map((order) => ({ fact: orderFact(order, knows), fill: null })),
  ];
}

/** So young that a running bot may read it at its next look. */
export function isOnItsWay(atMs: number, takenMs: number): boolean {
  return atMs > takenMs - LOOK_MS;
}

const HOLES: readonly GapFinding['kind'][] = [
  'missing_events',
  'tail_lost',
  'restored',
  'silence',
  'death',
];

function isHole({ kind, from_ms: from }: GapFinding): boolean {
  return from !== null && HOLES.includes(kind);
}

interface Meanwhile {
  readonly facts: readonly Happened[];
  /** What a worse hole already told; this one adds its own. */
  readonly told: Set<Happened>;
  readonly takenMs: number;
  /** False when a part of the answer is unknown. */
  readonly isWhole: boolean;
}

function during(finding: GapFinding, { facts, told, takenMs, isWhole }: Meanwhile): GapFinding {
  const [from, to] = [finding.from_ms ?? 0, finding.to_ms ?? takenMs];
  // What the journal has while a bot lived is no part of the hole, however near it is.
  const isIn = ({ fact: { at_ms: at, in_journal: known } }: Happened): boolean =>
    known ? at > from && at < to : at >= from - MARGIN_MS && at <= to + MARGIN_MS;
  const inside = facts.filter(isIn);
  const own = inside.filter((each) => !told.has(each));
  for (const each of own) told.add(each);
  const venue = {
    fills: own.flatMap(({ fact, fill }) => (fill === null ? [] : [fact])),
    orders: own.flatMap(({ fact, fill }) => (fill === null ? [fact] : [])),
    position_changes: changesOf(own.flatMap(({ fill }) => fill ?? [])),
  };
  const lacking = [...venue.fills, ...venue.orders].some(({ in_journal: known }) => !known);
  const worse = lacking ? ({ severity: 'fail', repair: RECONCILE } as const) : {};
  const isElsewhere = own.length === 0 && inside.length > 0;
  const text = `${finding.text}; ${isElsewhere ? TOLD_ABOVE : meanwhile(venue, isWhole)}`;
  return { ...finding, ...worse, text, venue };
}

const TOLD_ABOVE = 'what happened at the venue then is told above';

function meanwhile(
  { fills, orders }: Pick<NonNullable<GapFinding['venue']>, 'fills' | 'orders'>,
  isWhole: boolean,
): string {
  const missing = ({ in_journal: known }: VenueFact): boolean => !known;
  const [fewer, less] = [fills.filter(missing), orders.filter(missing)];
  if (fewer.length + less.length > 0) {
    const what = amounts(fewer.length, less.length);
    return `the journal lacks ${what} of what happened at the venue meanwhile`;
  }
  if (!isWhole) return 'what happened at the venue meanwhile could not all be read';
  if (fills.length + orders.length === 0) return 'nothing happened at the venue meanwhile';
  return `the journal has all that happened at the venue meanwhile: ${amounts(fills.length, orders.length)}`;
}

/** `2 fills`, `1 fill and 1 ended order`. */
function amounts(fills: number, orders: number): string {
  return [
    ...(fills === 0 ? [] : [counted(fills, 'fill')]),
    ...(orders === 0 ? [] : [counted(orders, 'ended order')]),
  ].join(' and ');
}

/** What the journal lacks although no hole explains it. */
function outside(facts: readonly Happened[], told: ReadonlySet<Happened>): GapFinding[] {
  return facts.flatMap((each) => {
    const { fact, fill } = each;
    if (fill === null || fact.in_journal || told.has(each)) return [];
    const said = `the venue has a fill that the journal lacks, and no hole explains it: ${fact.text}`;
    const venue = { fills: [fact], orders: [], position_changes: changesOf([fill]) };
    return [
      gapFinding(
        { kind: 'venue_only', severity: 'fail', text: said, repair: RECONCILE },
        { from_ms: fill.tsMs, to_ms: fill.tsMs, evidence: `trade ${fill.tradeId}`, venue },
      ),
    ];
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
