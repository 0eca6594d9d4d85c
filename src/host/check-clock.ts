/**
 * The clock. Venues refuse requests whose time is off, and an entry is bounded by a time at which it must have
 * been processed. The venue's own clock is the best witness; else the host says whether it is being set.
 */
import type { Check, Finding } from './check.ts';
import type { Host } from './host.ts';
import { messageOf } from '../domain/errors.ts';

/** Server less machine, in milliseconds; null when the venue was not asked or did not tell. */
export type VenueClock = () => Promise<{ readonly offsetMs: number } | null>;

const OFF_MS = 250;
const WRONG_MS = 1_000;
const FIX = [
  'sudo timedatectl set-ntp true',
  'timedatectl status   # "System clock synchronized: yes"',
];
const OTHERWISE = [
  'timedatectl status   # of a container: on its host',
  '# the clock of a live venue is a witness too: tradectl doctor --venue',
];
const WHY =
  'Venues refuse requests whose time is off, and events are dated by this clock: a wrong one makes two stories of one night.';

export function clockCheck(host: Host, venueClock: VenueClock): Check {
  return { name: 'clock', why: WHY, otherwise: OTHERWISE, run: () => checkClock(host, venueClock) };
}

async function checkClock(host: Host, venueClock: VenueClock): Promise<Finding> {
  const asked = await venueOrWhy(venueClock);
  if ('offsetMs' in asked) return judged(asked.offsetMs, 'from the venue');
  const finding = checkLocally(host, asked.why);
  return { ...finding, details: asked.why === null ? [] : [asked.why] };
}

/** A venue that does not answer leaves the host's own word. */
async function venueOrWhy(
  venueClock: VenueClock,
): Promise<{ readonly offsetMs: number } | { readonly why: string | null }> {
  try {
    return (await venueClock()) ?? { why: null };
  } catch (error) {
    return { why: messageOf(error) };
  }
}

/** `unanswered`: what the venue said instead of its time. */
function checkLocally(host: Host, unanswered: string | null): Finding {
  const tracked = chronyOffset(host);
  if (tracked !== null) return judged(tracked, 'by chrony');
  const synced = isSynchronized(host);
  if (synced === null) {
    const local = 'neither chrony nor timedatectl says whether the clock is set';
    throw new Error(unanswered === null ? local : `${unanswered}; ${local}`);
  }
  return {
    verdict: synced ? 'ok' : 'warn',
    figure: synced ? 'set by the network' : 'nothing sets it',
    numbers: { is_synchronized: synced ? 1 : 0 },
    why: WHY,
    fix: synced ? [] : FIX,
  };
}

function judged(offsetMs: number, by: string): Finding {
  const off = Math.abs(offsetMs);
  const verdict = off > WRONG_MS ? 'fail' : off > OFF_MS ? 'warn' : 'ok';
  return {
    verdict,
    figure: `${Math.round(offsetMs)} ms off ${by}`,
    numbers: { offset_ms: Math.round(offsetMs) },
    why: WHY,
    fix: verdict === 'ok' ? [] : FIX,
  };
}

/** The fifth field of `chronyc -c tracking` is the offset in seconds; a source of 127.127.1.1 is no source. */
function chronyOffset(host: Host): number | null {
  const fields = (host.output('chronyc', ['-c', 'tracking']) ?? '').trim().split(',');
  const [id = '', offset] = [fields[0], Number(fields[4])];
  if (!/^[0-9A-F]{8}$/.test(id) || /^(00000000|7F7F0101)$/.test(id)) return null;
  return Number.isFinite(offset) ? (offset ?? 0) * 1_000 : null;
}

function isSynchronized(host: Host): boolean | null {
  const shown = host.output('timedatectl', ['show', '--property=NTPSynchronized', '--value']);
  if (shown !== null && /^(yes|no)\s*$/.test(shown)) return shown.startsWith('yes');
  return host.stat('/run/systemd/timesync/synchronized') === null ? null : true;
}
