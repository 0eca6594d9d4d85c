/**
 * `tradectl internal record-exit`: what the service manager knows of a process that is gone, kept in the home.
 * It is the ExecStopPost of the unit: quick, without the journal, and never in the way of the next start.
 */
import { existsSync } from 'node:fs';
import { addExitRecord } from '../src/core/exit-records.ts';
import { homePaths } from '../src/core/home.ts';
import { readLockOwner } from '../src/core/lock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { bootId, ownUnit } from '../src/host/own-unit.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';

/** systemd's words and numbers; anything else was not written by it. */
const WORD = /^[A-Za-z0-9_+-]{1,40}$/;

export async function recordExit(context: Context): Promise<number> {
  const paths = homePaths(context.home);
  const result = word(context, 'SERVICE_RESULT');
  if (result === null) {
    throw new TradectlError('USAGE', 'SERVICE_RESULT is not set: nobody said how a service ended', {
      hint: 'systemd runs this as ExecStopPost of the unit that it writes: tradectl service',
    });
  }
  if (!existsSync(paths.dir)) {
    throw new TradectlError('STORE_MISSING', `there is no home ${paths.dir}`, {
      hint: 'name the home of the bot with --home',
    });
  }
  const record = {
    atMs: context.clock.now(),
    bootId: bootId(),
    // A process that ended in order took its name off the lock.
    pid: readLockOwner(paths)?.pid ?? null,
    result,
    code: word(context, 'EXIT_CODE'),
    status: word(context, 'EXIT_STATUS'),
    unit: ownUnit(),
  };
  addExitRecord(paths.exits, record);
  if (context.json) {
    const { atMs, bootId: boot, ...rest } = record;
    context.out(jsonLine({ schema: 'tradectl.exit/1', at_ms: atMs, boot_id: boot, ...rest }));
  }
  return Promise.resolve(0);
}

function word({ env }: Context, name: string): string | null {
  const value = env[name] ?? '';
  return WORD.test(value) ? value : null;
}
