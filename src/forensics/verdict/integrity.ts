/** What the journal's own proofs say: numbers taken away, events that were changed, rows that their events do not make. */
import { sourceName, type NumberGap, type TimelineEntry } from '../timeline.ts';
import { isHole } from './look.ts';
import {
  cite,
  statement,
  type Citation,
  type Evidence,
  type Rule,
  type Statement,
} from './statement.ts';
import { listed, many } from './words.ts';

export const integrity: Rule = (evidence) => [
  ...evidence.gaps.filter(isHole).map((gap) => hole(evidence, gap)),
  ...changed(evidence),
  ...onDamagedPage(evidence),
  ...unreadable(evidence),
  ...differing(evidence),
  ...rowless(evidence),
];

/** A start that lost the tail leaves its numbers out and chains on; a hand that deletes breaks the chain. */
function hole(evidence: Evidence, { after, before, missing, link }: NumberGap): Statement {
  const range =
    missing === 1 ? `Number ${after + 1} is` : `Numbers ${after + 1} to ${before - 1} are`;
  const beside = after === 0 ? `before event ${before}` : `between events ${after} and ${before}`;
  const how =
    link === 'whole'
      ? `Event ${before} follows event ${after} by its hash: a start that had lost them left their numbers out.`
      : `Event ${before} does not follow from what stands before it: they were taken away after they were written.`;
  const text = `${range} missing from the journal, ${many(missing, 'event')} ${beside}. ${how} What they said, of this or of something else, cannot be known from this evidence.`;
  return statement('events-missing', 'missing', text, {
    weight: link === 'whole' ? 'warning' : 'act',
    evidence: [after, before].flatMap((seq) => quoted(evidence, seq)),
    command: 'tradectl events gap',
  });
}

function changed(evidence: Evidence): Statement[] {
  return (evidence.proof?.broken ?? []).map(({ seq, type }) => {
    const text = `Event ${seq} (${type}) is not what was committed: its hash does not follow from event ${seq - 1} and from its own words. One of the two was changed afterwards.`;
    const seen = [seq - 1, seq].flatMap((each) => quoted(evidence, each));
    return statement('event-changed', 'contradiction', text, {
      weight: 'act',
      evidence: seen.length > 0 ? seen : [{ source: journal(seq), quote: type }],
      command: 'tradectl events verify --full',
    });
  });
}

/** The numbers are known from an index, the words are not. */
function onDamagedPage({ unreadSeqs = [] }: Evidence): Statement[] {
  if (unreadSeqs.length === 0) return [];
  const one = unreadSeqs.length === 1;
  const text = `${one ? 'Event' : 'Events'} ${listed(unreadSeqs.map(String))} of this cannot be read: a page of the file is damaged. What ${one ? 'it says' : 'they say'}, and whatever rests on it, is not known from the journal; the log has the line of each event it kept.`;
  return [
    statement('page-damaged', 'missing', text, {
      weight: 'act',
      command: 'tradectl events verify --full',
    }),
  ];
}

/** What is told of such an event is its type, and no more. */
function unreadable({ entries }: Evidence): Statement[] {
  const damaged = entries.filter(({ facts }) => facts['damaged'] === true);
  if (damaged.length === 0) return [];
  const names = listed(damaged.map(({ source, type }) => `${source.seq} (${type})`));
  const text = `What ${damaged.length === 1 ? 'event' : 'events'} ${names} ${damaged.length === 1 ? 'says' : 'say'} cannot be read: a payload is damaged. Whatever rests on it here is not known.`;
  return [
    statement('event-unreadable', 'missing', text, {
      weight: 'act',
      evidence: damaged.slice(0, 3).map(cite),
      command: 'tradectl events verify --full',
    }),
  ];
}

function differing(evidence: Evidence): Statement[] {
  return (evidence.proof?.differences ?? []).map(({ positionId, unreadSeq, columns }) => {
    const row = evidence.positions.find((each) => each.positionId === positionId);
    const text =
      unreadSeq === null
        ? `The row of position ${positionId} is not what its events come to: ${listed(columns)}.`
        : `What the events of position ${positionId} come to cannot be told beyond event ${unreadSeq}, so nothing proves its row.`;
    return statement('row-differs', 'contradiction', text, {
      weight: 'act',
      evidence: row === undefined ? [] : [cite(row)],
      command: 'tradectl events verify --fold',
    });
  });
}

/** The events tell what it was all the same. */
function rowless(evidence: Evidence): Statement[] {
  return (evidence.proof?.rowless ?? []).flatMap((id) => {
    const row = evidence.positions.find((each) => each.positionId === id);
    if (row === undefined) return [];
    const text = `The registry has no row of position ${id}, though its events make one: the row was taken away. What is said of it here is what its events come to.`;
    return [
      statement('row-missing', 'missing', text, {
        weight: 'act',
        evidence: [cite(row)],
        command: 'tradectl events verify --fold',
      }),
    ];
  });
}

function quoted({ entries }: Evidence, seq: number): Citation[] {
  const isIt = ({ source }: TimelineEntry): boolean =>
    source.kind === 'journal' && source.seq === seq;
  return entries.filter(isIt).slice(0, 1).map(cite);
}

function journal(seq: number): string {
  return sourceName({ kind: 'journal', file: null, line: null, seq });
}
