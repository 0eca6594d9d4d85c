/** What in a status is wrong: a list, worst first. `status --check` fails when it is not empty. */
import { goneText } from '../../domain/lost-events.ts';
import type { StatusFacts } from './read-status.ts';

export interface Problem {
  readonly code:
    | 'HALTED'
    | 'DEGRADED'
    | 'UNPROTECTED'
    | 'IN_DOUBT'
    | 'BLOCKED'
    | 'UNACKNOWLEDGED'
    | 'DIED'
    | 'VENUE'
    | 'JOURNAL_TAIL_LOST'
    | 'JOURNAL_BROKEN';
  readonly message: string;
}

/**
 * An empty home has no problem: nothing was started, so nothing can be wrong. A clean end is none
 * either; a supervisor that wants the bot alive looks at `run.liveness`.
 */
export function problemsOf(facts: StatusFacts): Problem[] {
  const { positions, orders_in_doubt: doubtful, blocked, halts, run } = facts;
  return [
    ...halts.map((halt) => problem('HALTED', `halt ${halt.id}: ${halt.reason}`)),
    ...stateProblems(facts),
    ...positions
      .filter((position) => !position.is_protected)
      .map(({ symbol, covered_quantity: covered, quantity, uncovered_why: why }) => {
        const because = why === null ? '' : `: ${why}`;
        return problem('UNPROTECTED', `${symbol}: stops cover ${covered} of ${quantity}${because}`);
      }),
    ...doubtful.map(({ symbol, purpose, client_order_id: id }) =>
      problem('IN_DOUBT', `${symbol}: outcome of ${purpose} order ${id} is unknown`),
    ),
    ...blocked.map(({ symbol, finding }) => problem('BLOCKED', `${symbol}: ${finding}`)),
    ...facts.attention.map(({ symbol, cause, evidence }) =>
      problem('UNACKNOWLEDGED', `${symbol}: ${CAUSES[cause] ?? cause}: ${evidence}`),
    ),
    ...(run?.liveness === 'died'
      ? [problem('DIED', `the bot (pid ${run.pid}) ended without saying so`)]
      : []),
    ...venueProblems(facts),
    ...journalProblems(facts),
  ];
}

/** Of a bot that lives: what a dead one wrote about its venue is no news. */
function venueProblems({ venue, run }: StatusFacts): Problem[] {
  if (venue === null || venue.breaker === 'closed' || run?.liveness !== 'alive') return [];
  const why = venue.last_failure ?? 'no answer';
  return [problem('VENUE', `${venue.host}: ${venue.failures} failures in a row: ${why}`)];
}

const CAUSES: Readonly<Record<string, string>> = {
  side_flipped: 'the venue held the other side',
  second_instance: 'possible second instance of this bot',
};

function stateProblems(facts: StatusFacts): Problem[] {
  const { state, halts, causes } = facts;
  const why = causes.join(', ') || 'no cause recorded';
  if (state === 'DEGRADED') return [problem('DEGRADED', `no new entries: ${why}${wayOut(facts)}`)];
  return state === 'HALTED' && halts.length === 0 ? [problem('HALTED', why)] : [];
}

/** A flat account cannot earn its drawdown back while entries are closed: the operator decides. */
function wayOut({ causes, positions }: StatusFacts): string {
  if (!causes.includes('equity_drawdown') || positions.length > 0) return '';
  return '; nothing is open, so it cannot recover: halt set, then halt clear ID --reset-peak';
}

function journalProblems(facts: StatusFacts): Problem[] {
  const { high_water_mark: mark, head_seq: head, high_water_seq: high } = facts;
  if (mark === 'behind') {
    return [problem('JOURNAL_TAIL_LOST', goneText(head + 1, high ?? head + 1))];
  }
  return mark === 'broken'
    ? [problem('JOURNAL_BROKEN', 'the high-water mark and the journal contradict each other')]
    : [];
}

function problem(code: Problem['code'], message: string): Problem {
  return { code, message };
}
