import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, text } from '../../../src/domain/decimal.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';
import { isUnknownAlias, symbol, type Symbol } from '../../../src/domain/symbol.ts';
import type {
  MarketFigures,
  MarketRules,
  TierChange,
} from '../../../src/market/market-registry.ts';
import { createMarketRegistry } from '../../../src/market/market-registry.ts';
import { instrument } from '../../support/protection-world.ts';

const RULES: MarketRules = {
  maxMarkets: 100,
  pinned: ['BTC', 'ETH', 'SOL', 'DOGE', 'BNB'],
  tierAVolume: decimal('50000000'),
  tierBVolume: decimal('5000000'),
  tierCVolume: decimal('500000'),
  tierCRiskFactor: decimal('0.5'),
  maxSpread: decimal('0.002'),
};

const MARKETS: readonly [written: string, venueId: string][] = [
  ['BTC/USD:USD', 'PF_XBTUSD'],
  ['BTC/USD:BTC', 'PI_XBTUSD'],
  ['BTC/USD:USD-240329', 'FF_XBTUSD_240329'],
  ['TON/USD:USD', 'PF_TONUSD'],
  ['ADA/USD:USD', 'PF_ADAUSD'],
  ['DOT/USD:USD', 'PF_DOTUSD'],
  ['AAPLX/USD:USD', 'PF_AAPLxUSD'],
];

function registry(rules: Partial<MarketRules> = {}, markets = MARKETS) {
  const instruments = new Map<Symbol, Instrument>(
    markets.map(([written, venueId]) => {
      const own = symbol(written);
      return [own, { ...instrument({}, own), venueId }];
    }),
  );
  return createMarketRegistry({ instruments, rules: { ...RULES, ...rules } });
}

function row(base: string, volume: string | null, spread: string | null = null): MarketFigures {
  return {
    symbol: symbol(`${base}/USD:USD`),
    quoteVolume24h: volume === null ? null : decimal(volume),
    spread: spread === null ? null : decimal(spread),
  };
}

const said = (changes: readonly TierChange[]): string =>
  changes
    .filter(({ symbol: s }) => s.endsWith(':USD'))
    .map(
      (c) => `${c.symbol.split('/')[0]} ${c.tier}${c.firstPinned ? ` pinned, ${c.wouldBe}` : ''}`,
    )
    .join('; ');

const TON: [string, string][] = [['TON/USD:USD', 'PF_TONUSD']];

describe('tiers', () => {
  it.each<[string, MarketFigures, string]>([
    ['50 M', row('TON', '50000000'), 'A 1'],
    ['just below 50 M', row('TON', '49999999.99'), 'B 1'],
    ['5 M', row('TON', '5000000'), 'B 1'],
    ['just below 5 M: half risk', row('TON', '4999999.99'), 'C 0.5'],
    ['0.5 M', row('TON', '500000'), 'C 0.5'],
    ['just below 0.5 M: not traded', row('TON', '499999.99'), 'none 0'],
    ['unknown volume: not traded', row('TON', null), 'none 0'],
    ['a spread at the limit', row('TON', '50000000', '0.002'), 'A 1'],
    ['too wide a spread', row('TON', '50000000', '0.0021'), 'none 0'],
  ])('%s', (_what, figures, is) => {
    const markets = registry({}, TON);
    markets.review([figures]);
    const { tier, riskFactor, tradeable } = markets.verdictOf(symbol('TON/USD:USD'));
    expect(`${tier} ${text(riskFactor)}`).toBe(is);
    expect(tradeable).toBe(tier !== 'none');
  });

  it('no rule on spreads: none is too wide', () => {
    const markets = registry({ maxSpread: null }, TON);
    expect(said(markets.review([row('TON', '50000000', '0.5')]))).toBe('TON A');
  });

  it('before the first review, without a row, or unknown: not traded', () => {
    const markets = registry();
    expect(markets.verdictOf(symbol('TON/USD:USD')).tradeable).toBe(false);
    markets.review([row('ADA', '9000000')]);
    expect(markets.verdictOf(symbol('TON/USD:USD')).tradeable).toBe(false);
    expect(markets.verdictOf(symbol('NEW/USD:USD')).tradeable).toBe(false);
  });

  it('says only what changed; a volume within its tier is no change, but is known', () => {
    const markets = registry({}, TON);
    expect(said(markets.review([row('TON', '6000000')]))).toBe('TON B');
    expect(markets.review([row('TON', '7000000')])).toEqual([]);
    expect(markets.verdictOf(symbol('TON/USD:USD')).quoteVolume24h?.toFixed()).toBe('7000000');
    expect(said(markets.review([row('TON', '600000')]))).toBe('TON C');
    expect(said(markets.review([]))).toBe('TON none');
    expect(said(markets.review([row('TON', '6000000')]))).toBe('TON B');
  });
});

