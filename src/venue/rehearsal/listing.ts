/**
 * What the venue lists: the markets of the tape, and some that are there to be met: a mixed-case id, an
 * inverse perpetual, a dated future, one that is not tradeable and an index. Lots are powers of ten,
 * because the venue can only announce such lots; a recording with others is announced rounded down.
 */
import { Decimal, type Price, type Quantity } from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Tape } from './tape.ts';

export interface Listing {
  /** What orders are checked against. */
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  /** Rows of `/instruments`, as they are sent. */
  readonly rows: readonly InstrumentRow[];
  /** The market of an id in the venue's exact spelling; null for one that is listed without one. */
  readonly markets: ReadonlyMap<string, Symbol | null>;
  idOf(symbol: Symbol): string;
}

export interface InstrumentRow extends Readonly<Record<string, unknown>> {
  readonly symbol: string;
  readonly tradeable: boolean;
}

const OPENED = '2022-03-22T13:15:36.000Z';
export const FEE_SCHEDULE = 'abb50ea3-4fc9-401c-8d83-518610b16d8c';

export function listingOf(tape: Tape): Listing {
  const instruments = new Map(
    tape.markets.map(({ symbol, instrument }) => [symbol, announced(instrument)]),
  );
  const rows = [...[...instruments.values()].map(perpetualRow), ...othersThan(instruments)];
  const markets = new Map<string, Symbol | null>(rows.map((row) => [row.symbol, null]));
  for (const { symbol, venueId } of instruments.values()) markets.set(venueId, symbol);
  return {
    instruments,
    rows,
    markets,
    idOf: (symbol) => instruments.get(symbol)?.venueId ?? symbol,
  };
}

function announced(instrument: Instrument): Instrument {
  const lotStep = new Decimal(10).pow(-tradePrecision(instrument)) as Quantity;
  return { ...instrument, lotStep, minQuantity: lotStep };
}

function tradePrecision({ lotStep }: Instrument): number {
  return 0 - Decimal.log10(lotStep).floor().toNumber();
}

function perpetualRow(instrument: Instrument): InstrumentRow {
  const { symbol, venueId, tickSize, maxLeverage } = instrument;
  const [base = '', quote = ''] = (symbol.split(':')[0] ?? '').split('/');
  return {
    ...shared(tickSize, tradePrecision(instrument)),
    symbol: venueId,
    pair: `${base}:${quote}`,
    base,
    quote,
    type: 'flexible_futures',
    tradeable: true,
    impactMidSize: instrument.minQuantity.toNumber(),
    maxPositionSize: 1_000_000_000,
    marginLevels: [
      level('numNonContractUnits', 0, 1 / maxLeverage),
      level('numNonContractUnits', 500_000, 2 / maxLeverage),
    ],
    category: 'Rehearsal',
  };
}

function shared(tickSize: Price | number, precision: number): Record<string, unknown> {
  return {
    tickSize: Number(tickSize),
    contractSize: 1,
    contractValueTradePrecision: precision,
    openingDate: OPENED,
    fundingRateCoefficient: 24,
    maxRelativeFundingRate: 0.0025,
    postOnly: false,
    feeScheduleUid: FEE_SCHEDULE,
    tags: [],
  };
}

function level(unit: string, from: number, initialMargin: number): Record<string, number> {
  return { [unit]: from, initialMargin, maintenanceMargin: initialMargin / 2 };
}

/** A tape's own row of the same id wins. */
function othersThan(instruments: ReadonlyMap<Symbol, Instrument>): InstrumentRow[] {
  const held = new Set([...instruments.values()].map(({ venueId }) => venueId));
  const flexible = { type: 'flexible_futures', quote: 'USD' };
  const marginLevels = [level('numNonContractUnits', 0, 0.1)];
  const others: InstrumentRow[] = [
    {
      ...shared(0.01, 2),
      ...flexible,
      ...{ symbol: 'PF_AAPLxUSD', pair: 'AAPLx:USD', base: 'AAPLx', tradeable: true, marginLevels },
    },
    {
      ...shared(0.0001, 0),
      ...flexible,
      ...{
        symbol: 'PF_LUNA2USD',
        pair: 'LUNA2:USD',
        base: 'LUNA2',
        tradeable: false,
        marginLevels,
      },
    },
    {
      ...shared(0.5, 0),
      ...{ symbol: 'PI_XBTUSD', type: 'futures_inverse', underlying: 'rr_xbtusd', tradeable: true },
      marginLevels: [level('contracts', 0, 0.02)],
    },
    {
      ...shared(1, 4),
      ...{ symbol: 'FF_XBTUSD_301227', type: 'flexible_futures', tradeable: true, marginLevels },
      lastTradingTime: '2030-12-27T16:00:00.000Z',
    },
    { symbol: 'in_xbtusd', type: 'spot index', tradeable: false },
  ];
  return others.filter(({ symbol }) => !held.has(symbol));
}
