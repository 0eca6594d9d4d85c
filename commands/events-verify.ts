/**
 * `tradectl events verify`: whether the journal can be believed. Only the chain is walked on from the last
 * look; `--full` walks all of it, `--fold` also proves that the registry is what its events say.
 */
import { resolve } from 'node:path';
import { homePaths } from '../src/core/home.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { openForeignSource } from '../src/forensics/foreign/foreign-source.ts';
import { openOwnJournal } from '../src/forensics/own-journal.ts';
import { verifyJournal, type VerifyDocument } from '../src/forensics/verify-journal.ts';
import { keepHeapTiny } from '../src/host/small-heap.ts';
import type { Context } from './context.ts';
import { findingLines, unknownLines, type TextStyle } from './output/gap-text.ts';
import { jsonLine } from './output/json.ts';
import { utcMinute } from './output/numbers.ts';
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
  keepHeapTiny();
  const document =
    flags.db === undefined
      ? ownDocument(context, flags)
      : foreignDocument(context, flags.db, flags);
  if (context.json) context.out(jsonLine(document));
  else {
    const paint = await paintFor(context.outColour);
    context.out(verifyText(document, { paint, width: Math.min(80, context.columns) }));
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

/** Another bot's incident has no registry of ours to fold, and nothing is remembered beside it. */
function foreignDocument(context: Context, db: string, flags: VerifyFlags): VerifyDocument {
  if (flags.fold === true) {
    throw new TradectlError('USAGE', '--fold and --db do not go together', {
      hint: "only tradectl's own events can be folded; leave --fold away",
    });
  }
  const journal = openForeignSource(resolve(db));
  try {
    return verifyJournal(journal, {
      nowMs: context.clock.now(),
      cursorFile: null,
      full: true,
      isHeld: false,
      fold: null,
    });
  } finally {
    journal.close();
  }
}

function verifyText(document: VerifyDocument, style: TextStyle): string {
  const { findings, events, first_seq: first, last_seq: last } = document;
  const shown = findings.slice(0, MOST_SHOWN);
  const lines = [
    `Journal  ${safeText(document.source)}`,
    `Events   ${first === null ? 'none' : `${events}, ${first} to ${last ?? first}`}`,
    `Head     ${document.head_hash ?? 'none'}`,
    `Chain    ${chainText(document)}`,
    `Fold     ${document.folded === null ? 'not asked: --fold' : `${document.folded} events`}`,
    '',
    ...shown.flatMap((finding) => [...findingLines(finding, style), '']),
    ...(findings.length > shown.length
      ? [`${findings.length - shown.length} more: --json`, '']
      : []),
    ...unknownLines(document.unknown, style.width),
    document.verified ? 'Verified.' : 'NOT verified: see above.',
  ];
  return `${lines.join('\n')}\n`;
}

function chainText({
  verified_before_seq: before,
  verified_before_ms: at,
  last_seq: last,
  head_hash: head,
}: VerifyDocument): string {
  if (head === null) return 'no hashes in this journal';
  if (before === 0) return 'every link was checked now';
  const now = before === last ? 'nothing is new' : `${before + 1} to ${last ?? before} now`;
  return `1 to ${before} at ${utcMinute(at)}, ${now}`;
}
