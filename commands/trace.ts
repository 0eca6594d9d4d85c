/** `tradectl trace REF`: everything that is known of one position, order or market, in time order, and what follows. */
import { resolve } from 'node:path';
import { homePaths } from '../src/core/home.ts';
import { logBytes } from '../src/core/log-reader.ts';
import { ms } from '../src/domain/clock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import type { SourceLogLine } from '../src/forensics/journal-source.ts';
import { isCopy } from '../src/forensics/is-copy.ts';
import { readLogLines } from '../src/forensics/log-lines.ts';
import { withLacks } from '../src/forensics/trace/lacked-lines.ts';
import { withLog } from '../src/forensics/trace/with-log.ts';
import {
  copiedEvidence,
  ownEvidence,
  type TraceRequest,
} from '../src/forensics/trace/own-evidence.ts';
import { traceDocument, type TraceDocument } from '../src/forensics/trace/trace-document.ts';
import type { Evidence } from '../src/forensics/verdict/statement.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { safeWord } from './output/named-home.ts';
import { placedCommand } from './output/placed-command.ts';
import { safeText } from './output/safe-text.ts';
import { plainWords } from './output/timeline-text.ts';
import { inShort, TRACE_HEADINGS, traceNotes, traceText } from './output/trace-text.ts';

export interface TraceFlags {
  readonly db?: string;
  readonly log?: readonly string[];
  readonly venue?: boolean;
  readonly html?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
}

export async function trace(context: Context, ref: string, flags: TraceFlags): Promise<number> {
  const writePage = await pageWriter(context, flags);
  const db = flags.db === undefined ? null : resolve(flags.db);
  const told = await traced(context, ref, flags).catch((error: unknown) => {
    throw db === null ? withWhatWorks(context, error) : error;
  });
  await writePage(told);
  context.out(context.json ? jsonLine(told.document) : await traceText(context, told.document, db));
  return 0;
}

/** A damaged file is not the end: other commands read around the page. */
function withWhatWorks(context: Context, error: unknown): unknown {
  if (!(error instanceof TradectlError) || error.code !== 'STORE_CORRUPT') return error;
  const verify = placedCommand('tradectl events verify --full', context, null) ?? '';
  return new TradectlError(error.code, error.message, {
    hint: `${verify}   names what cannot be read; the log (tradectl.log) has a line of each event`,
  });
}

interface Traced {
  readonly document: TraceDocument;
  readonly evidence: Evidence;
}

async function traced(context: Context, ref: string, flags: TraceFlags): Promise<Traced> {
  const asOfMs = context.clock.now();
  const request = { ref, all: flags.all === true, asOfMs };
  if (flags.db !== undefined) {
    if (flags.venue === true) {
      throw new TradectlError('USAGE', '--venue and --db do not go together', {
        hint: 'a file has no venue to ask; look at its orders there by hand, or ask with --home',
      });
    }
    const db = resolve(flags.db);
    const named = await namedEvidence(db, request);
    const evidence = named.foreign
      ? withLog(named, namedLines(flags.log))
      : withLacks({ home: context.home, file: db }, (lacks) =>
          withLog(named, namedLines(flags.log), lacks),
        );
    return { evidence, document: placedVerdict(context, traceDocument(evidence, db, asOfMs), db) };
  }
  const evidence = besideLog(context, ownEvidence(context.home, request), flags.log);
  const told = flags.venue === true ? await besideVenue(context, evidence) : evidence;
  const document = traceDocument(told, context.home, asOfMs);
  return { evidence: told, document: placedVerdict(context, document, null) };
}

async function namedEvidence(db: string, request: TraceRequest): Promise<Evidence> {
  if (isCopy(db)) return copiedEvidence(db, request);
  const { foreignEvidence } = await import('../src/forensics/trace/foreign-evidence.ts');
  return foreignEvidence(db, request);
}

/** Each command of the verdict acts on what was traced. */
function placedVerdict(
  context: Context,
  document: TraceDocument,
  db: string | null,
): TraceDocument {
  const verdict = document.verdict.map((said) => ({
    ...said,
    command: said.command === null ? null : placedCommand(said.command, context, db),
  }));
  return { ...document, verdict };
}

/** A log up to this size is read without being asked for; a larger one costs more than the answer may. */
const READ_UNASKED_BYTES = 2_000_000;

/** The home's own log is read unasked while it is small, and when it is not that is said. */
function besideLog(context: Context, evidence: Evidence, files?: readonly string[]): Evidence {
  const { log } = homePaths(context.home);
  const bytes = files === undefined ? logBytes(log) : 0;
  if (bytes > READ_UNASKED_BYTES) {
    const size = `${(bytes / 1_000_000).toFixed(1)} MB`;
    context.err(
      `tradectl: the log was not read, it has ${size}; --log ${safeWord(log)} reads the newest file of it\n`,
    );
    return evidence;
  }
  return withLacks({ home: context.home, file: null }, (lacks) =>
    withLog(evidence, readLogLines(files ?? null, log), lacks),
  );
}

function namedLines(files: readonly string[] | undefined): Iterable<SourceLogLine> {
  return files === undefined ? [] : readLogLines(files, '');
}

/** What the venue does not answer is said, not guessed; beside a running bot it is the bot that asks. */
async function besideVenue(context: Context, evidence: Evidence): Promise<Evidence> {
  const { readVenue } = await import('../src/engine/operations/read-venue.ts');
  const { openOwnJournal } = await import('../src/forensics/own-journal.ts');
  const { withVenue } = await import('../src/forensics/trace/with-venue.ts');
  const since = Math.min(...evidence.entries.filter(({ about }) => about).map(({ atMs }) => atMs));
  const snapshot = await readVenue(context.home, ms(Number.isFinite(since) ? since : 0)).catch(
    (error: unknown) => {
      if (!(error instanceof TradectlError) || error.code === 'INTERNAL') throw error;
      context.err(`tradectl: the venue was not asked: ${safeText(error.message)}\n`);
      return null;
    },
  );
  if (snapshot === null) return evidence;
  const journal = openOwnJournal(context.home);
  try {
    return withVenue(evidence, snapshot, journal);
  } finally {
    journal.close();
  }
}

/** The place of the page is asked for first, the page is made last: a refusal costs nothing. */
async function pageWriter(
  context: Context,
  { html, db, yes }: TraceFlags,
): Promise<(told: Traced) => Promise<void>> {
  if (html === undefined) return async () => {};
  const { pagePlace, writePage } = await import('./write-page.ts');
  const place = await pagePlace(context, html, { db: db ?? null, yes: yes === true });
  return async ({ document, evidence }) => {
    const { chartData } = await import('../src/forensics/page/chart-data.ts');
    const { tracePage } = await import('../src/forensics/page/trace-page.ts');
    const chart = chartData(evidence, db === undefined ? context.home : null);
    const words = {
      headings: TRACE_HEADINGS,
      short: inShort(document.verdict),
      notes: traceNotes(document),
      says: plainWords,
      clean: safeText,
    };
    writePage(context, place, tracePage(document, chart, words));
  };
}
