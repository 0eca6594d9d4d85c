/**
 * What lines of a log mean: ours, and those of the bots people come from. A table and nothing else: the first
 * pattern that fits a line marks it, so what is special stands before what is general. Noise is in it too,
 * because most hours of a bad night are lost on lines that mean nothing.
 */
import { OWN_LOG_PATTERNS } from './own-log-patterns.ts';

export type Mark = 'normal' | 'warning' | 'act_now';

export interface LogPattern {
  /** As the summary names it. */
  readonly id: string;
  /** Tried on `TYPE message` of our lines, on the whole line of others. `subject` names what it is about. */
  readonly match: RegExp;
  /** A line that fits `match` is this pattern's only if its figures do. */
  readonly where?: (groups: Readonly<Record<string, string | undefined>>) => boolean;
  /** Tried on lines of ours alone: in another log the same words mean nothing. */
  readonly isOurs?: true;
  readonly mark: Mark;
  /** One sentence: what it means. */
  readonly says: string;
  /** What to type or do next. */
  readonly next: string;
  /** A later line that ends it: for the same subject where both name one. */
  readonly endedBy?: RegExp;
  /** Said instead when it comes often: about so many subjects, or so many times, within five minutes. */
  readonly often?: {
    readonly subjects?: number;
    readonly times?: number;
    readonly mark: Mark;
    readonly says: string;
    readonly next: string;
  };
}

/** `TON/USD:USD`, `PF_TONUSD`, `TONUSDT`, `TON`. */
const MARKET = String.raw`(?<subject>[A-Z0-9]{2,15}(?:[_/-][A-Z0-9]{2,15})?(?::[A-Z0-9]{2,10})?)`;
/** A market in a line of words, and not a date: with its quote, or after `for`. */
const PAIR = String.raw`\b(?=\d*[A-Z])[A-Z0-9]{2,15}[_/-][A-Z0-9]{2,15}(?::[A-Z0-9]{2,10})?|\b[A-Z0-9]{2,12}(?:USDT|USDC|USD)\b|(?<=\bfor )[A-Z0-9]{2,12}\b`;
const HALT_ENDS =
  /\bhalt \S+ .*cleared|HALTED -> |kill.?switch.{0,20}(?:cleared|reset|released|off)\b/i;

