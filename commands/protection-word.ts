/** How well a position is covered, in a word: colour never carries this alone. */
import type { PositionRow } from '../src/engine/operations/read-positions.ts';

export function protectionOf(row: PositionRow): string {
  if (row.is_protected) return row.covered_by === 'foreign' ? 'whole (foreign)' : 'whole';
  return row.covered_quantity === '0' ? 'NONE' : `ONLY ${row.covered_quantity}`;
}
