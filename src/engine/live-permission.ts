/**
 * Live trading is typed. The configuration says it, the operator names the account, and the key may not
 * do more than trade. A rehearsal costs nothing and asks for nothing.
 */
import { inspectConfig } from '../config/inspect.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { ConfigSource } from '../config/source.ts';
import { TradectlError } from '../domain/errors.ts';
import type { KeyRights } from '../venue/ccxt/live-venue.ts';
import type { RunOptions } from './run-options.ts';

/** Throws NOT_CONFIRMED when `mode = "live"` is only a flag, or the account was not named. */
export function allowLive(
  { config, origins }: LoadedConfig,
  sources: Omit<ConfigSource, 'overrides'>,
  { rehearse = null, confirm = null, overrides }: RunOptions,
): void {
  if (config.mode !== 'live' || rehearse !== null) return;
  const { mode: flag, ...others } = overrides;
  const written = inspectConfig({ ...sources, overrides: others }).values.get('mode');
  if (flag !== undefined && written !== 'live') {
    throw new TradectlError('NOT_CONFIRMED', 'live mode is not set in the configuration', {
      hint: 'write mode = "live" into tradectl.toml: a flag alone does not send orders that cost money',
    });
  }
  if (origins.get('account') === undefined || origins.get('account') === 'default') {
    throw new TradectlError('NOT_CONFIRMED', 'the account has no name yet', {
      hint: 'write account = "main" into tradectl.toml: what you call it is what you type',
    });
  }
  if (confirm === config.account) return;
  const named = confirm === null ? 'the account was not named' : `the account is not ${confirm}`;
  throw new TradectlError('NOT_CONFIRMED', `live trading on ${config.venue}: ${named}`, {
    hint: `add --confirm ${config.account}, the name of the account in the configuration`,
  });
}

/** What to warn of; throws DENIED for a key or an account that must not be traded with. */
export function judgeKey(rights: KeyRights): readonly string[] {
  const { canWithdraw, canTransfer, canTrade, ipAllowList, refusal, fingerprint } = rights;
  const refuse = (message: string, hint: string): never => {
    throw new TradectlError('DENIED', message, { hint });
  };
  if (canWithdraw === true || canTransfer === true) {
    const what = canWithdraw === true ? 'withdraw' : 'transfer';
    refuse(
      `the key ${fingerprint} may ${what} funds`,
      'make a key that may only trade: whoever reads this host could empty the account',
    );
  }
  if (refusal !== null) refuse(refusal, 'change the account at the venue, then start again');
  if (canTrade === false) refuse(`the key ${fingerprint} may not trade`, 'give it that right');
  const warnings: string[] = [];
  if (ipAllowList === false) {
    warnings.push(`the key ${fingerprint} works from any address: list this host's at the venue`);
  }
  if (canWithdraw === null) {
    warnings.push(`the venue does not tell whether the key ${fingerprint} may withdraw: check it`);
  }
  return warnings;
}
