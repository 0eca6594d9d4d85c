/** `tradectl kill`: the operator's halt of everything. It flattens nothing and keeps every stop. */
import { requestKill } from '../src/engine/operations/request.ts';
import type { Context } from './context.ts';
import type { HaltSetFlags } from './halt.ts';
import { operatorOf } from './operator.ts';
import { jsonLine } from './output/json.ts';
import { warnNewHome } from './warn-new-home.ts';

export async function killBot(context: Context, flags: HaltSetFlags): Promise<number> {
  warnNewHome(context);
  const { halt, cancelled, executedBy } = await requestKill(context.home, {
    reason: flags.reason,
    by: operatorOf(context),
  });
  const isLeft = executedBy === 'command' && cancelled === null;
  if (context.json) {
    context.out(
      jsonLine({
        schema: 'tradectl.kill/1',
        as_of_ms: context.clock.now(),
        id: halt.id,
        halt,
        entries_cancelled: cancelled,
        executed_by: executedBy,
      }),
    );
    return isLeft ? 6 : 0;
  }
  const entries =
    executedBy === 'bot'
      ? 'The running bot cancels its entry orders.'
      : isLeft
        ? 'Another command holds the lock: entry orders were NOT cancelled.\n  Once it is done, kill again.'
        : `${cancelled} entry orders were cancelled.`;
  context.out(`Killed: ${halt.id}. ${entries} Stops, targets and exits live on.\n`);
  context.out(`  tradectl halt clear ${halt.id} --reason TEXT\n`);
  return isLeft ? 6 : 0;
}
