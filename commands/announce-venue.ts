/**
 * Before a command touches a live venue it says which: host and account, on stderr. A home on paper says
 * nothing. What was never read is not asked for here: the bot wrote it down.
 */
import type { Command } from 'commander';
import { venueLine } from '../src/domain/venue-facts.ts';
import type { Context } from './context.ts';
import { safeText } from './output/safe-text.ts';

/** Commands that ask or change something at the venue; `run` says it itself. */
const AT_VENUE: ReadonlySet<string> = new Set([
  'acknowledge',
  'close',
  'flatten',
  'kill',
  'partial-close',
  'phantoms import',
  'phantoms list',
  'reconcile',
]);

export async function announceVenue(context: Context, command: Command): Promise<void> {
  if (!AT_VENUE.has(nameOf(command)) && command.opts<{ venue?: boolean }>().venue !== true) return;
  const { readStandingVenue } = await import('../src/engine/operations/read-venue-health.ts');
  const venue = readStandingVenue(context.home);
  if (venue !== null) context.err(`${safeText(venueLine(venue))}\n`);
}

/** `phantoms import` of a command below another. */
function nameOf(command: Command): string {
  const parent = command.parent;
  const isNested = parent !== null && parent.parent !== null;
  return isNested ? `${parent.name()} ${command.name()}` : command.name();
}
