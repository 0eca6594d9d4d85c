/** A market has one position: a row that is there twice is one row, two rows that differ are not understood. */
import type { VenuePosition } from '../../domain/venue.ts';
import type { ParsedRows } from './answer-list.ts';

export function onePositionEach({
  rows,
  malformed,
}: ParsedRows<VenuePosition>): ParsedRows<VenuePosition> {
  const found: ParsedRows<VenuePosition> = { rows: [], malformed: [...malformed] };
  for (const symbol of new Set(rows.map((row) => row.symbol))) {
    const [first, ...others] = rows.filter((row) => row.symbol === symbol);
    if (first === undefined) continue;
    if (others.every((other) => isSame(first, other))) found.rows.push(first);
    else found.malformed.push({ written: symbol, symbol, why: 'two positions in one market' });
  }
  return found;
}

function isSame(a: VenuePosition, b: VenuePosition): boolean {
  return a.side === b.side && a.quantity.eq(b.quantity);
}
