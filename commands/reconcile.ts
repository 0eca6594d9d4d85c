/**
 * `tradectl reconcile`: what registry and venue disagree on, and with `--apply` the repair of it. Without
 * `--apply` nothing is changed and nothing is sent, here or by a running bot.
 */
import { readPlanFile, writePlanFile } from '../src/engine/operations/plan-file.ts';
import type { PlanDocument } from '../src/engine/operations/plan-document.ts';
import { ms, type Ms } from '../src/domain/clock.ts';
import { TradectlError } from '../src/domain/errors.ts';
import { applyPlan, notesText, showPlan, type ApplyFlags } from './apply-plan.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { engineDesk, planRequest, type PlanDesk } from './plan-desk.ts';
import { countActions, findingsExit } from './plan-exit.ts';
import { resolveSymbols } from './resolve-symbols.ts';

export interface ReconcileFlags extends ApplyFlags {
  readonly dryRun?: boolean;
  /** A file, or true for a plan made now. */
  readonly apply?: string | true;
  readonly symbol?: readonly string[];
  readonly all?: boolean;
  readonly out?: string;
  readonly watch?: boolean;
  readonly interval?: Ms;
}

const LOOK_EVERY = ms(5_000);

export async function reconcile(
  context: Context,
  flags: ReconcileFlags,
  desk: PlanDesk = engineDesk,
): Promise<number> {
  refuseTogether(flags);
  const file = typeof flags.apply === 'string' ? flags.apply : null;
  if (file !== null) return applyIt(context, { document: readPlanFile(file), flags, desk });
  const request = planRequest('reconcile', {
    symbols: resolveSymbols(context.home, flags.symbol ?? []),
  });
  if (flags.watch === true) {
    const { watchPlan } = await import('./watch-plan.ts');
    const look = (): Promise<PlanDocument> => desk.plan(context.home, request);
    return watchPlan(context, look, {
      interval: flags.interval ?? LOOK_EVERY,
      all: flags.all === true,
    });
  }
  const document = await desk.plan(context.home, request);
  if (flags.out !== undefined) writePlanFile(flags.out, document);
  if (flags.apply === true) return applyIt(context, { document, flags, desk });
  if (context.json) context.out(jsonLine(document));
  else {
    await showPlan(context, { document, all: flags.all === true });
    const { notes, commands } = nextStep(document, flags);
    context.out(notesText(context, notes, commands));
  }
  return findingsExit(document);
}

function applyIt(
  context: Context,
  { document, flags, desk }: { document: PlanDocument; flags: ReconcileFlags; desk: PlanDesk },
): Promise<number> {
  return applyPlan(context, {
    document,
    flags,
    desk,
    all: flags.all === true,
    exitWithoutActions: findingsExit(document),
    next: 'tradectl reconcile',
  });
}

function nextStep(
  document: PlanDocument,
  flags: ReconcileFlags,
): { notes: readonly string[]; commands: readonly string[] } {
  if (countActions(document) === 0) {
    const isClean = findingsExit(document) === 0;
    return { notes: isClean ? [] : ['No action of a plan mends this.'], commands: [] };
  }
  const saved = flags.out === undefined ? '' : ` ${flags.out}`;
  const scope = flags.out === undefined ? document.request.symbols : [];
  const symbols = scope.map((each) => ` --symbol ${each}`).join('');
  const command = `tradectl reconcile --apply${saved}${symbols}`;
  return { notes: ['Nothing was changed. To apply it:'], commands: [command] };
}

/** Two flags that cannot both be meant, with why. */
function refuseTogether(flags: ReconcileFlags): void {
  const isApplying = flags.apply !== undefined;
  const isFile = typeof flags.apply === 'string';
  const given = (value: unknown): boolean => value !== undefined && value !== false;
  const clashes: readonly (readonly [boolean, string])[] = [
    [isApplying && given(flags.dryRun), '--apply and --dry-run exclude each other'],
    [isApplying && given(flags.watch), '--watch only looks: it excludes --apply'],
    [given(flags.out) && given(flags.watch), '--watch makes many plans: it excludes --out'],
    [isFile && given(flags.out), 'a plan from a file is saved already: leave out --out'],
    [isFile && given(flags.symbol), 'a saved plan names its markets: leave out --symbol'],
  ];
  const clash = clashes.find(([isClash]) => isClash);
  if (clash === undefined) return;
  throw new TradectlError('USAGE', clash[1], { hint: 'tradectl reconcile --help' });
}
