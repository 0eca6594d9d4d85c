/**
 * `tradectl doctor`: every check of the host and the home, what is wrong first, with the commands that mend it.
 * `--fix` does the safe part: files of ours, after a question. Exit 1 when anything warns or fails; when nothing
 * does, 4 if the venue did not answer what it was asked, 2 if it could not even be asked.
 */
import type { Clock } from '../src/domain/clock.ts';
import type { VenueProbe } from '../src/engine/operations/doctor/ask-venue.ts';
import {
  doctorDocument,
  examine,
  repairAll,
  type DoctorRequest,
  type RepairRow,
} from '../src/engine/operations/doctor/read-doctor.ts';
import type { CheckName, CheckResult } from '../src/host/check.ts';
import { localHost } from '../src/host/local-host.ts';
import { confirmMild } from './confirm.ts';
import type { Context } from './context.ts';
import { doctorText } from './output/doctor-text.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';
import { paintFor } from './paint.ts';

export interface DoctorFlags {
  readonly venue?: boolean;
  readonly rehearse?: string;
  readonly fix?: boolean;
  readonly yes?: boolean;
  readonly only?: readonly CheckName[];
}

const UNASKED: VenueProbe = {
  venueClock: () => Promise.resolve(null),
  checkKey: () => Promise.resolve({ asked: false, why: 'the venue was not asked: add --venue' }),
  unanswered: () => null,
  close: () => Promise.resolve(),
};

export async function doctor(context: Context, flags: DoctorFlags): Promise<number> {
  const { configFile, home, env, clock } = context;
  const config = { configFile, home, cwd: process.cwd(), env, overrides: {} };
  const venue = await venueOf(flags, config, clock);
  const request = {
    host: localHost(clock),
    config,
    nowMs: clock.now(),
    only: flags.only ?? null,
    venueClock: venue.venueClock,
    checkKey: venue.checkKey,
    unanswered: venue.unanswered,
  };
  try {
    return await tell(context, flags, request);
  } finally {
    await venue.close();
  }
}

/** Only asked for: the venue is a network away and its library is large. */
async function venueOf(
  { venue, rehearse }: DoctorFlags,
  config: DoctorRequest['config'],
  clock: Clock,
): Promise<VenueProbe> {
  if (venue !== true && rehearse === undefined) return UNASKED;
  const { askVenue } = await import('../src/engine/operations/doctor/ask-venue.ts');
  return askVenue(config, rehearse ?? null, clock);
}

async function tell(context: Context, flags: DoctorFlags, request: DoctorRequest): Promise<number> {
  let results = await examine(request);
  let repaired: readonly RepairRow[] = [];
  if (flags.fix === true) {
    repaired = await mend(context, results, flags.yes === true);
    // What was mended is looked at again: the answer is of now.
    if (repaired.length > 0) results = await examine(request);
  }
  const document = doctorDocument(request, results, repaired);
  if (context.json) context.out(jsonLine(document));
  else context.out(doctorText(document, await paintFor(context.outColour)));
  if (!document.healthy) return 1;
  if (document.venue_not_asked !== null) return 2;
  return document.venue_unanswered === null ? 0 : 4;
}

async function mend(
  context: Context,
  results: readonly CheckResult[],
  yes: boolean,
): Promise<readonly RepairRow[]> {
  const offered = results.flatMap(({ repairs }) => repairs);
  if (offered.length === 0) {
    const isWell = results.every(({ fix }) => fix.length === 0);
    context.err(
      isWell
        ? 'There is nothing to mend.\n'
        : 'Nothing here can be mended without you: the commands are below.\n',
    );
    return [];
  }
  for (const { what } of offered) context.err(`would ${safeText(what)}\n`);
  const many = offered.length === 1 ? 'this' : `these ${offered.length}`;
  await confirmMild(context, { what: `do ${many}`, yes });
  const done = repairAll(results);
  for (const { outcome, said } of done) context.err(`${outcome}: ${safeText(said)}\n`);
  return done;
}
