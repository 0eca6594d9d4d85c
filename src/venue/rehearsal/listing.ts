/**
 * What the venue lists: the markets of the tape, and some that are there to be met: a mixed-case id, an
 * inverse perpetual, a dated future, one that is not tradeable and an index. Lots are powers of ten,
 * because the venue can only announce such lots; a recording with others is announced with the next smaller
 * lot and its own minimum. Lots, minimums and markets may change while it runs.
 */
import {
  ceilToStep,
  Decimal,
  maxDecimal,
  ZERO_QUANTITY,
  type Price,
  type Quantity,
} from '../../domain/decimal.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Tape } from './tape.ts';

export interface Listing {
  /** What orders are checked against; a market that was delisted stays for the positions in it. */
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  /** Rows of `/instruments`, as they are sent. */
  readonly rows: readonly InstrumentRow[];
  /** The market of an id in the venue's exact spelling; null for one that is listed without one. */
  readonly markets: ReadonlyMap<string, Symbol | null>;
  idOf(symbol: Symbol): string;
  /** Orders are taken. */
  isTrading(symbol: Symbol): boolean;
  isSuspended(symbol: Symbol): boolean;
  /** What a venue does to its markets overnight. */
  change(symbol: Symbol, change: InstrumentChange): void;
  /** As it was at the start. */
  reset(): void;
}

export interface InstrumentChange {
  /** Digits of the lot step: 4 is 0.0001, -3 is 1000. */
  readonly precision?: number;
  readonly minQuantity?: Quantity;
  readonly tickSize?: Price;
  readonly maxLeverage?: number;
  readonly tradeable?: boolean;
  readonly suspended?: boolean;
  /** False: no longer among the instruments and tickers. */
  readonly listed?: boolean;
}

export interface InstrumentRow extends Readonly<Record<string, unknown>> {
  readonly symbol: string;
  readonly tradeable: boolean;
}

interface State {
  readonly tradeable: boolean;
  readonly suspended: boolean;
  readonly listed: boolean;
}

const OPENED = '2022-03-22T13:15:36.000Z';
export const FEE_SCHEDULE = 'abb50ea3-4fc9-401c-8d83-518610b16d8c';
const AT_START: State = { tradeable: true, suspended: false, listed: true };

export function listingOf(tape: Tape): Listing {
  const instruments = new Map<Symbol, Instrument>();
  const states = new Map<Symbol, State>();
  const markets = new Map<string, Symbol | null>();
  let rows: readonly InstrumentRow[] = [];
  const stateOf = (symbol: Symbol): State => states.get(symbol) ?? AT_START;
  const list = (): void => {
    const listed = [...instruments.values()].filter(({ symbol }) => stateOf(symbol).listed);
    const perpetuals = listed.map((each) => perpetualRow(each, stateOf(each.symbol).tradeable));
    rows = [...perpetuals, ...othersThan(instruments)];
    markets.clear();
    for (const row of rows) markets.set(row.symbol, null);
    for (const { symbol, venueId } of listed) markets.set(venueId, symbol);
  };
  const listing: Listing = {
    instruments,
    markets,
    get rows() {
      return rows;
    },
    idOf: (symbol) => instruments.get(symbol)?.venueId ?? symbol,
    isTrading: (symbol) => {
      const { tradeable, suspended, listed } = stateOf(symbol);
      return instruments.has(symbol) && tradeable && listed && !suspended;
    },
    isSuspended: (symbol) => stateOf(symbol).suspended,
    change(symbol, change) {
      const instrument = instruments.get(symbol);
      if (instrument === undefined) return;
      instruments.set(symbol, changed(instrument, change));
      const { tradeable, suspended, listed } = { ...stateOf(symbol), ...change };
      states.set(symbol, { tradeable, suspended, listed });
      list();
    },
    reset() {
      states.clear();
      for (const { symbol, instrument } of tape.markets) {
        instruments.set(symbol, announced(instrument));
      }
      list();
    },
  };
  listing.reset();
  return listing;
}

function announced(instrument: Instrument): Instrument {
  return withLot(instrument, tradePrecision(instrument), instrument.minQuantity);
}

function changed(instrument: Instrument, change: InstrumentChange): Instrument {
  const { precision = tradePrecision(instrument), tickSize, maxLeverage } = change;
  // A new lot is the new minimum, unless another one is named with it.
  const { minQuantity = change.precision === undefined ? instrument.minQuantity : ZERO_QUANTITY } =
    change;
  return {
    ...withLot(instrument, precision, minQuantity),
    ...(tickSize === undefined ? {} : { tickSize }),
    ...(maxLeverage === undefined ? {} : { maxLeverage }),
  };
}

function withLot(instrument: Instrument, precision: number, least: Quantity): Instrument {
  const lotStep = new Decimal(10).pow(-precision) as Quantity;
  return { ...instrument, lotStep, minQuantity: maxDecimal(lotStep, ceilToStep(least, lotStep)) };
}

function tradePrecision({ lotStep }: Instrument): number {
  return 0 - Decimal.log10(lotStep).floor().toNumber();
}

function perpetualRow(instrument: Instrument, tradeable: boolean): InstrumentRow {
  const { symbol, venueId, tickSize, maxLeverage, lotStep, minQuantity } = instrument;
  const [base = '', quote = ''] = (symbol.split(':')[0] ?? '').split('/');
  return {
    ...shared(tickSize, tradePrecision(instrument)),
    symbol: venueId,
    pair: `${base}:${quote}`,
    base,
    quote,
    type: 'flexible_futures',
    tradeable,
    ...(minQuantity.gt(lotStep) ? { minimumTradeSize: minQuantity.toNumber() } : {}),
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
