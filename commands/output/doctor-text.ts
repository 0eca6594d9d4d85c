/** What a doctor says: first what is wrong, each with why and the commands; then all else, a line each. */
import type { CheckRow, DoctorDocument } from '../../src/engine/operations/doctor/read-doctor.ts';
import type { Paint } from '../paint.ts';
import { safeWord } from './named-home.ts';
import { safeText } from './safe-text.ts';
import { wrapped } from './wrap.ts';

type Verdict = CheckRow['verdict'];

const WORST_FIRST: readonly Verdict[] = ['fail', 'warn', 'unknown'];
const NAME_WIDTH = 15;

export function doctorText(document: DoctorDocument, paint: Paint): string {
  const { checks } = document;
  const wrong = WORST_FIRST.flatMap((verdict) => checks.filter((row) => row.verdict === verdict));
  const well = checks.filter(({ verdict }) => verdict === 'ok');
  return [
    ...wrong.map((row) => finding(row, paint)),
    well.map((row) => headLine(row, paint)).join(''),
    ending(document),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function finding(row: CheckRow, paint: Paint): string {
  return [
    headLine(row, paint),
    ...row.details.map((line) => `  ${safeText(line)}\n`),
    ...wrapped(`  ${safeText(row.why)}`).map((line) => `${line}\n`),
    ...row.fix.map((line) => `  ${safeText(line)}\n`),
  ].join('');
}

/** The first line names the check; a long figure goes on below itself. */
function headLine({ verdict, name, figure }: CheckRow, paint: Paint): string {
  const word = { ok: paint.good, warn: paint.warn, fail: paint.bad, unknown: paint.warn };
  const mark = verdict.toUpperCase().padEnd(8);
  const indent = ' '.repeat(mark.length + NAME_WIDTH);
  const [first = '', ...rest] = wrapped(
    `${mark}${name.padEnd(NAME_WIDTH)}${safeText(figure)}`,
    indent,
  );
  const painted = `${word[verdict](mark)}${first.slice(mark.length)}`;
  return [painted, ...rest].map((line) => `${line}\n`).join('');
}

function ending(document: DoctorDocument): string {
  const { checks, repaired } = document;
  const count = (verdict: Verdict): number =>
    checks.filter((row) => row.verdict === verdict).length;
  const counts = [
    [count('fail'), 'fail'],
    [count('warn'), 'warn'],
    [count('unknown'), 'unknown'],
    [count('ok'), 'ok'],
  ] as const;
  const said = counts.filter(([number]) => number > 0).map(([number, word]) => `${number} ${word}`);
  const offered = checks.flatMap(({ repairs }) => repairs).length;
  const mend =
    offered === 0 || repaired.length > 0
      ? ''
      : `${offered} of it can be mended from here, after asking:\n  tradectl doctor --fix --home ${safeWord(document.home)}\n`;
  const remarks = remarksOf(document).flatMap((text) => wrapped(safeText(text), ''));
  return `${said.join(', ')}.\n${mend}${remarks.map((line) => `${line}\n`).join('')}`;
}

/** What no check says by itself. */
function remarksOf(document: DoctorDocument): string[] {
  const { home, home_state, venue_unanswered, venue_not_asked } = document;
  return [
    ...(home_state === 'missing' ? [`${home} does not exist: is it the right --home?`] : []),
    ...(home_state === 'new' ? [`No bot has run in ${home}.`] : []),
    ...(venue_unanswered === null
      ? []
      : [`The venue did not answer what it was asked: ${venue_unanswered}.`]),
    ...(venue_not_asked === null ? [] : [`The venue was not asked: ${venue_not_asked}.`]),
  ];
}
