/**
 * `tradectl quarantine list|show|release|retire`: rows of others that are kept beside the registry. None is
 * ever deleted: retiring and releasing are plans like any other, shown, confirmed and journaled.
 */
import { duration } from '../src/domain/duration.ts';
import { isoTime, ms, type Ms } from '../src/domain/clock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import {
  readQuarantine,
  type QuarantineDocument,
  type QuarantineRow,
} from '../src/engine/operations/read-quarantine.ts';
import { applyPlan, showPlan, type ApplyFlags } from './apply-plan.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { paragraph } from './output/plan-lines.ts';
import { engineDesk, planRequest, type PlanDesk } from './plan-desk.ts';

export interface ReleaseFlags extends ApplyFlags {
  readonly reason: string;
}

export interface RetireFlags extends ApplyFlags {
  readonly reason?: string;
  readonly all?: boolean;
  readonly olderThan?: Ms;
  readonly dryRun?: boolean;
}

export async function listQuarantine(context: Context, flags: { all?: boolean }): Promise<number> {
  const now = context.clock.now();
  const document = readQuarantine(context.home, { all: flags.all === true, asOfMs: now });
  if (context.json) {
    context.out(jsonLine(document));
    return 0;
  }
  if (document.rows.length === 0) {
    context.out('No rows are in quarantine.\n');
    return 0;
  }
  context.out(listText(document, context));
  context.out('  tradectl quarantine show ROW\n');
  return 0;
}

export async function showQuarantined(context: Context, id: string): Promise<number> {
  const asOfMs = context.clock.now();
  const { rows, ...document } = readQuarantine(context.home, { all: true, asOfMs });
  const row = rows.find((each) => each.row_id === id);
  if (row === undefined) throw noRow(id);
  if (context.json) context.out(jsonLine({ ...document, rows: [row] }));
  else context.out(rowText(row, context));
  return 0;
}

/** A row in four lines: what it is, why it waits, since when, what vouching for it would do. Nothing is cut. */
function listText({ rows, as_of_ms: now }: QuarantineDocument, { columns }: Context): string {
  const width = Math.min(80, columns);
  return rows
    .flatMap((row) => [
      ...paragraph(headOf(row), { indent: 0, width }),
      ...paragraph(`why: ${row.why ?? 'not judged yet'}`, { indent: 4, width }),
      ...paragraph(ageText(row, now), { indent: 4, width }),
      ...paragraph(`release: ${row.on_release}`, { indent: 4, width }),
    ])
    .map((line) => `${line}\n`)
    .join('');
}

function headOf({ row_id: id, symbol, finding, state }: QuarantineRow): string {
  return [id, symbol ?? '-', finding ?? '-', state].join('  ');
}

/** Both ages: `--older-than` goes by its ledger's, where that can be read. */
function ageText({ since_ms: since, opened_ms: opened }: QuarantineRow, now: number): string {
  const kept = `since: ${utcMinute(since)}, ${duration(now - since)} ago`;
  return opened === null ? kept : `${kept}; opened ${duration(now - opened)} ago`;
}

function rowText(row: QuarantineRow, { columns }: Context): string {
  const facts: readonly (readonly [string, string])[] = [
    ['row', row.row_id],
    ['source', row.source],
    ['symbol', row.symbol ?? 'none'],
    ['state', `${row.state}, since ${isoTime(ms(row.since_ms))}`],
    ['finding', row.finding === null ? 'not judged yet' : `${row.finding}: ${row.why ?? ''}`],
    ['as written', JSON.stringify(row.written)],
    ['on release', row.on_release],
  ];
  const width = Math.min(80, columns);
  return facts
    .flatMap(([name, value]) => paragraph(`${name}: ${value}`, { indent: 0, width }))
    .map((line) => `${line}\n`)
    .join('');
}

export async function releaseRow(
  context: Context,
  id: string,
  { flags, desk = engineDesk }: { flags: ReleaseFlags; desk?: PlanDesk },
): Promise<number> {
  const request = planRequest('quarantine release', { rows: [id], reason: flags.reason });
  const document = await desk.plan(context.home, request);
  const next = 'tradectl reconcile';
  return applyPlan(context, { document, flags, desk, exitWithoutActions: 0, next });
}

export async function retireRows(
  context: Context,
  ids: readonly string[],
  { flags, desk = engineDesk }: { flags: RetireFlags; desk?: PlanDesk },
): Promise<number> {
  refuseTogether(ids, flags);
  const rows = flags.all === true ? quarantinedIds(context, flags.olderThan) : [...new Set(ids)];
  const request = planRequest('quarantine retire', { rows, reason: reasonOf(flags) });
  const document = await desk.plan(context.home, request);
  if (flags.dryRun !== true) {
    const next = 'tradectl quarantine list';
    return applyPlan(context, { document, flags, desk, exitWithoutActions: 0, next });
  }
  if (context.json) context.out(jsonLine(document));
  else await showPlan(context, { document });
  return 0;
}

/** The journal has a reason for every retirement; cleaning up by age is one of its own. */
function reasonOf({ reason, olderThan }: RetireFlags): string {
  if (reason !== undefined) return reason;
  return olderThan === undefined ? 'retired by the operator' : `older than ${duration(olderThan)}`;
}

/** Rows that nobody has judged yet are left: they may still be merged, orders and all. */
function quarantinedIds({ home, clock }: Context, olderThan: Ms | undefined): string[] {
  const { rows, as_of_ms: now } = readQuarantine(home, { all: false, asOfMs: clock.now() });
  return rows
    .filter(({ state }) => state === 'quarantined')
    .filter((row) => olderThan === undefined || now - ageFrom(row) >= olderThan)
    .map((row) => row.row_id);
}

/** A row is as old as its ledger says; one that cannot be read, as its quarantine. */
function ageFrom({ opened_ms: opened, since_ms: since }: QuarantineRow): number {
  return opened ?? since;
}

function refuseTogether(ids: readonly string[], flags: RetireFlags): void {
  const hint = 'tradectl quarantine retire --help';
  if (ids.length > 0 === (flags.all === true)) {
    throw new TradectlError('USAGE', 'give either rows or --all', { hint });
  }
  if (flags.olderThan !== undefined && flags.all !== true) {
    throw new TradectlError('USAGE', '--older-than goes with --all', { hint });
  }
}

function noRow(id: string): TradectlError {
  return new TradectlError('NOT_FOUND', `no row ${JSON.stringify(id)} is in quarantine`, {
    hint: 'list them with `tradectl quarantine list --all`',
  });
}
