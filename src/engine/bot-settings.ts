/** What the rooms below take of the configuration: protection, and which markets are traded. */
import type { Config } from '../config/config.ts';
import type { Decimal } from '../domain/decimal.ts';
import { TradectlError } from '../domain/errors.ts';
import { isUnknownAlias, resolveSymbol, type AliasTable, type Symbol } from '../domain/symbol.ts';
import type { MarketRules } from '../market/market-registry.ts';
import type { ProtectionSettings } from '../protection/settings.ts';

/** What an operator may choose of protection, and the fee that break-even pays twice. */
export function protectionSettings(config: Config, aliases: AliasTable): ProtectionSettings {
  const { limits, protection, reconcile } = config;
  return {
    stopDistance: reconcile.stopDistance,
    unmanagedSymbols: new Set(reconcile.unmanagedSymbols.map((name) => unmanaged(name, aliases))),
    protectionDeadlineMs: limits.protectionDeadlineMs,
    trailStepAtr: protection.trailStepAtr,
    takerFee: takerFeeOf(config),
  };
}

/** What a market execution costs where the orders go. */
export function takerFeeOf({ mode, live, paper }: Config): Decimal {
  return mode === 'live' ? live.takerFee : paper.takerFee;
}

/** A typo here would put a stop on a position that its owner wanted left alone. */
function unmanaged(written: string, aliases: AliasTable): Symbol {
  const resolved = resolveSymbol(written, aliases);
  if (!isUnknownAlias(resolved)) return resolved;
  const near = resolved.near.length === 0 ? '' : `; did you mean ${resolved.near.join(', ')}?`;
  throw new TradectlError(
    'CONFIG_INVALID',
    `reconcile.unmanaged_symbols: no market is called ${JSON.stringify(written)}${near}`,
    { hint: 'tradectl config check' },
  );
}

/** A spread wider than the widest tier allows is not traded at all; a recording has no spreads. */
export function marketRules({ markets }: Config): MarketRules {
  return { ...markets, maxSpread: markets.tierCMaxSpread };
}
