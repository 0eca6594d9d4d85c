/** `tradectl acknowledge SYMBOL`: an operator looked at what the bot cannot know; its entries go on. */
import { requestAcknowledge } from '../src/engine/operations/request-close.ts';
import { readCauses } from '../src/engine/operations/read-causes.ts';
import { confirmMild } from './confirm.ts';
import type { Context } from './context.ts';
import { operatorOf } from './operator.ts';
import { jsonLine } from './output/json.ts';
import { safeLines } from './output/safe-text.ts';

export interface AcknowledgeFlags {
  readonly reason: string;
  readonly yes?: boolean;
}

export async function acknowledge(
  context: Context,
  written: string,
  flags: AcknowledgeFlags,
): Promise<number> {
  const { symbol, causes } = readCauses(context.home, written);
  const told = causes.map(({ cause, evidence }) => `${cause}: ${evidence}`).join('; ');
  // Only a look at the venue tells of what vanished since the bot last ran; without one it is refused there.
  const seen = causes.length === 0 ? 'nothing is journaled on it yet' : told;
  await confirmMild(context, { what: `acknowledge ${symbol} (${seen})`, yes: flags.yes === true });
  const { reason } = flags;
  const by = operatorOf(context);
  const result = await requestAcknowledge(context.home, { symbol, reason, by });
  if (context.json) {
    context.out(
      jsonLine({
        schema: 'tradectl.acknowledge/1',
        as_of_ms: context.clock.now(),
        symbol,
        causes: result.causes,
        evidence: result.evidence,
        reason,
        executed_by: result.executedBy,
      }),
    );
    return 0;
  }
  const lines = result.causes.map((cause, at) => `  ${cause}: ${result.evidence[at] ?? ''}`);
  context.out(safeLines([`${symbol} is acknowledged:`, ...lines, ''].join('\n')));
  context.out('  tradectl status\n');
  return 0;
}
