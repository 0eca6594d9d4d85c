/**
 * What an operator asks of a home, with or without a running bot. Whoever holds the lock executes: a
 * running bot takes the command from its inbox, else this process takes the lock itself.
 */
import { lockHeld, lockState, runningBot } from '../../core/lock.ts';
import { homePaths } from '../../core/home.ts';
import {
  openInboxBeside,
  waitForAnswer,
  type CommandArguments,
  type Inbox,
} from '../../core/inbox.ts';
import { ms, wallClock, type Ms } from '../../domain/clock.ts';
import type { DecimalText } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Halt } from '../../domain/trading-state.ts';
import { setKill } from './halt.ts';
import type { Operator } from './operator.ts';

export type ExecutedBy = 'bot' | 'command';

export interface ClearResult {
  readonly peakReset: DecimalText | null;
  readonly archived: string;
  readonly executedBy: ExecutedBy;
}

export interface CloseResult {
  /** `closed`, `pending`, or why it was not sent or not taken. */
  readonly outcome: string;
  readonly flat: boolean;
  readonly closedQuantity: DecimalText;
  readonly realizedPnl: DecimalText;
  readonly executedBy: ExecutedBy;
}

/** A bot answers at its next safe point, a second away; a slow venue may take longer. */
const ANSWER_TIMEOUT = ms(30_000);

export async function requestClearHalt(
  home: string,
  request: {
    readonly id: string;
    readonly reason: string;
    readonly despiteFindings: boolean;
    readonly resetPeak: boolean;
    readonly by: Operator;
  },
): Promise<ClearResult> {
  const { id, reason, despiteFindings, resetPeak } = request;
  const arguments_ = { id, reason, despite_findings: despiteFindings, reset_peak: resetPeak };
  const answered = await askRunningBot(home, 'halt clear', {
    arguments: arguments_,
    by: request.by,
  });
  if (answered !== null)
    return { ...(answered as Omit<ClearResult, 'executedBy'>), executedBy: 'bot' };
  const { withOwnBot } = await import('../own-bot.ts');
  const { clearByBot } = await import('./execute.ts');
  const cleared = await withOwnBot(home, (bot) => clearByBot(bot, request));
  return { ...cleared, executedBy: 'command' };
}

export async function requestKill(
  home: string,
  facts: { readonly reason: string; readonly by: Operator },
): Promise<{ halt: Halt; cancelled: number | null; executedBy: ExecutedBy }> {
  const paths = homePaths(home);
  // The file first: it holds even when nothing below works.
  const halt = setKill(paths, { ...facts, now: wallClock().now() });
  const lock = lockState(paths);
  if (runningBot(lock) !== 'none') return { halt, cancelled: null, executedBy: 'bot' };
  // A command is at work: the file stands, and nobody cancels until it is done.
  if (lock.held) return { halt, cancelled: null, executedBy: 'command' };
  const { hasState, withOwnBot } = await import('../own-bot.ts');
  if (!hasState(paths)) return { halt, cancelled: 0, executedBy: 'command' };
  const { cancelEntries } = await import('../cancel-entries.ts');
  // Taking over cancels resting entries already; the operator is told of all of them.
  const cancelled = await withOwnBot(
    home,
    async (bot, taken) => taken + (await cancelEntries(bot, 'kill')),
  );
  return { halt, cancelled, executedBy: 'command' };
}

export async function requestClose(
  home: string,
  request: { readonly symbol: Symbol; readonly reason: string | null; readonly by: Operator },
): Promise<CloseResult> {
  const arguments_ = { symbol: request.symbol, reason: request.reason };
  const answered = await askRunningBot(home, 'close', { arguments: arguments_, by: request.by });
  if (answered !== null)
    return { ...(answered as Omit<CloseResult, 'executedBy'>), executedBy: 'bot' };
  const { withActor } = await import('../own-bot.ts');
  const { closeByBot } = await import('./execute.ts');
  const closed = await withActor(home, (bot) => closeByBot(bot, request), 'close');
  return { ...closed, executedBy: 'command' };
}

export interface Asked {
  readonly arguments: CommandArguments;
  readonly by: Operator;
  /** How long to wait for the answer. */
  readonly timeoutMs?: Ms;
  /** Refused while the same command of somebody else is not answered: two must not apply at once. */
  readonly alone?: boolean;
}

/**
 * Posts to the bot that holds the lock and waits; null when nobody holds it. Rethrows the bot's refusal.
 * Throws LOCK_HELD with the owner's pid when another command holds the lock: it takes no requests.
 */
export async function askRunningBot(home: string, command: string, facts: Asked): Promise<unknown> {
  const paths = homePaths(home);
  const lock = lockState(paths);
  if (!lock.held) return null;
  if (runningBot(lock) === 'none') throw lockHeld(paths, lock.owner);
  const wall = wallClock();
  const { inbox, db } = openInboxBeside(paths.state);
  try {
    if (facts.alone === true) refuseSecond(inbox, command);
    const id = inbox.post({
      postedMs: wall.now(),
      postedBy: { uid: facts.by.uid, tty: facts.by.terminal, pid: process.pid },
      command,
      arguments: facts.arguments,
    });
    // Whoever interrupts the wait takes the command back, if it is not too late.
    const interrupted = new AbortController();
    const interrupt = (): void => interrupted.abort();
    process.once('SIGINT', interrupt);
    process.once('SIGTERM', interrupt);
    const answer = await waitForAnswer(inbox, id, wall, {
      timeoutMs: facts.timeoutMs ?? ANSWER_TIMEOUT,
      signal: interrupted.signal,
    }).finally(() => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    });
    if (answer === null) {
      throw new TradectlError(
        'APPLY_INCOMPLETE',
        `the bot took \`${command}\` and has not answered`,
        {
          hint: 'look at positions and orders before trying again: tradectl status',
        },
      );
    }
    if (answer.outcome === 'done') return answer.result;
    const { code, message, hint } = answer;
    throw new TradectlError(code, message, hint === null ? {} : { hint });
  } finally {
    db.close();
  }
}

function refuseSecond(inbox: Inbox, command: string): void {
  const first = inbox.waiting().find((posted) => posted.command === command);
  if (first === undefined) return;
  const { pid } = first.postedBy;
  throw new TradectlError(
    'LOCK_HELD',
    `pid ${pid} asked the bot to ${command} a plan, and it is not done yet`,
    { hint: 'wait for it, then make a new plan: tradectl reconcile', details: { pid } },
  );
}
