/**
 * `rehearse`: a recording and the local Kraken Futures put together. Candles and the simulated account
 * lie in a temporary folder that goes with the server: a rehearsal starts with a fresh account, and no
 * home of a bot is read or written.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openCandleStore, type CandleStore } from '../../core/candle-store.ts';
import type { Clock } from '../../domain/clock.ts';
import { messageOf } from '../../domain/errors.ts';
import { readFeedFolder } from '../../market/feed-folder.ts';
import { openRecording } from '../../market/recording.ts';
import { parseFaultRules, type FaultRule } from '../../venue/rehearsal/fault-rules.ts';
import { startRehearsal, type RehearsalServer } from '../../venue/rehearsal/rehearsal-server.ts';
import type { Tape } from '../../venue/rehearsal/tape.ts';
import { bundledRecording } from '../bundled-recording.ts';
import { fileInvalid, readTextFile } from './read-text-file.ts';

export interface RehearseOptions {
  /** Null: the bundled recording. */
  readonly feed: string | null;
  /** A file of fault rules; null: none. */
  readonly faultsFile: string | null;
  /** 0: any that is free. */
  readonly port: number;
  /** The machine's. */
  readonly clock: Clock;
  /** How much faster the venue's time runs; 1 when absent. */
  readonly speed?: number;
  /** Draws key, secret and ids; absent: a new one for every start. */
  readonly seed?: string;
  readonly onDefect: (error: unknown) => void;
}

export interface Rehearsal {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly feed: string;
  readonly markets: number;
  readonly faultRules: number;
  close(): Promise<void>;
}

const MOST_MEGABYTES = 1;

/** Throws FILE_INVALID for a feed or a fault file that is none, and USAGE for a port that is taken. */
export async function openRehearsal(options: RehearseOptions): Promise<Rehearsal> {
  const faults = options.faultsFile === null ? [] : readFaultRules(options.faultsFile);
  const feed = options.feed === null ? bundledRecording() : resolve(options.feed);
  const folder = mkdtempSync(join(tmpdir(), 'tradectl-rehearse-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const store = openCandleStore(join(folder, 'candles.db'));
    const server = await serve(store, { ...options, feed, faults, folder });
    return {
      url: server.url,
      ...server.credentials,
      feed,
      markets: server.markets,
      faultRules: faults.length,
      async close() {
        await server.close();
        store.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function serve(
  store: CandleStore,
  options: RehearseOptions & { feed: string; faults: readonly FaultRule[]; folder: string },
): Promise<RehearsalServer & { readonly markets: number }> {
  const { clock, seed = randomBytes(32).toString('hex') } = options;
  try {
    const tape = tapeOf(store, options.feed, clock);
    const file = join(options.folder, 'paper.db');
    const server = await startRehearsal({ ...options, tape, file, seed });
    return { ...server, markets: tape.markets.length };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** The recording of a folder as the rehearsal venue plays it. */
export function tapeOf(store: CandleStore, feed: string, clock: Clock): Tape {
  const recording = openRecording(readFeedFolder(feed), { store, now: clock.now() });
  return {
    markets: recording.markets,
    windowFrom: recording.windowFrom,
    windowTo: recording.windowTo,
    read: (symbol, timeframe, from, to) => store.read({ symbol, timeframe }, from, to),
  };
}

function readFaultRules(file: string): FaultRule[] {
  const text = readTextFile(file, MOST_MEGABYTES);
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch (error) {
    throw fileInvalid(file, `is no JSON: ${messageOf(error)}`);
  }
  return parseFaultRules(written, file);
}
