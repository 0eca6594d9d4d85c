/**
 * Applies a plan that was shown: a copy of the journal and the venue's answers first, then a fresh look, then
 * action by action what both plans have. What moved in between is refused as stale, per market, and the
 * rest goes on (rule 9). Killed anywhere, the next application continues; done, it does nothing.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from '../../domain/decimal.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { Outcome } from '../../domain/order.ts';
import type { ProtectiveAction } from '../../domain/plan.ts';
import { isInFlight } from '../../domain/order.ts';
import type { Bot } from '../bot.ts';
import { mendTables } from '../full-look.ts';
import { makePlan } from '../make-plan.ts';
import { planContext } from '../plan-context.ts';
import { followFills, resolve } from '../settle.ts';
import type { AppliedRow, ApplyDocument } from './apply-document.ts';
import { backUp } from './back-up.ts';
import type { Operator } from './operator.ts';
import {
  protectionId,
  repairId,
  type PlanDocument,
  type ProtectionRow,
  type RepairRow,
} from './plan-document.ts';
import { planByBot, type FreshPlan } from './plan-reconcile.ts';
import { venueAnswers } from './venue-answers.ts';

/** Throws PLAN_APPLIED for a plan of which nothing is left to do. */
export async function applyByBot(
  bot: Bot,
  { document, by }: { readonly document: PlanDocument; readonly by: Operator },
): Promise<ApplyDocument> {
  refuseApplied(bot, document);
  refuseOtherAccount(bot, document);
  // What an earlier, killed application sent is settled first: it is part of this plan.
  if (isSending(bot)) await resolve(bot, RESOLVE_PASSES);
  const fresh = await planByBot(bot, document.request);
  const backup = isAnythingLeft(document, fresh) ? backUpBefore(bot, document) : null;
  const answers = backup === null ? [] : answersOf(document, fresh);
  bot.journal.append([commandEvent(document, by), ...answers]);
  const repaired = applyRepairs(bot, document, fresh);
  const stale = new Set(
    repaired.filter(({ outcome }) => outcome === 'stale').map(({ symbol }) => symbol),
  );
  const isProtecting = document.protection.actions.length > 0 && fresh.planned !== null;
  const protectedRows = isProtecting ? await applyProtections(bot, { document, fresh, stale }) : [];
  const actions = [...repaired, ...protectedRows];
  return finish(bot, { document, actions, backup });
}

/** False for a plan of which nothing is due any more: it changes nothing and needs no copy. */
function isAnythingLeft(document: PlanDocument, fresh: FreshPlan): boolean {
  const due = new Set([...fresh.repairs.map(repairId), ...fresh.protections.map(protectionId)]);
  const shown = [...document.repair.actions, ...document.protection.actions];
  return shown.some(({ action_id: id }) => due.has(id));
}

function refuseApplied({ view }: Bot, { plan_id: id }: PlanDocument): void {
  if (!view.planApplied(id)) return;
  throw new TradectlError('PLAN_APPLIED', `plan ${id} was applied already; nothing was done`, {
    hint: 'make a new one with `tradectl reconcile`',
  });
}

function refuseOtherAccount({ config, venue }: Bot, document: PlanDocument): void {
  if (document.account === config.account && document.venue === venue.name) return;
  throw new TradectlError(
    'PLAN_STALE',
    `this plan is of account ${document.account} on ${document.venue}, this home of ${config.account} on ${venue.name}`,
    { hint: 'make a plan with this home: tradectl reconcile --out FILE' },
  );
}

/** One copy per plan and state of the journal: applying again before anything changed makes no second one. */
function backUpBefore(bot: Bot, { plan_id: planId }: PlanDocument): string {
  const folder = join(bot.paths.dir, 'backups');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `state-${bot.journal.registry().seq}-${planId}.db`);
  // Killed right after the copy was made: it is the same journal still.
  return existsSync(file) ? file : backUp(bot.paths.dir, file, bot.wall.now()).file;
}

function commandEvent({ plan_id: plan, request }: PlanDocument, by: Operator): NewEvent {
  return {
    type: 'OPERATOR_COMMAND',
    payload: {
      command: `${request.kind} --apply`,
      arguments: { plan_id: plan, symbols: request.symbols.join(' ') },
      uid: by.uid,
      terminal: by.terminal,
      reason: request.reason,
    },
  };
}

function answersOf({ plan_id }: PlanDocument, { planned }: FreshPlan): NewEvent[] {
  if (planned === null) return [];
  const answers = venueAnswers(planned.snapshot);
  return [{ type: 'VENUE_ANSWERS', payload: { plan_id, answers } }];
}

function applyRepairs(bot: Bot, document: PlanDocument, fresh: FreshPlan): AppliedRow[] {
  const planId = document.plan_id;
  const now = new Map(fresh.repairs.map((action) => [repairId(action), action]));
  const moved = movedMarkets(
    document.repair.actions,
    fresh.repairs.map((each) => ({ id: repairId(each), symbol: each.symbol })),
  );
  const rows = document.repair.actions.map((row): AppliedRow => {
    const action = now.get(row.action_id);
    if (moved.has(row.symbol)) return staleRow(row);
    if (action === undefined)
      return { ...told(row), outcome: 'not needed', detail: 'it is so already' };
    bot.journal.append([...action.events, actionEvent(planId, row, 'applied')]);
    return { ...told(row), outcome: 'applied', detail: null };
  });
  // The journal was told of every damaged row above; now the tables follow.
  if (fresh.damage.length > 0) mendTables(bot, fresh.damage);
  return rows;
}

/**
 * Markets on which a fresh plan would do what was not shown: registry or venue moved there. That less is
 * left to do than was shown is what a plan looks like that was applied in part.
 */
