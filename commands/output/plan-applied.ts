/** What became of a plan, action by action, then in one line, with the copy that was made before. */
import type { AppliedRow, ApplyDocument } from '../../src/engine/operations/apply-document.ts';
import type { Paint } from '../paint.ts';
import { attentionLines } from './attention-lines.ts';
import { paragraph } from './plan-lines.ts';

const WIDEST = 80;

export function appliedText(
  document: ApplyDocument,
  { columns, paint }: { columns: number; paint: Paint },
): string {
  const width = Math.min(WIDEST, columns);
  const lines = [
    ...document.actions.flatMap((row) => rowLines(row, { width, paint })),
    ...paragraph(totals(document), { indent: 0, width }),
    ...(document.backup === null
      ? []
      : paragraph(`Backup from before: ${document.backup}`, { indent: 0, width })),
    ...attentionLines(document.attention, width),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function rowLines(
  { outcome, action, symbol, summary, detail }: AppliedRow,
  { width, paint }: { width: number; paint: Paint },
): string[] {
  const colour = isBad(outcome) ? paint.bad : (text: string) => text;
  const named = symbol === null ? action : `${action} ${symbol}`;
  return [
    ...paragraph(`${outcome}: ${named}: ${summary}`, { indent: 2, width }).map(colour),
    ...(detail === null ? [] : paragraph(detail, { indent: 6, width })),
  ];
}

function isBad(outcome: AppliedRow['outcome']): boolean {
  return outcome !== 'applied' && outcome !== 'not needed';
}

function totals({ applied, refused, in_doubt: inDoubt }: ApplyDocument): string {
  const parts = [
    `${applied} applied`,
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(inDoubt > 0 ? [`${inDoubt} in doubt`] : []),
  ];
  return `${parts.join(', ')}.`;
}
