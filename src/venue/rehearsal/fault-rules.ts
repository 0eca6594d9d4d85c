/**
 * Fault rules: what is to go wrong, for which requests, how often and when. Written as JSON, in a file or to
 * the control API: `[{"match":{"path":"sendorder"},"times":1,"action":"hang"}]`. A rule without `match` is
 * for every request, one without `times` holds until it is cleared. The first rule that acts acts alone.
 * A rule that matches a feed is for its messages, and has actions of its own.
 */
import { ms, type Ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';

const WORDS = [
  /** Nothing is done and nothing is answered. */
  'hang',
  /** Done; the headers come and the body never does. */
  'stall-after-headers',
  /** Nothing is done; the connection is reset. */
  'reset',
  /** Done; half of the body comes, then the connection ends. */
  'truncate',
  /** Done; the connection ends without an answer. */
  'execute-then-drop-the-answer',
  'empty-instruments',
  'lower-case-symbols',
  'omit-list-key',
  'zero-size-rows',
  /** An order executes as two fills, and the answer lists the last one first. */
  'multi-fill-last-first',
  'duplicate-rows',
  /** Nothing is done; 503 with a page for humans. */
  'maintenance',
  'gzip',
] as const;

const FEED_WORDS = [
  /** The connection ends without a closing word. */
  'drop-connection',
  /** This message and everything after it never come; the connection stays. */
  'stall-feed',
  'duplicate-message',
  /** It comes after the next message of its feed. */
  'out-of-order',
  /** Its number jumps ahead, as if messages were lost. */
  'wrong-seq',
] as const;

export type FaultWord = (typeof WORDS)[number];
export type FeedFault = (typeof FEED_WORDS)[number];

export const FAULT_WORDS: readonly FaultWord[] = WORDS;
export const FEED_FAULTS: readonly FeedFault[] = FEED_WORDS;

export type FaultAction =
  | { readonly kind: FaultWord | FeedFault }
  | { readonly kind: 'respond'; readonly status: number; readonly body: string }
  /** `before` true: executed late; false: executed at once and answered late. */
  | { readonly kind: 'delay'; readonly delayMs: Ms; readonly before: boolean };

export interface FaultRule {
  /** End of the path, `sendorder` or all of it; null: any. */
  readonly path: string | null;
  /** Upper case; null: any. */
  readonly method: string | null;
  /** A feed of the WebSocket, `*` for any; null: the rule is for requests. */
  readonly feed: string | null;
  /** Null: until it is cleared. */
  readonly times: number | null;
  /** So many that match go well first. */
  readonly skip: number;
  /** Share of those that match, 0 to 1; drawn from the seed of the venue. */
  readonly probability: number;
  /** From then on, since the rule came, by the machine's clock. */
  readonly afterMs: Ms;
  /** For so long from then on; null: until it is cleared. */
  readonly forMs: Ms | null;
  readonly action: FaultAction;
}

/** Throws FILE_INVALID with the place of the first rule that is none; `from` names the source. */
export function parseFaultRules(written: unknown, from: string): FaultRule[] {
  if (!Array.isArray(written)) throw invalid(from, 'expected a list of rules');
  return written.map((rule: unknown, index) => ruleOf(rule, `${from}: rule ${index + 1}`));
}

const RULE_KEYS = ['match', 'times', 'skip', 'probability', 'after_ms', 'for_ms', 'action'];

function ruleOf(written: unknown, from: string): FaultRule {
  const rule = objectOf(written, from);
  refuseOthers(rule, RULE_KEYS, from);
  const match = rule['match'] === undefined ? {} : objectOf(rule['match'], `${from}: match`);
  refuseOthers(match, ['path', 'method', 'feed'], `${from}: match`);
  const method = textOf(match['method'], `${from}: match.method`);
  const feed = textOf(match['feed'], `${from}: match.feed`);
  if (feed !== null && (method !== null || match['path'] !== undefined)) {
    throw invalid(from, 'match names a feed or a request, not both');
  }
  const { probability = 1 } = rule;
  if (typeof probability !== 'number' || !(probability > 0 && probability <= 1)) {
    throw invalid(from, 'probability must be above 0 and at most 1');
  }
  const forMs = wholeOf(rule['for_ms'], { least: 1, name: 'for_ms', from });
  return {
    path: textOf(match['path'], `${from}: match.path`),
    method: method === null ? null : method.toUpperCase(),
    feed,
    times: wholeOf(rule['times'], { least: 1, name: 'times', from }),
    skip: wholeOf(rule['skip'], { least: 0, name: 'skip', from }) ?? 0,
    probability,
    afterMs: ms(wholeOf(rule['after_ms'], { least: 0, name: 'after_ms', from }) ?? 0),
    forMs: forMs === null ? null : ms(forMs),
    action: actionOf(rule['action'], feed === null ? WORDS : FEED_WORDS, `${from}: action`),
  };
}

/** A rule as it would be written, with what is left of it. */
export function writtenRule(rule: FaultRule): Readonly<Record<string, unknown>> {
  const { path, method, feed, times, skip, probability, afterMs, forMs, action } = rule;
  const match = Object.entries({ path, method, feed }).filter(([, value]) => value !== null);
  return {
    ...(match.length === 0 ? {} : { match: Object.fromEntries(match) }),
    ...(times === null ? {} : { times }),
    ...(skip === 0 ? {} : { skip }),
    ...(probability === 1 ? {} : { probability }),
    ...(afterMs === 0 ? {} : { after_ms: afterMs }),
    ...(forMs === null ? {} : { for_ms: forMs }),
    action: writtenAction(action),
  };
}

function writtenAction(action: FaultAction): unknown {
  if (action.kind === 'respond') return { status: action.status, body: action.body };
  if (action.kind === 'delay') return { delay_ms: action.delayMs, before: action.before };
  return action.kind;
}

function wholeOf(
  written: unknown,
  { least, name, from }: { least: number; name: string; from: string },
): number | null {
  if (written === undefined || written === null) return null;
  if (typeof written === 'number' && Number.isInteger(written) && written >= least) return written;
  throw invalid(from, `${name} must be a whole number${least === 0 ? '' : ' above 0'}`);
}

function actionOf(
  written: unknown,
  words: readonly (FaultWord | FeedFault)[],
  from: string,
): FaultAction {
  if (typeof written === 'string' || words === FEED_WORDS) {
    const kind = words.find((word) => word === written);
    if (kind !== undefined) return { kind };
    throw invalid(from, `${JSON.stringify(written)} is none of ${words.join(', ')}`);
  }
  const action = objectOf(written, from);
  const { status, body, delay_ms: delayMs, before = false } = action;
  if (status !== undefined) {
    refuseOthers(action, ['status', 'body'], from);
    if (typeof status !== 'number' || !Number.isInteger(status) || status < 200 || status > 599) {
      throw invalid(from, 'status must be an HTTP status, 200 to 599');
    }
    return {
      kind: 'respond',
      status,
      body: typeof body === 'string' ? body : JSON.stringify(body ?? {}),
    };
  }
  refuseOthers(action, ['delay_ms', 'before'], from);
  if (typeof delayMs !== 'number' || !Number.isInteger(delayMs) || delayMs < 0) {
    throw invalid(from, 'expected a word, {"status":…,"body":…} or {"delay_ms":…}');
  }
  return { kind: 'delay', delayMs: ms(delayMs), before: before === true };
}

/** A misspelt key would be a rule for more than was meant. */
function refuseOthers(
  record: Record<string, unknown>,
  known: readonly string[],
  from: string,
): void {
  const other = Object.keys(record).find((key) => !known.includes(key));
  if (other !== undefined)
    throw invalid(from, `${JSON.stringify(other)} is none of ${known.join(', ')}`);
}

function objectOf(written: unknown, from: string): Record<string, unknown> {
  if (typeof written === 'object' && written !== null && !Array.isArray(written)) {
    return written as Record<string, unknown>;
  }
  throw invalid(from, 'expected an object');
}

function textOf(written: unknown, from: string): string | null {
  if (written === undefined) return null;
  if (typeof written === 'string') return written;
  throw invalid(from, 'expected text');
}

function invalid(from: string, why: string): TradectlError {
  return new TradectlError('FILE_INVALID', `${from}: ${why}`);
}
