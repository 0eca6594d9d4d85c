/**
 * The instruments last read, and the names they answer to. In maintenance the venue has answered with an
 * empty list and success; that once made every market unknown. So a list under half as long as the
 * one we hold is refused, and one failed read never makes the next one fail.
 */
import type { Ms } from '../../domain/clock.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { AliasTable, Symbol } from '../../domain/symbol.ts';
import { aliasTable } from '../../domain/symbol.ts';
import type { MalformedRow, Reading } from '../../domain/venue.ts';
import type { Unknown } from './answer-list.ts';
import { complete, unknown } from './answer-list.ts';

export interface InstrumentList {
  /** Every linear perpetual, also a suspended one: its positions must still be recognised. */
  readonly known: readonly Instrument[];
  readonly tradeable: readonly Instrument[];
  readonly malformed: readonly MalformedRow[];
}

/** The list as the venue tells it now, with its time. */
export type ReadInstruments = () => Promise<
  Unknown | { readonly read: 'list'; readonly list: InstrumentList; readonly serverMs: Ms | null }
>;

export interface Names {
  readonly read: 'names';
  /** Every spelling, upper case; also of markets that are suspended. */
  readonly aliases: AliasTable;
  readonly bySymbol: ReadonlyMap<Symbol, Instrument>;
}

export interface InstrumentRegistry {
  /** Reads the list anew; at most one request at a time. */
  refresh(): Promise<Reading<Instrument>>;
  /** What is held, reading it the first time. */
  names(): Promise<Names | Unknown>;
}

/** A list shorter than this share of the one held is not believed. */
const LEAST_SHARE = 0.5;

export function createInstrumentRegistry(readInstruments: ReadInstruments): InstrumentRegistry {
  let held: Names | null = null;
  let running: Promise<Reading<Instrument>> | null = null;

  const read = async (): Promise<Reading<Instrument>> => {
    const list = await readInstruments();
    if (list.read === 'unknown') return list;
    const { known, tradeable, malformed } = list.list;
    if (known.length === 0) return unknown('the instrument list is empty');
    const before = held?.bySymbol.size ?? 0;
    if (known.length < before * LEAST_SHARE) {
      return unknown(`the instrument list shrank from ${before} to ${known.length}`);
    }
    held = namesOf(known);
    return complete({ rows: [...tradeable], malformed: [...malformed] }, list.serverMs);
  };
  const refresh = (): Promise<Reading<Instrument>> => {
    running ??= read().finally(() => {
      running = null;
    });
    return running;
  };
  return {
    refresh,
    names: async () => {
      if (held !== null) return held;
      const reading = await refresh();
      if (held !== null) return held;
      return unknown(reading.read === 'unknown' ? reading.reason : 'no instruments');
    },
  };
}

function namesOf(known: readonly Instrument[]): Names {
  return {
    read: 'names',
    aliases: aliasTable(known),
    bySymbol: new Map(known.map((instrument) => [instrument.symbol, instrument])),
  };
}
