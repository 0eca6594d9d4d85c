/**
 * A plan for people: grouped by finding, per market what registry and venue hold and what covers it, below it the
 * evidence and every action. Agreement is one line. At 80 columns without cutting anything.
 */
import { RECONCILE_FINDINGS } from '../../src/domain/plan.ts';
import type {
  CoverRow,
  FindingRow,
  HoldingRow,
  PlanDocument,
} from '../../src/engine/operations/plan-document.ts';
import type { Paint } from '../paint.ts';
import { attentionLines } from './attention-lines.ts';
import { findingWords } from './finding-words.ts';
import {
  actionsBelow,
  hasActions,
  placeActions,
  type FindingActions,
  type PlacedActions,
} from './plan-actions.ts';
import { columnsThatFit, paragraph, tableLine } from './plan-lines.ts';

export interface PlanLook {
  /** Also the markets on which both sides agree. */
  readonly all: boolean;
  readonly columns: number;
  readonly paint: Paint;
}

const WIDEST = 80;
const HEADER = ['SYMBOL', 'REGISTRY', 'VENUE', 'PROTECTION'] as const;

export function planText(document: PlanDocument, look: PlanLook): string {
  const width = Math.min(WIDEST, look.columns);
  const placed = placeActions(document);
  const { shown, agreed } = shownFindings(document, placed, look.all);
  const parts = [
    ...groupsOf(shown).map((rows) => groupLines(rows, placed, { width, paint: look.paint })),
    looseLines(placed.loose, {
      heading: looseHeading(document, placed.loose),
      width,
      paint: look.paint,
    }),
    agreedLines(agreed, document),
    unknownLines(document, { width, paint: look.paint }),
    scopeLines(document, width),
    attentionLines(document.attention, width),
  ];
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
}

/** A market that agrees is only counted, unless something is done about it. */
function shownFindings(
  { findings }: PlanDocument,
  placed: PlacedActions,
  all: boolean,
): { shown: readonly FindingRow[]; agreed: number } {
  const isShown = (row: FindingRow): boolean =>
    all || row.finding !== 'matched' || hasActions(actionsBelow(placed, row));
  return {
    shown: findings.filter(isShown),
    agreed: findings.filter(({ finding }) => finding === 'matched').length,
  };
}

/** In the order in which the findings are documented. */
function groupsOf(rows: readonly FindingRow[]): FindingRow[][] {
  const place = (finding: string): number => {
    const at = RECONCILE_FINDINGS.findIndex((each) => each === finding);
    return at === -1 ? RECONCILE_FINDINGS.length : at;
  };
  const names = [...new Set(rows.map(({ finding }) => finding))].sort(
    (a, b) => place(a) - place(b),
  );
  return names.map((name) => rows.filter(({ finding }) => finding === name));
}

function groupLines(
  rows: readonly FindingRow[],
  placed: PlacedActions,
  { width, paint }: { width: number; paint: Paint },
): string[] {
  const name = rows[0]?.finding ?? '';
  const words = findingWords(name);
  const heading = `${name} (${rows.length})${words === null ? '' : `: ${words.meaning}`}`;
  const cells = rows.map((row) => [
    row.symbol,
    holdingText(row.registry),
    holdingText(row.venue),
    coverText(row.protection),
  ]);
  const widths = columnsThatFit({ header: HEADER, rows: cells }, width - 2);
  const below = (row: FindingRow): string[] => [
    ...sizeLines(row, width),
    ...paragraph(`evidence: ${row.evidence}`, { indent: 4, width }),
    ...actionLines(actionsBelow(placed, row), { indent: 4, width }),
  ];
  return [
    ...paragraph(heading, { indent: 0, width }).map(paint.strong),
    ...(words === null ? [] : paragraph(words.remedy, { indent: 2, width })),
    ...(widths === null ? [] : [`  ${tableLine(HEADER, widths)}`]),
    ...rows.flatMap((row, at) => {
      const own = cells[at] ?? [];
      const line = widths === null ? stacked(own, width) : [`  ${tableLine(own, widths)}`];
      return [...line, ...below(row)];
    }),
  ];
}

