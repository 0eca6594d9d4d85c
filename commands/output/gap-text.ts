/** A report of holes for people: each a sentence, what was quoted, and the command on a line of its own. */
import { isoTime, ms } from '../../src/domain/clock.ts';
import { counted } from '../../src/domain/counted.ts';
import type { GapDocument, GapFinding, VenueFact } from '../../src/forensics/gap-finding.ts';
import type { Paint } from '../paint.ts';
import { utcMinute } from './numbers.ts';
import { paragraph } from './plan-lines.ts';
import { safeText } from './safe-text.ts';

/** Findings shown, and facts of each; `--json` has all. */
const MOST_SHOWN = 40;
const MOST_FACTS = 8;
const INDENT = 6;

export interface TextStyle {
  readonly paint: Paint;
  readonly width: number;
}

/** `more`: the command that prints all of it. */
export function gapText(document: GapDocument, style: TextStyle, more: string): string {
  const { findings, unknown } = document;
  const shown = findings.slice(0, MOST_SHOWN);
  const lines = [
    ...headLines(document),
    '',
    ...shown.flatMap((finding) => [...findingLines(finding, style), '']),
    ...(findings.length > shown.length
      ? [`${counted(findings.length - shown.length, 'more finding')}:`, `  ${more}`, '']
      : []),
    ...unknownLines(unknown, style.width),
    summary(findings),
  ];
  return `${lines.join('\n')}\n`;
}

function headLines(document: GapDocument): string[] {
  const { first_seq: first, last_seq: last, verified_before_seq: before, events } = document;
  const range = first === null ? 'none' : `${events}, ${first} to ${last ?? first}`;
  const known = before === 0 ? '' : `; up to ${before} verified ${verifiedAt(document)}`;
  const since = document.since_ms === null ? [] : [`Since    ${utcMinute(document.since_ms)}`];
  return [
    `Journal  ${safeText(document.source)}`,
    `Events   ${range}${known}`,
    `Log      ${counted(document.log_lines, 'line')}`,
    ...venueLine(document),
    ...since,
  ];
}

function venueLine({
  venue_since_ms: since,
  venue_fills: fills,
  venue_orders: orders,
}: GapDocument): string[] {
  if (since === null) return [];
  const told = (rows: number | null, what: string): string =>
    rows === null ? `${what}s unknown` : counted(rows, what);
  const [filled, ended] = [told(fills, 'fill'), told(orders, 'ended order')];
  return [`Venue    ${filled}, ${ended} since ${utcMinute(since)}`];
}

function verifiedAt({ verified_before_ms: at }: GapDocument): string {
  return utcMinute(at);
}

const WORDS = { fail: 'FAIL', warn: 'warn', note: 'note' } as const;

export function findingLines(finding: GapFinding, { paint, width }: TextStyle): string[] {
  const { severity, text, repair, evidence, venue } = finding;
  const colour = { fail: paint.bad, warn: paint.warn, note: paint.strong }[severity];
  const [first = '', ...rest] = paragraph(text, { indent: INDENT, width });
  const place = placeText(finding);
  return [
    `${colour(WORDS[severity])}${first.slice(WORDS[severity].length)}`,
    ...rest,
    ...(place === null ? [] : [`${' '.repeat(INDENT)}${place}`]),
    ...(evidence === null ? [] : paragraph(`evidence: ${evidence}`, { indent: INDENT, width })),
    ...factLines([...(venue?.fills ?? []), ...(venue?.orders ?? [])], width),
    ...changeLines(venue?.position_changes ?? {}, width),
    ...(severity === 'note' ? [] : [`${' '.repeat(INDENT)}${safeText(repair)}`]),
  ];
}

function placeText({ from_ms: from, to_ms: to }: GapFinding): string | null {
  if (from === null) return null;
  const begin = isoTime(ms(from));
  return to === null || to === from ? begin : `${begin} to ${isoTime(ms(to))}`;
}

function factLines(facts: readonly VenueFact[], width: number): string[] {
  const lacking = facts.filter(({ in_journal: known }) => !known);
  const known = facts.filter(({ in_journal: isKnown }) => isKnown);
  const shown = [...lacking, ...known].slice(0, MOST_FACTS);
  const lines = shown.flatMap(({ at_ms: at, text, id, in_journal: isKnown }) =>
    paragraph(`${isKnown ? 'known  ' : 'LACKING'} ${isoTime(ms(at))} ${text} (${id})`, {
      indent: INDENT,
      width,
    }),
  );
  const more = facts.length - shown.length;
  return more === 0 ? lines : [...lines, `${' '.repeat(INDENT)}and ${more} more at the venue`];
}

function changeLines(changes: Readonly<Record<string, string>>, width: number): string[] {
  const said = Object.entries(changes).map(([symbol, change]) => `${symbol} ${change}`);
  if (said.length === 0) return [];
  return paragraph(`position changes by these fills: ${said.join(', ')}`, {
    indent: INDENT,
    width,
  });
}

export function unknownLines(unknown: readonly string[], width: number): string[] {
  if (unknown.length === 0) return [];
  const lines = unknown.flatMap((each) => paragraph(each, { indent: 2, width }));
  return ['Cannot be known from this evidence:', ...lines, ''];
}

function summary(findings: readonly GapFinding[]): string {
  const count = (severity: GapFinding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  if (findings.length === 0) return 'No holes.';
  const all = [
    counted(count('fail'), 'failure'),
    counted(count('warn'), 'warning'),
    counted(count('note'), 'note'),
  ].join(', ');
  return `${all[0]?.toUpperCase()}${all.slice(1)}.`;
}
