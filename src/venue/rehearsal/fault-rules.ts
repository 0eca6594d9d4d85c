/**
 * Fault rules: what is to go wrong, for which requests and how often. Written as JSON, in a file or to the
 * control API: `[{"match":{"path":"sendorder"},"times":1,"action":"hang"}]`. A rule without `match` is
 * for every request, one without `times` holds until it is cleared. The first rule that fits acts alone.
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

export type FaultWord = (typeof WORDS)[number];

export type FaultAction =
  | { readonly kind: FaultWord }
  | { readonly kind: 'respond'; readonly status: number; readonly body: string }
  /** `before` true: executed late; false: executed at once and answered late. */
  | { readonly kind: 'delay'; readonly delayMs: Ms; readonly before: boolean };

export interface FaultRule {
  /** End of the path, `sendorder` or all of it; null: any. */
  readonly path: string | null;
  /** Upper case; null: any. */
  readonly method: string | null;
  /** Null: until it is cleared. */
  readonly times: number | null;
  readonly action: FaultAction;
}

/** Throws FILE_INVALID with the place of the first rule that is none; `from` names the source. */
export function parseFaultRules(written: unknown, from: string): FaultRule[] {
  if (!Array.isArray(written)) throw invalid(from, 'expected a list of rules');
  return written.map((rule: unknown, index) => ruleOf(rule, `${from}: rule ${index + 1}`));
}

function ruleOf(written: unknown, from: string): FaultRule {
  const rule = objectOf(written, from);
  refuseOthers(rule, ['match', 'times', 'action'], from);
  const match = rule['match'] === undefined ? {} : objectOf(rule['match'], `${from}: match`);
  refuseOthers(match, ['path', 'method'], `${from}: match`);
  const { times = null } = rule;
  if (times !== null && !(typeof times === 'number' && Number.isInteger(times) && times > 0)) {
    throw invalid(from, 'times must be a whole number above 0');
  }
  const method = textOf(match['method'], `${from}: match.method`);
  return {
    path: textOf(match['path'], `${from}: match.path`),
    method: method === null ? null : method.toUpperCase(),
    times,
    action: actionOf(rule['action'], `${from}: action`),
  };
}

function actionOf(written: unknown, from: string): FaultAction {
  if (typeof written === 'string') {
    const kind = WORDS.find((word) => word === written);
    if (kind !== undefined) return { kind };
    throw invalid(from, `${JSON.stringify(written)} is none of ${WORDS.join(', ')}`);
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
