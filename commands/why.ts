/** `tradectl why`: where markets fell out on the way to an entry; for one market, its last decision. */
import {
  readWhy,
  readWhySymbol,
  type Funnel,
  type WhyDocument,
  type WhySymbolDocument,
} from '../src/engine/operations/read-why.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { remedyOf } from './output/remedies.ts';
import { safeText } from './output/safe-text.ts';
import { alignedText } from './output/table.ts';
import { wrapped } from './output/wrap.ts';

export async function why(context: Context, written: string | null): Promise<number> {
  const now = context.clock.now();
  if (written === null) {
    const document = readWhy(context.home, now);
    context.out(context.json ? jsonLine(document) : funnelText(document));
  } else {
    const document = readWhySymbol(context.home, written, now);
    context.out(context.json ? jsonLine(document) : decisionText(document));
  }
  return 0;
}

export function funnelText(document: WhyDocument): string {
  if (document.last === null) return 'No cycle has ended yet.\n';
  const { last, totals } = document;
  const rows = [
    ['scanned', last.scanned, totals.scanned],
    ...branch('rejected', 'rejections', last, totals),
    ['signals', last.signals, totals.signals],
    ...branch('lost in auction', 'lost', last, totals),
    ...branch('denied', 'denied', last, totals),
    ['approved', last.approved, totals.approved],
    ['entered', last.entered, totals.entered],
  ];
  const title = `Cycle ${document.cycle} at ${utcMinute(document.cycle_ms)}, ${document.state}`;
  const columns = [
    { header: '' },
    { header: 'LAST', align: 'right' as const },
    { header: 'ALL', align: 'right' as const },
  ];
  const cells = rows.map((row) => row.map((cell) => safeText(String(cell))));
  return `${title}\n${alignedText(columns, cells)}`;
}

/** A heading with its sum, then each reason, the most frequent of all first. */
function branch(
  title: string,
  key: 'rejections' | 'lost' | 'denied',
  last: Funnel,
  totals: Funnel,
): (string | number)[][] {
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  const reasons = Object.keys({ ...totals[key], ...last[key] }).sort(
    (a, b) => (totals[key][b] ?? 0) - (totals[key][a] ?? 0) || a.localeCompare(b),
  );
  return [
    [title, sum(last[key]), sum(totals[key])],
    ...reasons.map((reason) => [`  ${reason}`, last[key][reason] ?? 0, totals[key][reason] ?? 0]),
  ];
}

export function decisionText(document: WhySymbolDocument): string {
  const { decision } = document;
  const lines: string[] = [];
  if (decision === null) lines.push(`${document.symbol}: no decision yet`);
  else {
    const named = decision.reason === null ? decision.kind : `${decision.kind} ${decision.reason}`;
    const detail = decision.detail === null || decision.detail === '' ? '' : `: ${decision.detail}`;
    lines.push(
      ...wrapped(`${document.symbol}: ${named}${detail} (${utcMinute(decision.decided_ms)})`),
    );
    const names = Object.keys(decision.numbers);
    const width = Math.max(0, ...names.map((name) => name.length));
    for (const name of names)
      lines.push(`  ${name.padEnd(width)}  ${decision.numbers[name] ?? '-'}`);
    const remedy = decision.reason === null ? null : remedyOf(decision.reason);
    if (remedy !== null) lines.push(...wrapped(`What would have to change: ${remedy}`));
  }
  if (document.events.length > 0) lines.push('Before:');
  for (const event of document.events) {
    lines.push(`  ${event.seq}  ${utcMinute(event.ts_ms)}  ${event.type}`);
  }
  return lines.map((line) => `${safeText(line)}\n`).join('');
}
