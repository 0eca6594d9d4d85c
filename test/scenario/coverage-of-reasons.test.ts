/**
 * Every word the bot can give as a reason is given somewhere: in the bundled recording, in the shared
 * real markets where they are present, or in a test that is named here. A new reason without either, or
 * a named test that is gone, turns this red.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseTime } from '../../src/domain/clock.ts';
import { EXIT_REASONS } from '../../src/domain/position.ts';
import { REJECTION_REASONS } from '../../src/domain/signal.ts';
import { runBot } from '../../src/engine/run.ts';
import { LOSS_REASONS } from '../../src/portfolio/auction.ts';
import { DENIAL_CODES } from '../../src/risk/gate.ts';

type Counts = Readonly<Record<string, number>>;

interface Said {
  readonly exits: ReadonlySet<string>;
  readonly rejections: ReadonlySet<string>;
  readonly denied: ReadonlySet<string>;
  readonly lost: ReadonlySet<string>;
}

/** What a recording does not show, and the test that does: file, and words of its title or row. */
const NAMED: Readonly<Record<string, readonly [file: string, words: string]>> = {
  stop_passed: ['scenario/engine-faults.test.ts', 'closed at market as stop_passed'],
  emergency: [
    'scenario/engine-faults.test.ts',
    'until the deadline: the position is closed at market',
  ],
  operator_close: ['scenario/engine-halts.test.ts', 'closes a position: reduce-only at market'],
  liquidation: ['scenario/engine-faults.test.ts', 'because the venue liquidated it'],
  EMA200_UNAVAILABLE: ['unit/strategy/market-strategy.test.ts', "'EMA200_UNAVAILABLE'"],
  REGIME_LEG_TOO_SMALL: ['unit/strategy/market-strategy.test.ts', "'REGIME_LEG_TOO_SMALL'"],
  HISTORY_REVISED: ['unit/strategy/market-strategy.test.ts', "'HISTORY_REVISED'"],
  NOT_NORMAL: ['unit/risk/gate.test.ts', "'NOT_NORMAL'"],
  SYMBOL_BLOCKED: ['unit/risk/gate.test.ts', "'SYMBOL_BLOCKED'"],
  ALREADY_HELD: ['unit/risk/gate.test.ts', "'ALREADY_HELD'"],
  ALREADY_TRADED: ['unit/risk/gate.test.ts', "'ALREADY_TRADED'"],
  IN_FLIGHT: ['unit/risk/gate.test.ts', "'IN_FLIGHT'"],
  ACCOUNT_UNKNOWN: ['unit/risk/gate.test.ts', "'ACCOUNT_UNKNOWN'"],
  PRICE_UNKNOWN: ['unit/risk/gate.test.ts', "'PRICE_UNKNOWN'"],
  STALE_PRICE: ['unit/risk/gate.test.ts', "'STALE_PRICE'"],
  PRICE_MOVED: ['unit/risk/gate.test.ts', "'PRICE_MOVED'"],
  STOP_NOT_PROTECTIVE: ['unit/risk/gate.test.ts', "'STOP_NOT_PROTECTIVE'"],
  BELOW_MIN_NOTIONAL: ['unit/risk/gate.test.ts', "'BELOW_MIN_NOTIONAL'"],
  BELOW_VENUE_MINIMUM: ['unit/risk/gate.test.ts', "'BELOW_VENUE_MINIMUM'"],
  LIQUIDATION_BEFORE_STOP: ['unit/risk/gate.test.ts', "'LIQUIDATION_BEFORE_STOP'"],
  MAX_POSITIONS: ['unit/risk/gate.test.ts', "'MAX_POSITIONS'"],
  MARGIN_BUDGET: ['unit/risk/gate.test.ts', "'MARGIN_BUDGET'"],
  in_flight: ['scenario/engine-resting.test.ts', "'in_flight'"],
  already_traded: ['unit/portfolio/auction.test.ts', "'already_traded'"],
  no_slot: ['scenario/engine-resting.test.ts', "'no_slot'"],
  margin_budget: ['unit/portfolio/auction.test.ts', "'margin_budget'"],
};

const MARKETS = fileURLToPath(new URL('../../../shared/markets', import.meta.url));
const SKIPPED = existsSync(MARKETS) ? '' : ' (skipped: ../shared/markets is absent)';

async function saidBy(feed: string | null, to: string | null): Promise<Said> {
  const home = mkdtempSync(join(tmpdir(), 'tradectl-reasons-'));
  try {
    const { summary } = await runBot(
      {
        home,
        configFile: null,
        feed,
        from: null,
        to: to === null ? null : parseTime(to),
        speed: 'max',
        cycles: null,
        once: false,
        env: {},
        overrides: {},
      },
      { progress: () => undefined, log: () => undefined, signal: new AbortController().signal },
    );
    const words = (key: string): Set<string> => new Set(Object.keys(summary[key] as Counts));
    return {
      exits: words('exits'),
      rejections: words('rejections'),
      denied: words('denied'),
      lost: words('lost'),
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

function missing(all: readonly string[], seen: ReadonlySet<string>): string[] {
  return all.filter((reason) => !seen.has(reason) && NAMED[reason] === undefined);
}

describe('every reason is given somewhere', () => {
  let bundled: Said;
  beforeAll(async () => {
    bundled = await saidBy(null, null);
  }, 120_000);

  test('exit reasons', () => expect(missing(EXIT_REASONS, bundled.exits)).toEqual([]));
  test('rejection reasons', () =>
    expect(missing(REJECTION_REASONS, bundled.rejections)).toEqual([]));
  test('denial codes', () => expect(missing(DENIAL_CODES, bundled.denied)).toEqual([]));
  test('reasons to lose the auction', () =>
    expect(missing(LOSS_REASONS, bundled.lost)).toEqual([]));

  test('the bundled recording shows each way out that a plan has', () => {
    const planned = [
      'break_even',
      'stop_loss',
      'target_1',
      'target_2',
      'target_3',
      'trailing_stop',
    ];
    expect([...bundled.exits].toSorted()).toEqual(planned);
  });

  test.each(Object.entries(NAMED))('%s is in the test that is named for it', (_, [file, words]) => {
    const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
    expect(readFileSync(path, 'utf8')).toContain(words);
  });

  test('nothing is named that is no reason', () => {
    const known = new Set<string>([
      ...EXIT_REASONS,
      ...REJECTION_REASONS,
      ...DENIAL_CODES,
      ...LOSS_REASONS,
    ]);
    expect(Object.keys(NAMED).filter((name) => !known.has(name))).toEqual([]);
  });
});

describe.skipIf(SKIPPED !== '')(`real markets, two months${SKIPPED}`, () => {
  test('say only words that are known, and most of them', { timeout: 300_000 }, async () => {
    const said = await saidBy(MARKETS, '2022-11-01');
    const known = (all: readonly string[], some: ReadonlySet<string>): string[] =>
      [...some].filter((reason) => !all.includes(reason));
    expect(known(REJECTION_REASONS, said.rejections)).toEqual([]);
    expect(known(EXIT_REASONS, said.exits)).toEqual([]);
    expect(known([...DENIAL_CODES, 'JOURNAL_UNWRITABLE'], said.denied)).toEqual([]);
    expect(known(LOSS_REASONS, said.lost)).toEqual([]);
    expect(said.rejections.size).toBeGreaterThanOrEqual(10);
    expect([...said.exits]).toEqual(expect.arrayContaining(['stop_loss', 'target_1']));
  });
});
