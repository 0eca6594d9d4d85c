/** How a stored row differs from what its events say, column by column, in words. */
import type { Row } from './registry-rows.ts';

/** Only columns that `wanted` has are compared; empty when they agree. */
export function rowDifferences(row: Row, wanted: Row): string[] {
  return Object.keys(wanted)
    .filter((column) => row[column] !== wanted[column])
    .map((column) => `${column} is ${show(row[column])}, its events say ${show(wanted[column])}`);
}

function show(cell: unknown): string {
  return JSON.stringify(cell ?? null);
}
