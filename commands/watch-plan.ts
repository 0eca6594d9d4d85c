/**
 * `reconcile --watch`: looks again and again until Ctrl-C and prints a block when the plan is another one. A venue
 * that cannot be reached does not end it: that is when somebody watches.
 */
import { canonicalJson } from '../src/domain/canonical-json.ts';
import { isoTime, type Ms } from '../src/domain/clock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import type { PlanDocument } from '../src/engine/operations/plan-document.ts';
import { showPlan } from './apply-plan.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { safeText } from './output/safe-text.ts';
import { findingsExit } from './plan-exit.ts';
import { stopOnSignals } from './stop-on-signals.ts';

type Look = () => Promise<PlanDocument>;

export interface WatchOptions {
  readonly interval: Ms;
  readonly all: boolean;
}

/** Until Ctrl-C; returns the exit code of the last look. */
export async function watchPlan(
  context: Context,
  look: Look,
  options: WatchOptions,
): Promise<number> {
  const stop = stopOnSignals({ withReader: true });
  try {
    return await watchUntil(context, look, { ...options, signal: stop.signal });
  } finally {
    stop.release();
  }
}

/** As {@link watchPlan}, until the signal. */
export async function watchUntil(
  context: Context,
  look: Look,
  options: WatchOptions & { readonly signal: AbortSignal },
): Promise<number> {
  let shown = '';
  for (;;) {
    const seen = await lookOnce(look);
    const key = keyOf(seen);
    const exit = seen instanceof TradectlError ? seen.exitCode : findingsExit(seen);
    if (key !== shown) await print(context, seen, options.all);
    shown = key;
    if (options.signal.aborted) return exit;
    await context.clock.sleep(options.interval, options.signal);
    if (options.signal.aborted) return exit;
  }
}

/** The venue may be away for a while; any other failure ends the watch. */
async function lookOnce(look: Look): Promise<PlanDocument | TradectlError> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof TradectlError && error.code.startsWith('VENUE_')) return error;
    throw error;
  }
}

/** What makes it another plan. Not the head of the journal and no evidence: they change with every cycle. */
function keyOf(seen: PlanDocument | TradectlError): string {
  if (seen instanceof TradectlError) return `${seen.code} ${seen.message}`;
  const { findings, unknown, repair, protection } = seen;
  return canonicalJson({
    findings: findings.map(({ symbol, finding, registry, venue, protection: cover }) => [
      symbol,
      finding,
      registry,
      venue,
      cover?.state ?? null,
    ]),
    unknown,
    actions: [...repair.actions, ...protection.actions].map((each) => each.action_id),
  });
}

async function print(
  context: Context,
  seen: PlanDocument | TradectlError,
  all: boolean,
): Promise<void> {
  const time = isoTime(context.clock.now());
  if (seen instanceof TradectlError) {
    context.err(`${time}  ${seen.code}: ${safeText(seen.message)}\n`);
  } else if (context.json) context.out(jsonLine(seen));
  else {
    context.out(`== ${time}\n`);
    await showPlan(context, { document: seen, all });
    context.out('\n');
  }
}
