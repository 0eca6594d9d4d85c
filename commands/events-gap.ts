/**
 * `tradectl events gap`: every kind of hole in the journal, in one report. Reads only, in short pages, beside a
 * living bot too; what it verified is remembered in the home, so that the next look is quick.
 */
import { resolve } from 'node:path';
import { TradectlError } from '../src/domain/errors.ts';
import { ms } from '../src/domain/clock.ts';
import { homePaths } from '../src/core/home.ts';
import type { GapDocument } from '../src/forensics/gap-finding.ts';
import type { JournalSource } from '../src/forensics/journal-source.ts';
import { gapsSince, readGaps } from '../src/forensics/gaps.ts';
import { openOwnJournal, type OwnJournal } from '../src/forensics/own-journal.ts';
import { sinceMs, type Since } from '../src/forensics/since-seq.ts';
import { venueSince, withVenue } from '../src/forensics/venue-gaps.ts';
import type { Context } from './context.ts';
import { gapText } from './output/gap-text.ts';
import { placedCommand, placedFindings } from './output/placed-command.ts';
import { machineEvidence } from './machine-evidence.ts';
import { jsonLine } from './output/json.ts';
import { paintFor } from './paint.ts';

export interface GapFlags {
  readonly venue?: boolean;
  readonly log?: readonly string[];
  readonly since?: Since;
  readonly full?: boolean;
  readonly db?: string;
}

export async function gap(context: Context, flags: GapFlags): Promise<number> {
  if (flags.db !== undefined) return namedGap(context, resolve(flags.db), flags);
  const journal = openOwnJournal(context.home);
  try {
    const all = readGaps(journal, {
      nowMs: context.clock.now(),
      logFiles: flags.log ?? null,
      cursorFile: homePaths(context.home).verified,
      full: flags.full === true,
      isHeld: journal.isHeld(),
      machine: (sinceMs) => machineEvidence(homePaths(context.home), sinceMs, null),
    });
    const document = narrowed(journal, all, flags.since);
    const told =
      flags.venue === true
        ? await besideVenue(context, journal, document)
        : { document, isUnknown: false };
    await show(context, told.document, null);
    if (told.document.findings.some(({ severity }) => severity !== 'note')) return 1;
    return told.isUnknown ? 4 : 0;
  } finally {
    journal.close();
  }
}

/** Another bot's incident, or a copy: nothing is remembered beside it, and it has no venue to be asked. */
async function namedGap(context: Context, db: string, flags: GapFlags): Promise<number> {
  if (flags.venue === true) {
    throw new TradectlError('USAGE', '--venue and --db do not go together', {
      hint: 'a file has no venue to ask; look at the fills there by hand, or ask with --home',
    });
  }
  const { openNamedJournal } = await import('../src/forensics/named-journal.ts');
  const journal = openNamedJournal(db);
  try {
    const all = readGaps(journal, {
      nowMs: context.clock.now(),
      logFiles: flags.log ?? null,
      cursorFile: null,
      full: true,
      isHeld: false,
      machine: null,
    });
    const document = narrowed(journal, all, flags.since);
    await show(context, document, db);
    return document.findings.some(({ severity }) => severity !== 'note') ? 1 : 0;
  } finally {
    journal.close();
  }
}

function narrowed(journal: JournalSource, document: GapDocument, since?: Since): GapDocument {
  if (since === undefined) return document;
  if ('seq' in since) {
    const isLater = (seq: number | null): boolean => seq === null || seq > since.seq;
    const findings = document.findings.filter(({ to_seq: to, from_seq: from }) =>
      isLater(to ?? from),
    );
    return { ...document, findings };
  }
  const at = sinceMs(journal, since);
  return at === null ? document : gapsSince(document, at);
}

interface Told {
  readonly document: GapDocument;
  /** True when a reading that the answer depends on is unknown. */
  readonly isUnknown: boolean;
}

/** The venue is only loaded when it was asked for; what it does not answer is said, not guessed. */
async function besideVenue(
  context: Context,
  journal: OwnJournal,
  document: GapDocument,
): Promise<Told> {
  const { readVenue } = await import('../src/engine/operations/read-venue.ts');
  const newest = document.last_seq === null ? null : journal.eventAt(document.last_seq);
  const since = ms(venueSince(document, newest?.recordedMs ?? context.clock.now()));
  try {
    const answer = await readVenue(context.home, since);
    const told = withVenue(document, answer, {
      knows: journal.knowledge,
      sinceMs: since,
      isHeld: journal.isHeld(),
    });
    const isUnknown = answer.fills.read === 'unknown' || answer.orderHistory.read === 'unknown';
    return { document: told, isUnknown };
  } catch (error) {
    if (!(error instanceof TradectlError) || error.code === 'INTERNAL') throw error;
    const why = `what happened at the venue: ${error.message}`;
    return { document: { ...document, unknown: [...document.unknown, why] }, isUnknown: true };
  }
}

async function show(context: Context, found: GapDocument, db: string | null): Promise<void> {
  const document = { ...found, findings: placedFindings(found.findings, context, db) };
  if (context.json) return context.out(jsonLine(document));
  const paint = await paintFor(context.outColour);
  const more = placedCommand('tradectl events gap --json', context, db) ?? '';
  context.out(gapText(document, { paint, width: Math.min(80, context.columns) }, more));
}
