/**
 * Where a running bot listens to its operator: at most a second of wall time apart, and at each
 * cycle's end. It takes commands from the inbox, sees halt files, and says that it is alive.
 */
import { ms, type Clock, type Ms } from '../domain/clock.ts';
import { messageOf, TradectlError } from '../domain/errors.ts';
import type { Json } from '../domain/canonical-json.ts';
import { isSqliteError, storeError } from '../core/database.ts';
import type { CommandAnswer, Inbox, OperatorCommand } from '../core/inbox.ts';

export interface SafePoint {
  /** Does what is due; cheap when nothing is. `force` does not wait for the interval. */
  visit(force?: boolean): Promise<void>;
}

export interface SafePointOptions {
  readonly wall: Clock;
  readonly inbox: Inbox;
  readonly execute: (command: OperatorCommand) => Promise<Json>;
  readonly refreshHalts: () => Promise<void>;
  readonly beat: () => void;
  /** Flushes what may be late: kept events, the decision board. */
  readonly tidy: () => void;
  /** Listening and tidying could not reach the database; the next visit tries again. Once per outage. */
  readonly onStoreFailure: (error: TradectlError) => void;
}

const INTERVAL: Ms = ms(250);
const BEAT_INTERVAL: Ms = ms(1_000);

export function createSafePoint(options: SafePointOptions): SafePoint {
  const { wall } = options;
  let visited = wall.monotonic();
  let beaten = visited;
  let failing = false;
  return {
    async visit(force = false) {
      const now = wall.monotonic();
      if (!force && now - visited < INTERVAL) return;
      visited = now;
      await options.refreshHalts();
      try {
        for (const command of options.inbox.take()) {
          options.inbox.answer(command.id, await answer(options, command));
        }
        if (!force && now - beaten < BEAT_INTERVAL) return;
        beaten = now;
        options.tidy();
        options.beat();
        failing = false;
      } catch (error) {
        // Protection outlives the database: a full disk or a busy file must not end the bot.
        if (!isSqliteError(error)) throw error;
        if (!failing) options.onStoreFailure(storeError(error, 'state.db'));
        failing = true;
      }
    },
  };
}

/** An operator always gets an answer; a bug in an operation must not take the bot with it. */
async function answer(options: SafePointOptions, command: OperatorCommand): Promise<CommandAnswer> {
  try {
    return { outcome: 'done', result: await options.execute(command) };
  } catch (error) {
    if (error instanceof TradectlError) {
      const { code, message, hint } = error;
      return { outcome: 'failed', code, message, hint };
    }
    const message = messageOf(error);
    return { outcome: 'failed', code: 'INTERNAL', message, hint: 'see the log of the bot' };
  }
}
