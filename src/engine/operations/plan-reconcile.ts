/**
 * A plan for an operator, made by whoever holds the lock: looked at once, and a second time when something
 * rests on absence. Nothing is appended and nothing is sent. Markets that were not asked for are counted.
 */
import { canonicalJson } from '../../domain/canonical-json.ts';
import { factId } from '../../domain/ids.ts';
import type { RestoreProblem } from '../../core/restore-problem.ts';
import type { Finding, ProtectiveAction, RepairAction } from '../../domain/plan.ts';
import type { Symbol } from '../../domain/symbol.ts';
import type { Snapshot } from '../../domain/venue.ts';
import type { Bot } from '../bot.ts';
import { makePlan, needsSecondLook, TIMING, type Planned } from '../make-plan.ts';
import { planContext } from '../plan-context.ts';
import { look } from '../settle.ts';
import {
  findingRows,
  protectionRow,
  repairRow,
  type PlanDocument,
  type PlanRequest,
} from './plan-document.ts';
import { damagedRows } from './damaged-rows.ts';
import { importChoices } from './import-choices.ts';
import { planRows } from './plan-quarantine.ts';

/** A plan with what is needed to carry it out. */
export interface FreshPlan {
  readonly document: PlanDocument;
  readonly repairs: readonly RepairAction[];
  readonly protections: readonly ProtectiveAction[];
  /** Null for a plan that asked the venue nothing. */
  readonly planned: Planned | null;
  /** Rows of the stored registry that their events contradict; the plan mends them. */
  readonly damage: readonly RestoreProblem[];
}

export async function planByBot(bot: Bot, request: PlanRequest): Promise<FreshPlan> {
  if (request.kind === 'quarantine retire' || request.kind === 'quarantine release') {
    const repairs = planRows(bot, request);
    return {
      document: documentOf(bot, request, { repairs }),
      repairs,
      protections: [],
      planned: null,
      damage: [],
    };
  }
  const { planned: seen, looks } = await lookTwice(bot, request);
  const damage = request.kind === 'reconcile' ? bot.store.check() : [];
  const mends = damagedRows(bot, damage);
  const planned = { ...seen, findings: withDamage(seen.findings, mends) };
  const isAsked = scopeOf(planned, request);
  const repairs = [...mends, ...planned.repair.actions].filter(({ symbol, finding }) =>
    isAsked(symbol ?? finding.symbol),
  );
  const protections = planned.protection.actions.filter(({ symbol }) => isAsked(symbol));
  const found = { repairs, protections, isAsked, planned, looks };
  return { document: documentOf(bot, request, found), repairs, protections, planned, damage };
}

/** A market whose stored row is damaged does not match, whatever the venue says of it. */
function withDamage(findings: readonly Finding[], mends: readonly RepairAction[]): Finding[] {
  const damaged = new Set(mends.map(({ symbol }) => symbol));
  const others = findings.filter(
    ({ finding, symbol }) => finding !== 'matched' || !damaged.has(symbol as Symbol),
  );
  return [...mends.map(({ finding }) => finding), ...others];
}

interface Looked {
  readonly planned: Planned;
  readonly looks: number;
}

async function lookTwice(bot: Bot, request: PlanRequest): Promise<Looked> {
  const context = planContext(bot);
  const plan = async (memory: Bot['memory']['look']): Promise<Planned> => {
    const snapshot = await look(bot);
    return makePlan(context, snapshot, memory, importChoices(bot, request, snapshot));
  };
  const first = await plan(bot.memory.look);
  if (!needsSecondLook(first)) return { planned: first, looks: 1 };
  await bot.clock.sleep(TIMING.apartMs);
  return { planned: await plan(first.memory), looks: 2 };
}

/** The markets of a request: those named, or for phantoms those that have one. */
function scopeOf(planned: Planned, { kind, symbols }: PlanRequest): (symbol: string) => boolean {
  const named = new Set<string>(symbols);
  const phantoms = new Set<string>(
    planned.findings.filter(({ finding }) => finding === 'phantom').map(({ symbol }) => symbol),
  );
  return (symbol) =>
    (named.size === 0 || named.has(symbol)) && (kind !== 'phantoms' || phantoms.has(symbol));
}

interface Found {
  readonly repairs: readonly RepairAction[];
  readonly protections?: readonly ProtectiveAction[];
  readonly planned?: Planned;
  readonly looks?: number;
  readonly isAsked?: (symbol: string) => boolean;
}

function documentOf(bot: Bot, request: PlanRequest, found: Found): PlanDocument {
  const { planned, looks = 0, isAsked = () => true } = found;
  const registry = bot.journal.registry();
  const { positions } = registry;
  const { instruments } = bot;
  const repairs = found.repairs.map(repairRow);
  const protections = (found.protections ?? []).map(protectionRow);
  const findings = planned === undefined ? [] : findingRows(planned, { positions, instruments });
  const asked = findings.filter(({ symbol }) => isAsked(symbol));
  const ids = [...repairs, ...protections].map((row) => row.action_id);
  const base = String(registry.seq);
  return {
    schema: 'tradectl.plan/1',
    as_of_ms: bot.clock.now(),
    account: bot.config.account,
    venue: bot.venue.name,
    mode: bot.config.mode,
    plan_id: factId('plan', request.kind, base, canonicalJson(request), ...ids.toSorted()),
    base_seq: registry.seq,
    request,
    out_of_scope: findings.filter(
      ({ symbol, finding }) => !isAsked(symbol) && finding !== 'matched',
    ).length,
    attention: [...registry.attention.keys()],
    looks,
    unknown: planned === undefined ? [] : unknownReadings(planned.snapshot),
    findings: asked,
    repair: { plan_id: planIdOf('repair', base, repairs), actions: repairs },
    protection: { plan_id: planIdOf('protection', base, protections), actions: protections },
  };
}

function planIdOf(
  part: string,
  base: string,
  rows: readonly { readonly action_id: string }[],
): string {
  return factId('plan', part, base, ...rows.map((row) => row.action_id));
}

/** What could not be read, by its name; nothing is concluded from it. */
function unknownReadings(snapshot: Snapshot): PlanDocument['unknown'] {
  const { account, positions, openOrders, orderHistory, fills, marks } = snapshot;
  const readings = {
    account,
    marks,
    positions,
    open_orders: openOrders,
    order_history: orderHistory,
    fills,
  };
  return Object.entries(readings).flatMap(([what, reading]) =>
    reading?.read === 'unknown' ? [{ what, reason: reading.reason }] : [],
  );
}