describe('pinned', () => {
  it('bypasses every filter, and says so once', () => {
    const markets = registry({ maxMarkets: 1 });
    const low = [row('BTC', '1000', '0.9')];
    expect(said(markets.review(low))).toBe(
      'BTC A pinned, none; TON none; ADA none; DOT none; AAPLX none',
    );
    expect(markets.review(low)).toEqual([]);
    expect(markets.review([row('BTC', '90000000')])).toEqual([]);
    expect(markets.verdictOf(symbol('BTC/USD:USD'))).toMatchObject({ tier: 'A', tradeable: true });
  });

  it('is tradeable before any review, and with an unknown volume', () => {
    const markets = registry();
    expect(markets.verdictOf(symbol('BTC/USD:USD')).tradeable).toBe(true);
    markets.review([row('BTC', null)]);
    expect(markets.verdictOf(symbol('BTC/USD:USD')).tradeable).toBe(true);
  });

  it('a restart does not say it again, nor any tier that stands', () => {
    const rows = [row('BTC', '90000000'), row('TON', '6000000')];
    const before = registry().review(rows);
    const after = registry();
    after.restore(before);
    expect(after.verdictOf(symbol('TON/USD:USD')).tier).toBe('B');
    expect(after.review(rows)).toEqual([]);
  });

  it('may be written XBT; a dated contract is judged by its own volume', () => {
    const markets = registry({ pinned: ['xbt'] });
    expect(markets.verdictOf(symbol('BTC/USD:USD')).tradeable).toBe(true);
    expect(markets.verdictOf(symbol('BTC/USD:USD-240329')).tradeable).toBe(false);
  });
});

describe('maxMarkets', () => {
  const rows = [row('TON', '6000000'), row('ADA', '7000000'), row('DOT', '6000000')];

  it.each<[string, number, string, string[]]>([
    ['the largest', 1, 'none', ['ADA']],
    ['equal volumes go by symbol', 2, 'none', ['ADA', 'DOT']],
    ['pinned ones take their places first', 2, 'TON', ['TON', 'ADA']],
    ['and stay when there is no place', 0, 'TON', ['TON']],
  ])('%s', (_what, maxMarkets, pinned, traded) => {
    const markets = registry({ maxMarkets, pinned: [pinned] });
    markets.review(rows);
    const verdict = (base: string) => markets.verdictOf(symbol(`${base}/USD:USD`));
    expect(['TON', 'ADA', 'DOT'].filter((base) => verdict(base).tradeable)).toEqual(traded);
  });

  it('a market that falls out says so, the one that takes its place too', () => {
    const markets = registry({ maxMarkets: 1, pinned: [] });
    markets.review(rows);
    expect(said(markets.review([row('TON', '8000000'), row('ADA', '7000000')]))).toBe(
      'TON B; ADA none',
    );
  });

  it('never more than the limit, never a smaller one before a larger', () => {
    const volumes = fc.array(fc.integer({ min: 0, max: 90_000_000 }), {
      minLength: 4,
      maxLength: 4,
    });
    fc.assert(
      fc.property(volumes, fc.integer({ min: 1, max: 4 }), (drawn, maxMarkets) => {
        const markets = registry({ maxMarkets, pinned: [] });
        const bases = ['TON', 'ADA', 'DOT', 'AAPLX'];
        const all = bases.map((base, i) => ({ base, volume: drawn[i] ?? 0 }));
        markets.review(all.map(({ base, volume }) => row(base, String(volume))));
        const isTraded = ({ base }: { base: string }) =>
          markets.verdictOf(symbol(`${base}/USD:USD`)).tradeable;
        const traded = all.filter(isTraded);
        const rest = all.filter((market) => !isTraded(market) && market.volume >= 500_000);
        const smallest = Math.min(...traded.map(({ volume }) => volume));
        expect(traded.length).toBeLessThanOrEqual(maxMarkets);
        expect(rest.every(({ volume }) => volume <= smallest)).toBe(true);
        expect(rest.length === 0 || traded.length === maxMarkets).toBe(true);
      }),
    );
  });
});

describe('aliases', () => {
  it.each([
    ['TON/USD:USD', 'TON/USD:USD'],
    ['ton/usd:usd', 'TON/USD:USD'],
    ['TON/USD', 'TON/USD:USD'],
    ['TON-USD', 'TON/USD:USD'],
    ['TONUSD', 'TON/USD:USD'],
    [' ton ', 'TON/USD:USD'],
    ['PF_TONUSD', 'TON/USD:USD'],
    ['pf_tonusd', 'TON/USD:USD'],
    ['PF_XBTUSD', 'BTC/USD:USD'],
    ['PI_XBTUSD', 'BTC/USD:BTC'],
    ['XBT/USD:USD', 'BTC/USD:USD'],
    ['XBT/USD:BTC', 'BTC/USD:BTC'],
    ['PF_AAPLxUSD', 'AAPLX/USD:USD'],
    ['PF_AAPLXUSD', 'AAPLX/USD:USD'],
    ['AAPLx', 'AAPLX/USD:USD'],
    ['FF_XBTUSD_240329', 'BTC/USD:USD-240329'],
    ['BTC/USD:USD-240329', 'BTC/USD:USD-240329'],
  ])('%s is %s', (alias, is) => {
    expect(registry().resolve(alias)).toBe(is);
  });

  it.each(['BTC', 'XBT', 'BTC/USD', 'XBTUSD'])(
    '%s means two instruments here: nothing is guessed',
    (alias) => {
      expect(isUnknownAlias(registry().resolve(alias))).toBe(true);
    },
  );

  it.each(['BTC', 'XBT', 'BTCUSD', 'XBT-USD', 'PF_BTCUSD'])(
    '%s is the perpetual, never the dated contract',
    (alias) => {
      const markets = MARKETS.filter(([written]) => written !== 'BTC/USD:BTC');
      expect(registry({}, markets).resolve(alias)).toBe('BTC/USD:USD');
    },
  );

  it.each<[string, string[]]>([
    ['PI_TONUSD', ['TON/USD:USD']],
    ['PF_TONUSDT', ['TON/USD:USD']],
    ['AAPL', ['AAPLX/USD:USD']],
    ['QQQ', []],
  ])('%s is unknown, and says what is near', (alias, near) => {
    expect(registry().resolve(alias)).toEqual({ unknown: alias, near });
  });
});
