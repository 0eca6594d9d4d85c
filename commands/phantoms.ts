/**
 * `tradectl phantoms list|import`: positions at the venue that the registry does not know. Importing takes them as
 * they are and gives them a stop; it never closes anything, which is what the operator's `close` is for.
 */
import type { DecimalText } from '../src/domain/decimal.ts';
import { TradectlError } from '../src/domain/errors.ts';
import type { PlanDocument } from '../src/engine/operations/plan-document.ts';
import { applyPlan, notesText, showPlan, type ApplyFlags } from './apply-plan.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { engineDesk, planRequest, type PlanDesk } from './plan-desk.ts';
import { countActions, findingsExit } from './plan-exit.ts';
import { resolveSymbols } from './resolve-symbols.ts';

export interface ImportFlags extends ApplyFlags {
  /** A price; needs exactly one market. */
  readonly stop?: DecimalText | undefined;
  /** A share of the mark: `0.03`. */
  readonly stopDistance?: DecimalText;
  readonly withoutStop?: boolean | undefined;
  readonly reason?: string;
  readonly dryRun?: boolean;
}

/** The key of `stops` for every import that no symbol names: a share of the mark, not a price. */
const EVERY_IMPORT = '*';

export async function listPhantoms(context: Context, desk: PlanDesk = engineDesk): Promise<number> {
  const document = await desk.plan(context.home, planRequest('phantoms'));
  const isEmpty = countActions(document) === 0;
  return show(context, document, {
    notes: isEmpty ? [] : ['Nothing was changed. To import them:'],
    commands: isEmpty ? [] : ['tradectl phantoms import'],
  });
}

export async function importPhantoms(
  context: Context,
  written: readonly string[],
  { flags, desk = engineDesk }: { flags: ImportFlags; desk?: PlanDesk },
): Promise<number> {
  refuseTogether(written, flags);
  const symbols = resolveSymbols(context.home, written);
  const request = planRequest('phantoms', {
    symbols,
    reason: flags.reason ?? null,
    stops: stopsOf(symbols, flags),
    no_stop_reason: flags.withoutStop === true ? (flags.reason ?? null) : null,
  });
  const document = await desk.plan(context.home, request);
  const notes = countActions(document) === 0 ? [] : importNotes(document);
  if (flags.dryRun === true) return show(context, document, { notes });
  return applyPlan(context, {
    document,
    flags,
    desk,
    notes,
    exitWithoutActions: findingsExit(document),
    next: 'tradectl positions',
  });
}

async function show(
  context: Context,
  document: PlanDocument,
  below: { notes: readonly string[]; commands?: readonly string[] },
): Promise<number> {
  if (context.json) context.out(jsonLine(document));
  else {
    await showPlan(context, { document });
    context.out(notesText(context, below.notes, below.commands));
  }
  return findingsExit(document);
}

function stopsOf(
  symbols: readonly string[],
  { stop, stopDistance }: ImportFlags,
): Readonly<Record<string, DecimalText>> {
  if (stopDistance !== undefined) return { [EVERY_IMPORT]: stopDistance };
  const [symbol] = symbols;
  return stop === undefined || symbol === undefined ? {} : { [symbol]: stop };
}

/** What will be sent, and what will not. */
function importNotes({ protection, request }: PlanDocument): string[] {
  const sent = protection.actions.map(
    ({ action, symbol, summary }) => `${action} ${symbol ?? ''} ${summary}`,
  );
  return [
    'Nothing is closed by an import.',
    sent.length === 0 ? 'No order will be sent.' : `Will be sent: ${sent.join('; ')}.`,
    ...(request.no_stop_reason === null
      ? []
      : [
          `No stop is placed (${request.no_stop_reason}); this leaves the alarm of an unprotected position on.`,
        ]),
  ];
}

function refuseTogether(written: readonly string[], flags: ImportFlags): void {
  const { stop, stopDistance, withoutStop, reason } = flags;
  const stops = [stop, stopDistance, withoutStop].filter((each) => each !== undefined);
  if (stops.length > 1) {
    throw usage('--stop, --stop-distance and --no-stop exclude each other');
  }
  if (stop !== undefined && written.length !== 1) {
    throw usage('--stop is a price of one market: name exactly one symbol');
  }
  if (withoutStop === true && reason === undefined) {
    throw usage('--no-stop leaves a position unprotected: it needs --reason TEXT');
  }
}

function usage(message: string): TradectlError {
  return new TradectlError('USAGE', message, { hint: 'tradectl phantoms import --help' });
}
