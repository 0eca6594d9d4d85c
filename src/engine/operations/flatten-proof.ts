/**
 * The proof that nothing is open: two complete looks some seconds apart, judged by the rules for absence, and
 * a registry that let go. A venue in maintenance answers with an empty list too; its word alone is not enough.
 */
import type { Snapshot } from '../../domain/venue.ts';
import { doubtAbout } from '../../reconcile/absence.ts';
import type { Bot } from '../bot.ts';
import { TIMING } from '../make-plan.ts';
import { look } from '../settle.ts';
import { keyOf, note, type Rows } from './flatten-rows.ts';

export interface Proof {
  /** Positions that either reading lists, by key. */
  readonly listed: ReadonlySet<string>;
  /** Why nothing that is not listed may be called flat; null when it may. */
  readonly doubt: string | null;
  readonly unreadable: string | null;
}

/** Two looks some seconds apart, judged by the rules for absence: an account in use contradicts an empty list. */
export async function lookTwice(bot: Bot, rows: Rows): Promise<Proof> {
  const first = await look(bot);
  await bot.clock.sleep(TIMING.apartMs);
  const second = await look(bot);
  const listed = new Set<string>();
  for (const { positions } of [first, second]) {
    if (positions.read === 'unknown') continue;
    for (const row of positions.rows) {
      listed.add(keyOf(row));
      if (!rows.has(keyOf(row))) note(rows, row, 'unknown');
    }
    for (const { written, why } of positions.malformed ?? []) {
      listed.add(written);
      rows.set(written, { symbol: written, side: '-', quantity: '-', outcome: `unknown: ${why}` });
    }
  }
  const unreadable = unreadableIn(first) ?? unreadableIn(second);
  const doubt = doubtAbout(first) ?? doubtAbout(second) ?? repeated(first, second);
  return { listed, doubt, unreadable };
}

/** A cached answer is the first look again, and proves nothing more. */
function repeated(first: Snapshot, second: Snapshot): string | null {
  const [before, after] = [serverMs(first), serverMs(second)];
  if (before === null || after === null || after > before) return null;
  return "the venue's own time stood still between two answers";
}

function serverMs({ positions }: Snapshot): number | null {
  return positions.read === 'unknown' ? null : positions.serverMs;
}

function unreadableIn({ positions }: Snapshot): string | null {
  return positions.read === 'unknown' ? positions.reason : null;
}

/**
 * Flat is what neither look lists and the registry let go: by its fills, or by the proof of absence. A venue
 * in maintenance answers with an empty list too, and then the registry still holds what it held.
 */
export function judge(bot: Bot, rows: Rows, { listed, doubt }: Proof): void {
  for (const [key, row] of rows) {
    if (listed.has(key)) continue;
    const why = doubt ?? heldStill(bot, key);
    rows.set(key, { ...row, outcome: why === null ? 'flat' : `unknown: ${why}` });
  }
}

function heldStill({ journal, memory }: Bot, key: string): string | null {
  const held = [...journal.registry().positions.values()].find((each) => keyOf(each) === key);
  if (held === undefined) return null;
  return memory.blocked.get(held.symbol)?.evidence ?? 'not listed, and not proven gone';
}