function movedMarkets(
  shown: readonly RepairRow[],
  fresh: readonly { readonly id: string; readonly symbol: string | null }[],
): ReadonlySet<string | null> {
  const ids = new Set(shown.map((row) => row.action_id));
  return new Set(fresh.filter(({ id }) => !ids.has(id)).map(({ symbol }) => symbol));
}

interface Protecting {
  readonly document: PlanDocument;
  readonly fresh: FreshPlan;
  /** Markets whose repair was refused. */
  readonly stale: ReadonlySet<string | null>;
}

/** Planned again on the repaired registry and the same observation: the actions must be the ones shown. */
async function applyProtections(
  bot: Bot,
  { document, fresh, stale }: Protecting,
): Promise<AppliedRow[]> {
  const { planned } = fresh;
  if (planned === null) return [];
  const decision = makePlan(planContext(bot), planned.snapshot, planned.memory).protection;
  const scoped = decision.actions.filter(({ symbol }) => isShown(document, symbol));
  const now = new Map(scoped.map((action) => [protectionId(action), action]));
  const moved = movedMarkets(
    document.protection.actions,
    scoped.map((each) => ({ id: protectionId(each), symbol: each.symbol })),
  );
  const rows = document.protection.actions.map((row): AppliedRow | Due => {
    const action = now.get(row.action_id);
    if (moved.has(row.symbol) || stale.has(row.symbol)) return staleRow(row);
    if (action === undefined) {
      return { ...told(row), outcome: 'not needed', detail: 'it is so already' };
    }
    return { row, action };
  });
  const actions = rows.flatMap((row) => ('row' in row ? [row.action] : []));
  // A market that is refused as stale was not tried: its deadline must not begin here.
  const acting = new Set(actions.map(({ symbol }) => symbol));
  const covers = decision.covers.filter(({ position }) => acting.has(position.symbol));
  const applied = await bot.protector.apply({ ...decision, actions, covers, drops: [] });
  const outcomes = new Map(applied.map(({ action, outcome }) => [action, outcome]));
  if (isSending(bot)) await resolve(bot, RESOLVE_PASSES);
  // An exit has traded by now: its fill belongs to what was applied.
  if (applied.some(({ action }) => action.action === 'exit-position')) await followFills(bot);
  bot.memory.look = planned.memory;
  return rows.map((row) =>
    'row' in row ? settled(bot, document, row, outcomes.get(row.action)) : row,
  );
}

const RESOLVE_PASSES = 4;

function isSending({ journal }: Bot): boolean {
  return [...journal.registry().orders.values()].some(({ state }) => isInFlight(state));
}

/** An action that is still what it was shown as. */
interface Due {
  readonly row: ProtectionRow;
  readonly action: ProtectiveAction;
}

/** A target waits for its stop: it is not sent when the stop was refused. */
const NOT_SENT: Outcome = { kind: 'denied', code: 'STOP_REFUSED' };

function settled(
  bot: Bot,
  { plan_id: planId }: PlanDocument,
  { row, action }: Due,
  outcome = NOT_SENT,
): AppliedRow {
  const result = { ...told(row), ...wordsOf(outcome), ...movedStop(row, action) };
  bot.journal.appendOrKeep([actionEvent(planId, row, result.outcome)]);
  return result;
}

/** The level is the fresh plan's, never the file's; where the mark moved it, that is said. */
function movedStop(
  { stop_price: shown }: ProtectionRow,
  action: ProtectiveAction,
): Partial<Pick<AppliedRow, 'detail'>> {
  if (action.action === 'cancel-order' || action.intent.stopPrice === null) return {};
  const level = text(action.intent.stopPrice);
  return level === shown ? {} : { detail: `at ${level}: the mark has moved since the plan` };
}

function isShown({ protection }: PlanDocument, symbol: string): boolean {
  return protection.actions.some((row) => row.symbol === symbol);
}

function wordsOf(outcome: Outcome): Pick<AppliedRow, 'outcome' | 'detail'> {
  switch (outcome.kind) {
    case 'accepted':
      return { outcome: 'applied', detail: null };
    case 'denied':
      return { outcome: 'denied', detail: outcome.code };
    case 'rejected':
      return { outcome: 'rejected', detail: outcome.reason };
    case 'in_doubt':
      return { outcome: 'in doubt', detail: outcome.evidence };
  }
}

function told({
  action_id,
  action,
  symbol,
  summary,
}: RepairRow): Omit<AppliedRow, 'outcome' | 'detail'> {
  return { action_id, action, symbol, summary };
}

function staleRow(row: RepairRow): AppliedRow {
  const detail = 'registry or venue moved on this market since the plan';
  return { ...told(row), outcome: 'stale', detail };
}

function actionEvent(planId: string, row: RepairRow, outcome: string): NewEvent {
  const { action_id, action } = row;
  return { type: 'PLAN_ACTION', payload: { plan_id: planId, action_id, action, outcome } };
}

interface Done {
  readonly document: PlanDocument;
  readonly actions: readonly AppliedRow[];
  readonly backup: string | null;
}

function finish(bot: Bot, { document, actions, backup }: Done): ApplyDocument {
  const count = (...outcomes: AppliedRow['outcome'][]): number =>
    actions.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const refused = count('stale', 'denied', 'rejected');
  const inDoubt = count('in doubt');
  if (refused + inDoubt === 0) {
    const payload = { plan_id: document.plan_id, actions: actions.length, backup };
    bot.journal.append([{ type: 'PLAN_APPLIED', payload }]);
  }
  return {
    schema: 'tradectl.apply/1',
    as_of_ms: bot.clock.now(),
    plan_id: document.plan_id,
    actions,
    applied: count('applied'),
    refused,
    in_doubt: inDoubt,
    attention: [...bot.journal.registry().attention.keys()],
    backup,
  };
}