export const LOG_PATTERNS: readonly LogPattern[] = [
  {
    id: 'halt cleared',
    match: /^HALT_CLEARED\b|\bhalt \S+ .*\bcleared\b/i,
    mark: 'normal',
    says: 'An operator, or the bot for a cause that is gone, ended a halt.',
    next: 'tradectl status',
  },
  {
    id: 'state recovered',
    match: /\bHALTED -> \w+|\bDEGRADED -> NORMAL\b/,
    mark: 'normal',
    says: 'The bot trades again, or is on its way to.',
    next: 'tradectl status',
  },
  {
    id: 'Kill switch active',
    match:
      /\bkill.?switch\b.{0,30}\b(?:active|activated|engaged|triggered|on)\b|\bHALT \S+ \(kill\)/i,
    mark: 'act_now',
    says: 'No entries until an operator clears it. Make sure that it did not cancel the stops.',
    next: 'tradectl halt show, then tradectl positions',
    endedBy: HALT_ENDS,
  },
  {
    id: 'INVARIANT VIOLATION',
    match: /\bINVARIANT[ _]VIOLATION\b/i,
    mark: 'act_now',
    says: 'A rule of the account is broken. When it fires every cycle, a safety limit is tighter than the limit it guards.',
    next: 'tradectl config check, then tradectl status',
  },
  {
    id: 'position_state row invalid quantity',
    match: /\bposition_state row invalid quantity\b/i,
    mark: 'act_now',
    says: 'A stored position has no valid size: the restore stops at it, and every restart reads it again.',
    next: 'tradectl quarantine import POSITIONS.json --dry-run',
  },
  {
    id: 'RESTORE HALT',
    match: /\bRESTORE[ _]HALT\b/i,
    mark: 'act_now',
    says: 'The restore gave up at a row; a supervisor that restarts the bot makes a loop of it.',
    next: 'tradectl quarantine list, and stop the supervisor of the other bot',
  },
  {
    id: 'flatten_orphan',
    match: /\bflatten_orphans?\b/i,
    mark: 'act_now',
    says: 'A bot closes positions because its own books do not know them: they may be real ones.',
    next: 'stop that bot, then tradectl reconcile',
  },
  {
    id: 'committed events missing',
    match: /\bJOURNAL_TAIL_LOST\b|\bcommitted events? \d+ (?:to \d+ are|is) missing/i,
    mark: 'act_now',
    says: 'The database lost events that were committed: a disk, a copy or a restore went wrong.',
    next: 'tradectl events gap',
  },
  {
    id: 'heap out of memory',
    match:
      /\bout of memory\b|\boom-kill\b|\bMemoryError\b|Cannot allocate memory|memory: .*the kernel kills next/i,
    mark: 'act_now',
    says: 'The process was ended for memory, or is about to be.',
    next: 'tradectl doctor --only memory,swap, then tradectl deaths',
  },
  {
    id: 'liquidation',
    match:
      /\b[Ll]iquidated\b|\bLIQUIDATED\b|\bCRITICAL\b.{0,200}\b[Ll]iquidation\b(?! price)|\bLIQUIDATION\b(?![ _]PRICE)/,
    mark: 'act_now',
    says: 'The venue closed a position, or is about to, because its margin was gone.',
    next: 'tradectl positions, then tradectl reconcile',
  },
  {
    id: 'panic',
    match: /\bpanic: |\bpanicked at\b|^panic\b|\b(?:PANIC|FATAL)\b/,
    mark: 'act_now',
    says: 'The program fell, or said that it cannot go on.',
    next: 'tradectl deaths, and read the lines after it',
  },
  {
    id: 'Traceback',
    match:
      /\bTraceback \(most recent call last\)|\b(?:un(?:caught|handled) (?:exception|rejection|error))\b/i,
    mark: 'warning',
    says: 'A program fell over something it did not expect; what it was doing may be half done.',
    next: 'tradectl logs FILE --explain, and read the lines after it',
  },
  {
    id: 'disk full',
    match: /\bSTORE_FULL\b|\bENOSPC\b|No space left on device|\bdisk full: entries stop/i,
    mark: 'act_now',
    says: 'The disk is full: no journal, no new risk. Protection goes on.',
    next: 'tradectl doctor --only disk,ballast',
    endedBy: /\(disk_full\) cleared|the log can be written again/i,
  },
  {
    id: 'key refused',
    match:
      /\bVENUE_AUTH\b|AuthenticationError|authenticationError|invalid api.?key|invalid signature/i,
    mark: 'act_now',
    says: 'The venue refuses the key: nothing can be read, sent or protected with it.',
    next: 'tradectl doctor',
  },
  {
    id: 'UNPROTECTED',
    match: new RegExp(String.raw`(?:POSITION_UNPROTECTED ${MARKET}:|\bUNPROTECTED\b)`),
    mark: 'act_now',
    says: 'A position has no stop that covers all of it at the venue.',
    next: 'tradectl positions, then tradectl reconcile',
    endedBy: new RegExp(String.raw`POSITION_(?:PROTECTED|CLOSED|RETIRED) ${MARKET}:`),
  },
  {
    id: 'MISSING_STOP',
    match: /\bMISSING_STOP\b|\bmissing stop(?:[- ]loss)?\b|\bno stop[- ]loss (?:found|order)\b/i,
    mark: 'act_now',
    says: 'A position was found without its stop.',
    next: 'tradectl reconcile, and tradectl reconcile --apply after reading it',
  },
  {
    id: 'operator must look',
    match: /\bACKNOWLEDGEMENT_NEEDED\b/,
    mark: 'act_now',
    says: 'Entries of a market wait until an operator has looked.',
    next: 'tradectl status, then tradectl acknowledge SYMBOL --reason "..."',
    endedBy: /\bACKNOWLEDGED\b/,
  },
  {
    id: 'PHANTOM imported',
    match: /position imported \(PHANTOM|^POSITION_IMPORTED\b|: imported: open at the venue/,
    mark: 'warning',
    says: 'A position that only the venue had is in the books now, and gets a stop.',
    next: 'tradectl positions',
  },
  {
    id: 'PHANTOM',
    match: /(?<!\b(?:0|no|zero) )\bPHANTOMS?\b(?!["']?\s*[=:]\s*0\b)/i,
    mark: 'act_now',
    says: 'A position is open at the venue and not in the books: nobody manages it.',
    next: 'tradectl phantoms list',
  },
  {
    id: 'ORPHAN',
    match: /(?<!\b(?:0|no|zero) )\bORPHAN(?:S|ED)?\b(?!["']?\s*[=:]\s*0\b)/i,
    mark: 'warning',
    says: 'The books have a position that the venue does not. It is closed there only with proof.',
    next: 'tradectl reconcile',
  },
  {
    id: 'HALT',
    match:
      /(?<!\b(?:[Nn]o|not) )\bHALT(?:ED)?\b(?! checks? (?:passed|ok|OK)\b)(?!["']?\s*[=:]\s*(?:[Ff]alse|0|[Nn]one|null)\b)|^HALT_SET\b/,
    mark: 'act_now',
    says: 'No new entries until an operator clears it. Stops, targets and exits go on.',
    next: 'tradectl halt show',
    endedBy: HALT_ENDS,
  },
  {
    id: 'DEGRADED',
    match: /\bDEGRADED\b/,
    mark: 'warning',
    says: 'No new entries for now; it recovers by itself when its cause is gone.',
    next: 'tradectl status',
    endedBy: /-> NORMAL\b|\bcycle \d+ NORMAL\b/,
  },
  {
    id: 'previous run died',
    match: /\bPREVIOUS_RUN_DIED\b|the previous run (?:\(pid \d+\) )?died/,
    mark: 'warning',
    says: 'The bot was killed, or fell; this start took over.',
    next: 'tradectl deaths',
  },
  {
    id: 'restore candidate of the wrong shape',
    match: /restore candidate parse failed.*'list' object has no attribute 'get'/i,
    mark: 'warning',
    says: 'A source of the restore has another shape than its reader expects: a list where an object should be. What it held was not restored.',
    next: 'tradectl reconcile, which asks the venue what is open',
  },
  {
    id: 'restore candidate unreadable',
    match: /restore candidate parse failed/i,
    mark: 'warning',
    says: 'A source of the restore could not be read; what it held was not restored.',
    next: 'tradectl reconcile, which asks the venue what is open',
  },
  {
    id: 'chain-token mismatch',
    match: /\bchain[-_ ]token mismatch\b/i,
    mark: 'normal',
    says: 'Noise, and not the cause: it stands beside healthy restores as well. Read the lines around it.',
    next: 'tradectl logs FILE --explain, for what else stands there',
  },
  {
    id: 'below the minimum amount',
    match: /must be greater than minimum amount precision/i,
    mark: 'warning',
    says: 'The order is smaller than the venue takes, for example half of one contract. Trying again cannot help.',
    next: 'tradectl partial-close SYMBOL --fraction 0.5 --dry-run',
  },
  {
    id: 'Position already exists',
    match: /\bposition already exists\b/i,
    mark: 'normal',
    says: 'A second entry on a market with a position was refused: one per market. A position you do not know of is another matter.',
    next: 'tradectl positions',
  },
  {
    id: 'Execution failed',
    match: /\bexecution failed\b/i,
    mark: 'warning',
    says: 'An order did not get through, or its answer did not come back: a timeout is not a refusal.',
    next: 'tradectl orders --all --limit 10, before anything is sent by hand',
  },
  {
    id: 'order in doubt',
    match: /\bORDER_IN_DOUBT\b|\border in doubt\b/,
    mark: 'warning',
    says: 'Sent, and its outcome is not known. It is looked up, and an entry is never sent again.',
    next: 'tradectl orders',
  },
  {
    id: 'order refused',
    match: /^ORDER_REJECTED\b|order rejected by the venue/,
    mark: 'warning',
    says: 'The venue refused an order; the line says why.',
    next: 'tradectl orders --all --limit 10',
  },
  {
    id: 'entries blocked',
    match: new RegExp(String.raw`^POSITION_BLOCKED ${MARKET}:`),
    mark: 'warning',
    says: 'Books and venue disagree about a market: no entries there.',
    next: 'tradectl reconcile',
    endedBy: new RegExp(String.raw`^POSITION_UNBLOCKED ${MARKET}:`),
  },
  {
    id: 'row quarantined',
    match: /^ROW_QUARANTINED\b/,
    mark: 'warning',
    says: 'A row that cannot be a position is kept out of the registry; the bot runs on.',
    next: 'tradectl quarantine list',
  },
  {
    id: 'candle timeout',
    match: new RegExp(
      String.raw`^(?=.*(?:OHLCV|ohlcv|[Cc]andle|[Kk]line))(?=.*(?:[Tt]ime(?:d )?-?[Oo]ut|ETIMEDOUT))(?:.*?(?<subject>${PAIR}))?`,
    ),
    mark: 'normal',
    says: 'One market was slow once. It is asked again with the next cycle.',
    next: 'nothing, unless it comes again and again',
    often: {
      subjects: 5,
      mark: 'warning',
      says: 'Many markets at once: the venue, the network or the rate limit, not the markets.',
      next: 'tradectl status, then tradectl doctor --only clock,load',
    },
  },
  {
    id: 'candles failing',
    match: /\bcandles\.\w+/,
    mark: 'warning',
    says: 'Candles of a market fail again and again, or those of many markets do.',
    next: 'tradectl markets',
  },
  {
    id: 'coins_processed=0',
    match: /\bcoins_processed["']?\s*[=:]\s*0\b/,
    mark: 'warning',
    says: 'A cycle ended without having looked at any market: it was blind, not selective.',
    next: 'tradectl status, then tradectl markets',
    often: {
      times: 3,
      mark: 'act_now',
      says: 'Cycle after cycle looks at no market: the bot is blind. Data, rate limit or an empty list of markets.',
      next: 'tradectl markets, then tradectl doctor',
    },
  },
  {
    id: 'signals lost before the auction',
    match:
      /\bsignals[_ ]generated["']?\s*[=:]?\s*(?<generated>\d+).{0,200}\b(?:signals[_ ])?collected["']?\s*[=:]?\s*(?<collected>\d+)/,
    where: ({ generated, collected }) => Number(generated) > Number(collected),
    mark: 'warning',
    says: 'More signals were generated than reached the auction: some were lost on the way.',
    next: 'tradectl why',
  },
  {
    id: 'no signals',
    match:
      /\bsignals[_ ]generated["']?\s*[=:]?\s*0\b|\bcycle \d+ NORMAL: .*\b0 signals\b|\b(?:0|no) signals\b(?! lost)/i,
    mark: 'normal',
    says: '0 signals for hours is the strategy being selective.',
    next: 'tradectl why',
  },
  {
    id: 'signals collected',
    match:
      /\bsignals[_ ]generated["']?\s*[=:]?\s*\d+.{0,200}\b(?:signals[_ ])?collected["']?\s*[=:]?\s*\d+/,
    mark: 'normal',
    says: 'Every signal reached the auction.',
    next: 'tradectl why',
  },
  {
    id: 'one winner of one',
    match:
      /\b(?:contenders|candidates)["']?\s*[=:]\s*1\b.{0,200}\bwinners_selected["']?\s*[=:]\s*1\b|\bwinners_selected["']?\s*[=:]\s*1\b.{0,200}\b(?:contenders|candidates)["']?\s*[=:]\s*1\b/,
    mark: 'normal',
    says: 'One signal, one winner: there was nothing to choose from, and no fault in the auction.',
    next: 'tradectl why',
  },
  {
    id: 'auction held',
    match: /\bwinners_selected["']?\s*[=:]\s*\d+/,
    mark: 'normal',
    says: 'The auction gave the margin to the best of the signals.',
    next: 'tradectl why',
  },
  {
    id: '4H_STRUCTURE_REQUIRED',
    match: /\b4H_STRUCTURE_REQUIRED\b/,
    mark: 'normal',
    says: 'No structure on the 4h candles that an entry could rest on. The usual reason for no signal.',
    next: 'tradectl why SYMBOL',
  },
  {
    id: 'entry not in OTE/Key Fib',
    match: /\bentry not in OTE(?:\/Key Fib)?|\bENTRY_NOT_IN_OTE\b/i,
    mark: 'normal',
    says: 'The price is not where an entry would be worth its risk; it may come back.',
    next: 'tradectl why SYMBOL',
  },
  {
    id: 'Tier A coin bypassing filters',
    match: /\bTier A coin bypassing filters\b/i,
    mark: 'normal',
    says: 'Pinned markets skip the filters of volume and spread; that is what pinning means.',
    next: 'tradectl markets',
  },
  {
    id: 'market set aside',
    match: /^MARKET_SET_ASIDE\b/,
    mark: 'warning',
    says: 'A market is not traded because its data cannot be used; the others are.',
    next: 'tradectl markets',
  },
  {
    id: 'rate limit',
    match: /\brate.?limit(?:ed| exceeded)\b|\b(?:HTTP|status) 429\b|Too Many Requests/i,
    mark: 'warning',
    says: 'The venue was asked too often; it answers again in a while.',
    next: 'tradectl status',
  },
  ...OWN_LOG_PATTERNS,
];
