/**
 * The hashes of events in the order in which a log asks for them: nearly always the journal's own, so they are read
 * a page at a time. Lines that were written again later, or stand alone, are looked up one by one.
 */
import { TradectlError } from '../domain/errors.ts';
import type { JournalSource } from './journal-source.ts';

const PAGE = 250;

export class NearbyHashes {
  private readonly source: JournalSource;
  private readonly page = new Map<number, string | null>();
  private pageEnd = 0;
  private asked: number | null = null;

  constructor(source: JournalSource) {
    this.source = source;
  }

  /** Undefined: there is no such event. Null: it stands on a damaged page, and neither agrees nor differs. */
  of(seq: number): string | null | undefined {
    const isNext = this.asked === null || (seq > this.asked && seq <= this.asked + PAGE);
    this.asked = seq;
    if (this.page.has(seq)) return this.page.get(seq);
    return readable(() => {
      if (!isNext || seq <= this.pageEnd) return this.source.eventAt(seq)?.hash;
      this.page.clear();
      for (const mark of this.source.marks(seq - 1, PAGE)) this.page.set(mark.seq, mark.hash);
      this.pageEnd = seq + PAGE - 1;
      return this.page.get(seq);
    });
  }
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TradectlError) || error.code !== 'STORE_CORRUPT') throw error;
    return null;
  }
}
