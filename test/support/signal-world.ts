/** A signal with its gate context, all in order: a test changes only what it is about. */
import { ms } from '../../src/domain/clock.ts';
import { decimal, price } from '../../src/domain/decimal.ts';
import type { SignalId } from '../../src/domain/ids.ts';
import type { Signal } from '../../src/domain/signal.ts';
import { symbol } from '../../src/domain/symbol.ts';
import type { GateContext } from '../../src/risk/gate.ts';
import { DEFAULT_ENTRY, DEFAULT_LIMITS } from '../../src/risk/limits.ts';
import { instrument, LONG_PLAN, SHORT_PLAN, TON } from './protection-world.ts';

export const NOW = ms(1_700_000_000_000);

/** Entry 100, stop 95, targets 110, 120, 130; the mirror of it when short. */
export function signal(over: Partial<Signal> = {}): Signal {
  const plan = over.side === 'short' ? SHORT_PLAN : LONG_PLAN;
  return {
    kind: 'signal',
    signalId: 'sig-1' as SignalId,
    symbol: TON,
    side: 'long',
    entry: price('100'),
    ...plan,
    rrTp1: decimal('2'),
    rrTp2: decimal('4'),
    riskFactor: decimal('1'),
    eventAge: 0,
    maxEventAge: 20,
    regime: 'trend',
    decidedMs: NOW,
    priceMs: NOW,
    numbers: {},
    ...over,
  };
}

export function signalOf(written: string, over: Partial<Signal> = {}): Signal {
  return signal({ symbol: symbol(written), signalId: `sig-${written}` as SignalId, ...over });
}

/** Equity 10,000, nothing open, mark at the entry, lot 0.1. */
export function gateContext(over: Partial<GateContext> = {}): GateContext {
  return {
    now: NOW,
    state: 'NORMAL',
    account: { equity: decimal('10000'), initialMargin: decimal('0') },
    mark: { price: price('100'), tsMs: NOW },
    instrument: instrument({ lotStep: '0.1' }),
    blocked: null,
    heldSymbols: new Set(),
    inFlight: [],
    isSpent: false,
    limits: DEFAULT_LIMITS,
    entry: DEFAULT_ENTRY,
    takerFee: decimal('0.0005'),
    ...over,
  };
}
