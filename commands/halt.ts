/**
 * `tradectl halt show|set|clear`. Setting is free: it goes towards safety. Clearing wants the id typed,
 * because it is the step after which the bot opens risk again.
 */
import { readHalts, type StandingHalt } from '../src/core/halt-files.ts';
import { homePaths } from '../src/core/home.ts';
import { setHalt } from '../src/engine/operations/halt.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { confirmSevere } from './confirm.ts';
import type { Context } from './context.ts';
import { operatorOf } from './operator.ts';
import { jsonLine } from './output/json.ts';
import { money, utcMinute } from './output/numbers.ts';
import { safeText } from './output/safe-text.ts';
import { warnNewHome } from './warn-new-home.ts';

export interface HaltSetFlags {
  readonly reason: string;
}

export interface HaltClearFlags {
  readonly reason: string;
  readonly confirm?: string;
  readonly despiteFindings?: boolean;
  readonly resetPeak?: boolean;
}

export async function showHalts(context: Context, flags: { check?: boolean }): Promise<number> {
  const standing = readHalts(homePaths(context.home));
  if (context.json) {
    context.out(
      jsonLine({
        schema: 'tradectl.halts/1',
        as_of_ms: context.clock.now(),
        halted: standing.length > 0,
        halts: standing.map(haltRow),
      }),
    );
  } else if (standing.length === 0) context.out('No halt stands.\n');
  else context.out(standing.map(haltText).join('\n'));
  return flags.check === true && standing.length > 0 ? 1 : 0;
}

export async function setHaltByHand(context: Context, flags: HaltSetFlags): Promise<number> {
  warnNewHome(context);
  const now = context.clock.now();
  const halt = setHalt(homePaths(context.home), {
    reason: flags.reason,
    now,
    by: operatorOf(context),
  });
  if (context.json) {
    context.out(jsonLine({ schema: 'tradectl.halt_set/1', as_of_ms: now, id: halt.id, halt }));
  } else {
    context.out(`Halt ${halt.id} is set: no new entries. Stops, targets and exits live on.\n`);
    context.out(`  tradectl halt clear ${halt.id} --reason TEXT\n`);
  }
  return 0;
}

export async function clearHaltByHand(
  context: Context,
  id: string,
  flags: HaltClearFlags,
): Promise<number> {
  const standing = readHalts(homePaths(context.home)).find(({ halt }) => halt.id === id);
  if (standing === undefined) {
    throw new TradectlError('NOT_FOUND', `no halt ${JSON.stringify(id)} stands`, {
      hint: 'list them with `tradectl halt show`',
    });
  }
  const what = `clear ${standing.halt.kind} halt ${id} (${standing.halt.reason})`;
  await confirmSevere(context, { what, name: id, given: flags.confirm });
  // Loaded here: looking and halting must work with as few modules as can be.
  const { requestClearHalt } = await import('../src/engine/operations/request.ts');
  const cleared = await requestClearHalt(context.home, {
    id,
    reason: flags.reason,
    despiteFindings: flags.despiteFindings === true,
    resetPeak: flags.resetPeak === true,
    by: operatorOf(context),
  });
  if (context.json) {
    context.out(
      jsonLine({
        schema: 'tradectl.halt_cleared/1',
        as_of_ms: context.clock.now(),
        id,
        kind: standing.halt.kind,
        peak_reset: cleared.peakReset,
        archived: cleared.archived,
        executed_by: cleared.executedBy,
      }),
    );
    return 0;
  }
  const by = cleared.executedBy === 'bot' ? ' by the running bot' : '';
  context.out(`Halt ${id} is cleared${by}; its file is ${safeText(cleared.archived)}.\n`);
  if (cleared.peakReset !== null) {
    context.out(`Drawdown is measured from ${money(cleared.peakReset)} now: the peak was reset.\n`);
  }
  context.out('  tradectl status\n');
  return 0;
}

function haltRow({ halt, file }: StandingHalt): Readonly<Record<string, unknown>> {
  const { id, kind, reason, findings, set_ms, set_by } = halt;
  return { id, kind, reason, findings, set_ms, set_by, file };
}

function haltText({ halt, file }: StandingHalt): string {
  const lines = [
    `${halt.id}  ${halt.kind}  set ${utcMinute(halt.set_ms)} by ${halt.set_by}`,
    `  ${halt.reason}`,
    ...halt.findings.map((finding) => `  - ${finding}`),
    `  file: ${file}`,
    `  tradectl halt clear ${halt.id} --reason TEXT`,
  ];
  return lines.map((line) => `${safeText(line)}\n`).join('');
}
