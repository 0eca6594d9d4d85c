/**
 * `tradectl events verify`: whether the journal can be believed. Only the chain is walked on from the last
 * look; `--full` walks all of it, `--fold` also proves that the registry is what its events say.
 */
import { resolve } from 'node:path';
import { homePaths } from '../src/core/home.ts';
import { counted } from '../src/domain/counted.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { openOwnJournal } from '../src/forensics/own-journal.ts';
import { verifyJournal, type VerifyDocument } from '../src/forensics/verify-journal.ts';
import type { Context } from './context.ts';
import { findingLines, unknownLines, type TextStyle } from './output/gap-text.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
import { placedFindings } from './output/placed-command.ts';
import { safeText } from './output/safe-text.ts';
import { paintFor } from './paint.ts';

export interface VerifyFlags {
  readonly fold?: boolean;
  readonly full?: boolean;
  readonly db?: string;
}

/** `--json` has all of them. */
const MOST_SHOWN = 40;

export async function verify(context: Context, flags: VerifyFlags): Promise<number> {
  const db = flags.db === undefined ? null : resolve(flags.db);
  const found = db === null ? ownDocument(context, flags) : await namedDocument(context, db, flags);
  const document = { ...found, findings: placedFindings(found.findings, context, db) };
  if (context.json) context.out(jsonLine(document));
  else {
    const paint = await paintFor(context.outColour);
    const style = { paint, width: Math.min(80, context.columns) };
    context.out(verifyText(document, flags.fold === true, style));
  }
  return document.verified ? 0 : 1;
}

function ownDocument(context: Context, flags: VerifyFlags): VerifyDocument {
  const journal = openOwnJournal(context.home);
  try {
    return verifyJournal(journal, {
      nowMs: context.clock.now(),
      cursorFile: homePaths(context.home).verified,
      full: flags.full === true,
      isHeld: journal.isHeld(),
      fold: flags.fold === true ? journal.fold : null,
    });
  } finally {
    journal.close();
  }
}

/** Nothing is remembered beside a file, and another bot's incident has no registry of ours to fold. */
async function namedDocument(
  context: Context,
  db: string,
  flags: VerifyFlags,
): Promise<VerifyDocument> {
  const { openNamedJournal } = await import('../src/forensics/named-journal.ts');
  const journal = openNamedJournal(db);
  try {
    if (flags.fold === true && journal.fold === null) {
      throw new TradectlError('USAGE', "--fold does not go with another bot's incident", {
        hint: "only tradectl's own events can be folded; leave --fold away",
      });
    }
    return verifyJournal(journal, {
      nowMs: context.clock.now(),
      cursorFile: null,
      full: true,
      isHeld: false,
      fold: flags.fold === true ? journal.fold : null,
    });
  } finally {
    journal.close();
  }
}

function verifyText(document: VerifyDocument, isFoldAsked: boolean, style: TextStyle): string {
  const { findings, events, first_seq: first, last_seq: last } = document;
  const shown = findings.slice(0, MOST_SHOWN);
  const lines = [
    `Journal  ${safeText(document.source)}`,
    `Events   ${first === null ? 'none' : `${events}, ${first} to ${last ?? first}`}`,
    `Head     ${document.head_hash ?? 'none'}`,
    `Chain    ${chainText(document)}`,
    `Fold     ${foldText(document, isFoldAsked)}`,
    '',
    ...shown.flatMap((finding) => [...findingLines(finding, style), '']),
    ...(findings.length > shown.length
      ? [`${counted(findings.length - shown.length, 'more finding')}: --json`, '']
      : []),
    ...unknownLines(document.unknown, style.width),
    document.verified ? 'Verified.' : 'NOT verified: see above.',
  ];
  return `${lines.join('\n')}\n`;
}

function foldText({ folded }: VerifyDocument, isAsked: boolean): string {
  if (folded !== null) return counted(folded, 'event');
  return isAsked ? 'not possible: a part of the file cannot be read' : 'not asked: --fold';
}

function chainText({
  verified_before_seq: before,
  verified_before_ms: at,
  last_seq: last,
  head_hash: head,
  findings,
}: VerifyDocument): string {
  if (last === null) return 'none: the journal is empty';
  if (findings.some(({ kind }) => kind === 'unreadable')) {
    return 'checked as far as the file can be read: see below';
  }
  if (head === null) return 'no hashes in this journal';
  if (before === 0) return 'every link was checked now';
  const now = before === last ? 'nothing is new' : `${before + 1} to ${last ?? before} now`;
  return `1 to ${before} at ${utcMinute(at)}, ${now}`;
}
