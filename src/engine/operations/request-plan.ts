/**
 * Plans as an operator asks for them, with or without a running bot. Whoever holds the lock looks and applies;
 * of two operators who apply at once the second is refused and told who the first is.
 */
import { canonicalJson } from '../../domain/canonical-json.ts';
import { MINUTE, ms } from '../../domain/clock.ts';
import { TradectlError } from '../../domain/errors.ts';
import type { ApplyDocument } from './apply-document.ts';
import type { LedgerFile, LedgerImport } from './import-ledger.ts';
import type { Operator } from './operator.ts';
import type { PlanDocument, PlanRequest } from './plan-document.ts';
import { askRunningBot } from './request.ts';

/** A second look takes five seconds, and a venue may be slow. */
const PLAN_TIMEOUT = MINUTE;
const APPLY_TIMEOUT = ms(3 * MINUTE);

/** Nothing is changed. Throws STORE_MISSING, LOCK_HELD, NOT_FOUND, VALUE_INVALID or VENUE_UNKNOWN. */
export async function requestPlan(home: string, request: PlanRequest): Promise<PlanDocument> {
  const answered = await askRunningBot(home, 'plan', {
    arguments: { request: canonicalJson(request) },
    by: NOBODY,
    timeoutMs: PLAN_TIMEOUT,
  });
  if (answered !== null) return answered as PlanDocument;
  const { withObserver } = await import('../own-bot.ts');
  const { planByBot } = await import('./plan-reconcile.ts');
  return withObserver(home, async (bot) => (await planByBot(bot, request)).document, request.kind);
}

/** Looking is nobody's act. */
const NOBODY: Operator = { uid: null, terminal: null, user: null };

/** Throws PLAN_APPLIED, PLAN_STALE or LOCK_HELD; what became of each action is the result. */
export async function requestApply(
  home: string,
  facts: { readonly document: PlanDocument; readonly by: Operator },
): Promise<ApplyDocument> {
  const answered = await askRunningBot(home, 'apply', {
    arguments: { document: canonicalJson(facts.document) },
    by: facts.by,
    timeoutMs: APPLY_TIMEOUT,
    alone: true,
  });
  if (answered !== null) return answered as ApplyDocument;
  const { withApplier } = await import('../own-bot.ts');
  const { applyByBot } = await import('./apply-plan.ts');
  const purpose = `${facts.document.request.kind} --apply`;
  return withApplier(home, (bot) => applyByBot(bot, facts), purpose);
}

/** Rows of a legacy ledger into the registry or beside it; see `reconcile/stage-ledger.ts`. */
export async function requestLedgerImport(
  home: string,
  ledger: LedgerFile & { readonly by: Operator },
): Promise<LedgerImport> {
  await refuseBesideBot(home);
  const { withApplier } = await import('../own-bot.ts');
  const { importLedger } = await import('./import-ledger.ts');
  return withApplier(home, async (bot) => importLedger(bot, ledger), 'quarantine import');
}

/** What {@link requestLedgerImport} would do; nothing is written. */
export async function requestLedgerPreview(
  home: string,
  ledger: LedgerFile,
): Promise<LedgerImport> {
  await refuseBesideBot(home);
  const { withObserver } = await import('../own-bot.ts');
  const { previewLedger } = await import('./import-ledger.ts');
  return withObserver(home, async (bot) => previewLedger(bot, ledger), 'quarantine import');
}

async function refuseBesideBot(home: string): Promise<void> {
  const { lockState, runningBot } = await import('../../core/lock.ts');
  const { homePaths } = await import('../../core/home.ts');
  const bot = runningBot(lockState(homePaths(home)));
  if (bot === 'none') return;
  throw new TradectlError(
    'LOCK_HELD',
    'a bot runs in this home; a ledger is imported while none does',
    {
      hint:
        bot === 'starting'
          ? 'it has just started; stop it in order first'
          : `stop it in order first: kill -TERM ${bot.pid}`,
    },
  );
}
