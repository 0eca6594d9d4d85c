/** What was written down long after it happened, and what is numbered after things that happened later. */
import { HOUR } from '../../domain/clock.ts';
import type { TimelineEntry } from '../timeline.ts';
import { LATE_MS } from './late-groups.ts';
import { acrossDeath, isTimed } from './look.ts';
import { cite, statement, type Evidence, type Rule, type Statement } from './statement.ts';
import { listed, many, span } from './words.ts';

/** A lag this near to whole hours may be a clock. */
const NEAR_HOUR_MS = 10_000;

export const delays: Rule = (evidence) => [...late(evidence), ...outOfOrder(evidence)];

function late(evidence: Evidence): Statement[] {
  const { entries, time } = evidence;
  const across = new Set(acrossDeath(evidence));
  const found = entries.filter(
    (entry) =>
      entry.about &&
      isTimed(entry) &&
      entry.recordedMs !== null &&
      entry.recordedMs - entry.atMs >= LATE_MS &&
      // Ours reads fills at its next look, hours later on a recording.
      (evidence.foreign || across.has(entry)),
  );
  return [...Map.groupBy(found, ({ recordedMs }) => recordedMs).values()].flatMap((group) => {
    const first = group[0];
    if (first === undefined || first.recordedMs === null) return [];
    const lag = first.recordedMs - first.atMs;
    const counted = group.some(({ facts }) => facts['recorded_by'] === 'counted');
    const batch = entries.find(
      ({ means, atMs }) => means === 'batch_written' && atMs === first.recordedMs,
    );
    const proof = counted
      ? ' That is when the count of events passed their numbers; their own rows do not say when they were written.'
      : '';
    const text = `${many(group.length, 'event')} (${listed(group.map(({ source }) => String(source.seq)))}) that happened from ${time(first.atMs)} on ${group.length === 1 ? 'was' : 'were'} recorded at ${time(first.recordedMs)}, ${span(lag)} later.${proof}`;
    const quoted = [...group.slice(0, 3), ...(batch === undefined ? [] : [batch])].map(cite);
    return [
      statement('recorded-late', 'delay', text, { weight: 'warning', evidence: quoted }),
      ...wholeHour(evidence, group, lag),
    ];
  });
}

/** A zone or a daylight-saving hour between two writers looks exactly like a delay. */
function wholeHour(evidence: Evidence, group: readonly TimelineEntry[], lag: number): Statement[] {
  const hours = Math.round(lag / HOUR);
  if (!evidence.foreign || hours === 0 || Math.abs(lag - hours * HOUR) > NEAR_HOUR_MS) return [];
  const text = `The delay is within ${span(Math.abs(lag - hours * HOUR))} of ${hours === 1 ? 'one whole hour' : `${hours} whole hours`}: a writer whose clock or zone is off by that much would look the same.`;
  const settle =
    'Whether the delay is a clock: the zones of the host, the database and the log, and one event whose time a third party knows too, such as a fill.';
  return [
    statement('whole-hour', 'explanation', text, { evidence: group.slice(0, 1).map(cite) }),
    statement('whole-hour', 'settle', settle, { evidence: group.slice(0, 1).map(cite) }),
  ];
}

/** Numbers are given when an event is written: a higher number that happened earlier was written later. */
function outOfOrder(evidence: Evidence): Statement[] {
  const { time } = evidence;
  const numbered = evidence.entries
    .filter(
      (entry) => entry.source.kind === 'journal' && entry.source.seq !== null && isTimed(entry),
    )
    .sort((a, b) => (a.source.seq ?? 0) - (b.source.seq ?? 0));
  let latest: TimelineEntry | null = null;
  for (const entry of numbered) {
    const before: TimelineEntry | null = latest;
    const behind = before === null ? 0 : before.atMs - entry.atMs;
    if (before !== null && entry.about && evidence.foreign && behind >= LATE_MS) {
      const text = `Event ${entry.source.seq} has a higher number than event ${before.source.seq} and happened ${span(behind)} before it (${time(entry.atMs)}, ${time(before.atMs)}): whoever gives out the numbers got it after ${time(before.atMs)}.`;
      return [
        statement('out-of-order', 'delay', text, {
          weight: 'warning',
          evidence: [cite(before), cite(entry)],
        }),
      ];
    }
    if (latest === null || entry.atMs > latest.atMs) latest = entry;
  }
  return [];
}