/** What decides how much a difference matters: how far apart, whether the venue could close it at all, its value. */
function sizeLines({ finding, difference, is_dust: isDust, value }: FindingRow, width: number) {
  const told = [
    ...(difference === null || difference === '0' ? [] : [`venue less registry ${difference}`]),
    ...(isDust ? ['dust: below the smallest order'] : []),
    ...(finding === 'matched' || value === null ? [] : [`worth ${value} at the mark`]),
  ];
  return told.length === 0 ? [] : paragraph(`size: ${told.join('; ')}`, { indent: 4, width });
}

/** A row that is too wide for a table: a line per column. */
function stacked(cells: readonly string[], width: number): string[] {
  const [symbol = '', ...rest] = cells;
  return [
    ...paragraph(symbol, { indent: 2, width }),
    ...rest.flatMap((cell, at) =>
      paragraph(`${(HEADER[at + 1] ?? '').toLowerCase()}: ${cell}`, { indent: 4, width }),
    ),
  ];
}

function actionLines(
  { repair, protection }: FindingActions,
  place: { indent: number; width: number },
): string[] {
  const told = [
    ...repair.map(({ action, summary }) => `repair: ${action} ${summary}`),
    ...protection.map(({ action, summary }) => `protection: ${action} ${summary}`),
  ];
  return told.flatMap((line) => paragraph(line, place));
}

interface Heading {
  readonly title: string;
  readonly remedy: string | null;
}

/** A plan about rows in quarantine finds nothing at a venue: its actions stand below what was asked for. */
function looseHeading({ request }: PlanDocument, { repair }: FindingActions): Heading {
  const title = `${request.kind} (${repair.length})`;
  if (request.kind === 'quarantine retire') {
    return { title: `${title}: rows that are done with`, remedy: 'Kept for ever, acted on never.' };
  }
  if (request.kind === 'quarantine release') {
    const remedy = 'It becomes an open position, compared with the venue at the next look.';
    return { title: `${title}: a row that an operator vouches for`, remedy };
  }
  return { title: 'actions', remedy: null };
}

function looseLines(
  loose: FindingActions,
  { heading, width, paint }: { heading: Heading; width: number; paint: Paint },
): string[] {
  if (!hasActions(loose)) return [];
  const named = ({ repair, protection }: FindingActions): FindingActions => ({
    repair: repair.map((row) => ({ ...row, summary: withSymbol(row) })),
    protection: protection.map((row) => ({ ...row, summary: withSymbol(row) })),
  });
  const { title, remedy } = heading;
  return [
    ...paragraph(title, { indent: 0, width }).map(remedy === null ? (line) => line : paint.strong),
    ...(remedy === null ? [] : paragraph(remedy, { indent: 2, width })),
    ...actionLines(named(loose), { indent: 2, width }),
  ];
}

function withSymbol({ symbol, summary }: { symbol: string | null; summary: string }): string {
  return symbol === null || summary.includes(symbol) ? summary : `${symbol}: ${summary}`;
}

function agreedLines(agreed: number, { findings, looks }: PlanDocument): string[] {
  if (agreed > 0) return [`${agreed} matched: registry and venue agree.`];
  // A plan about rows in quarantine asks no venue: there is nothing that it did not find.
  return findings.length === 0 && looks > 0 ? ['No findings.'] : [];
}

function unknownLines(
  { unknown }: PlanDocument,
  { width, paint }: { width: number; paint: Paint },
): string[] {
  if (unknown.length === 0) return [];
  const title = `unreadable (${unknown.length}): nothing is concluded from these`;
  return [
    ...paragraph(title, { indent: 0, width }).map(paint.warn),
    ...unknown.flatMap(({ what, reason }) => paragraph(`${what}: ${reason}`, { indent: 2, width })),
  ];
}

function scopeLines({ out_of_scope: count }: PlanDocument, width: number): string[] {
  if (count === 0) return [];
  const words = count === 1 ? '1 finding is' : `${count} findings are`;
  return paragraph(`${words} out of scope: tradectl reconcile shows all.`, { indent: 0, width });
}

function holdingText(row: HoldingRow | null): string {
  if (row === null) return '-';
  return `${row.side} ${row.quantity} at ${row.entry_price ?? 'unknown'}`;
}

function coverText(row: CoverRow | null): string {
  if (row === null) return '-';
  const { state, covered_quantity: covered, stop_price: stop } = row;
  if (state === 'unconfirmed') return 'unconfirmed';
  if (state === 'under' && covered === '0') return 'none';
  const words = { covered: 'stop', under: 'part', over: 'over' }[state];
  return `${words} ${covered} at ${stop ?? '-'}`;
}
