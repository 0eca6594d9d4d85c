/**
 * Show a plan, ask, hand it over, tell what became of it: one path for every command that repairs. A live account
 * that is going to be sent orders wants its name typed; everything else is mild. The question comes after
 * the plan, also with `--json`, where the plan to read goes to stderr.
 */
import type { ApplyDocument } from '../src/engine/operations/apply-document.ts';
import type { PlanDocument } from '../src/engine/operations/plan-document.ts';
import { confirmMild, confirmSevere, type Ask } from './confirm.ts';
import type { Context } from './context.ts';
import { operatorOf } from './operator.ts';
import { jsonLine } from './output/json.ts';
import { appliedText } from './output/plan-applied.ts';
import { paragraph } from './output/plan-lines.ts';
import { safeText } from './output/safe-text.ts';
import { planText } from './output/plan-text.ts';
import { paintFor } from './paint.ts';
import type { PlanDesk } from './plan-desk.ts';
import { appliedExit, countActions } from './plan-exit.ts';

export interface ApplyFlags {
  readonly yes?: boolean;
  readonly confirm?: string;
}

export interface Application {
  readonly document: PlanDocument;
  readonly flags: ApplyFlags;
  readonly desk: PlanDesk;
  /** Markets that agree are listed too. */
  readonly all?: boolean;
  /** Said below the plan, before the question. */
  readonly notes?: readonly string[];
  /** Exit code when the plan holds nothing to do. */
  readonly exitWithoutActions: number;
  /** What to type next when all went well. */
  readonly next: string;
  readonly ask?: Ask;
}

/** Returns the exit code; throws NOT_CONFIRMED and what the desk throws. */
export async function applyPlan(context: Context, application: Application): Promise<number> {
  const { document, desk, flags, notes = [] } = application;
  const isAsking = context.canPrompt && flags.yes !== true;
  if (!context.json) await showPlan(context, application);
  if (countActions(document) === 0) {
    context.out(context.json ? jsonLine(nothingApplied(document)) : 'Nothing to apply.\n');
    return application.exitWithoutActions;
  }
  if (context.json && isAsking)
    await showPlan({ ...context, out: (text) => context.err(text) }, application);
  else if (!context.json) context.out(notesText(context, notes));
  await confirm(context, application);
  const applied = await desk.apply(context.home, { document, by: operatorOf(context) });
  if (context.json) context.out(jsonLine(applied));
  else await tell(context, applied, application.next);
  return appliedExit(applied);
}

/** The plan alone, for people. */
export async function showPlan(
  context: Context,
  { document, all = false }: Pick<Application, 'document' | 'all'>,
): Promise<void> {
  const paint = await paintFor(context.outColour);
  context.out(planText(document, { all, columns: context.columns, paint }));
}

/** A blank line, each note in lines that fit, then commands to copy, which are never broken. */
export function notesText(
  { columns }: Context,
  notes: readonly string[],
  commands: readonly string[] = [],
): string {
  const width = Math.min(80, columns);
  const lines = [
    ...notes.flatMap((note) => paragraph(note, { indent: 0, width })),
    ...commands.map((command) => `  ${safeText(command)}`),
  ];
  return lines.length === 0 ? '' : `\n${lines.map((line) => `${line}\n`).join('')}`;
}

async function confirm(context: Context, { document, flags, ask }: Application): Promise<void> {
  const what = questionOf(document);
  const isSevere = document.mode === 'live' && document.protection.actions.length > 0;
  if (isSevere) {
    const question = { what, name: document.account, given: flags.confirm };
    await (ask === undefined
      ? confirmSevere(context, question)
      : confirmSevere(context, question, ask));
    return;
  }
  const question = { what, yes: flags.yes === true };
  await (ask === undefined ? confirmMild(context, question) : confirmMild(context, question, ask));
}

/** `apply 2 repairs and 1 order on account main (kraken, live)`. */
function questionOf({ repair, protection, account, venue, mode }: PlanDocument): string {
  const parts = [
    counted(repair.actions.length, 'repair', 'repairs'),
    counted(protection.actions.length, 'order action', 'order actions'),
  ].filter((part) => part !== null);
  return `apply ${parts.join(' and ')} on account ${account} (${venue}, ${mode})`;
}

function counted(count: number, one: string, many: string): string | null {
  if (count === 0) return null;
  return `${count} ${count === 1 ? one : many}`;
}

async function tell(context: Context, applied: ApplyDocument, next: string): Promise<void> {
  const paint = await paintFor(context.outColour);
  context.out(`\n${appliedText(applied, { columns: context.columns, paint })}`);
  if (applied.in_doubt > 0) context.out('  tradectl orders\n');
  context.out(`  ${appliedExit(applied) === 0 ? next : 'tradectl reconcile'}\n`);
}

function nothingApplied({ as_of_ms, plan_id }: PlanDocument): ApplyDocument {
  return {
    schema: 'tradectl.apply/1',
    as_of_ms,
    plan_id,
    actions: [],
    applied: 0,
    refused: 0,
    in_doubt: 0,
    attention: [],
    backup: null,
  };
}
