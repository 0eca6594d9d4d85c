/**
 * What of a market waits for an operator, read from the journal of a home: the question of `acknowledge`
 * shows it, so that nobody vouches for something unseen.
 */
import { registryView } from '../../core/registry-view.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Symbol } from '../../domain/symbol.ts';
import { readHome } from './read-home.ts';
import { resolveMarket } from './resolve-market.ts';

/** One thing that waits for an operator. */
export interface Cause {
  readonly cause: string;
  readonly evidence: string;
}

/** The finding on a position that vanished together with others: not believed gone until somebody says so. */
export const VANISHED = 'orphan?';

/** What waits for an operator, as the journal tells it: for the question that is asked first. */
export function readCauses(home: string, written: string): { symbol: Symbol; causes: Cause[] } {
  return readHome(home, (db) => {
    const symbol = resolveMarket(db, written);
    const view = registryView(db);
    const after = view.lastEventOf('ACKNOWLEDGED', symbol)?.seq ?? 0;
    const causes = new Map<string, Cause>();
    for (const event of view.eventsAfter(after, { type: 'ACKNOWLEDGEMENT_NEEDED', symbol })) {
      if (event.type !== 'ACKNOWLEDGEMENT_NEEDED' || causes.has(event.payload.cause)) continue;
      causes.set(event.payload.cause, event.payload);
    }
    for (const { finding, evidence, symbol: of } of view.standingFindings()) {
      if (of === symbol && finding === VANISHED) causes.set(finding, { cause: finding, evidence });
    }
    return { symbol, causes: [...causes.values()] };
  });
}

export function nothingWaits(symbol: Symbol): TradectlError {
  return new TradectlError('NOT_FOUND', `nothing on ${symbol} waits for an acknowledgement`, {
    hint: 'tradectl status',
  });
}
