/**
 * Every setting of the bot, in the order of the example file: the tables of the rooms that own them,
 * and the few that only this room knows. The schema, the example, `config show` and the names of the
 * environment variables are all made from this list.
 */
import { durationText, settingKey, type Setting, type SettingRule } from '../domain/setting.ts';
import { ENTRY, LIMITS } from '../risk/limits.ts';
import { STRATEGY } from '../strategy/settings.ts';
import { DEFAULT_PAPER, type PaperSettings } from '../venue/paper/settings.ts';
import { MODES, VENUE_NAMES, type Config } from './config.ts';

type Table<T> = { readonly [P in keyof T]: Setting };

const TOP: Table<Pick<Config, 'account' | 'venue' | 'mode' | 'feed'>> = {
  account: {
    kind: 'text',
    default: 'paper',
    unit: 'name',
    doc: 'Your name for the trading account.',
  },
  venue: {
    kind: 'choice',
    default: 'paper',
    unit: 'venue',
    options: VENUE_NAMES,
    doc: 'Where orders go. paper is the simulated venue.',
  },
  mode: {
    kind: 'choice',
    default: 'paper',
    unit: 'mode',
    options: MODES,
    doc: 'live sends orders that cost money, and needs a live venue.',
  },
  feed: {
    kind: 'text',
    default: '',
    unit: 'folder',
    doc: 'Folder of a recorded market. Empty: the recording that comes with tradectl.',
  },
};

const VOLUME = { kind: 'decimal', unit: 'quote units in 24 hours', bounds: '[0, )' } as const;
const FACTOR = { kind: 'decimal', unit: 'times risk_per_trade', bounds: '(0, 1]' } as const;
const SPREAD = {
  kind: 'decimal',
  unit: 'share of price',
  bounds: '(0, 1)',
  doc: 'Widest spread of a market in this tier; asked only where the feed knows a spread.',
} as const;
const RISK_DOC = 'Risk of a trade in a market of this tier.';

const MARKETS: Table<Config['markets']> = {
  maxMarkets: {
    kind: 'integer',
    default: 300,
    unit: 'markets',
    bounds: '[1, 2000]',
    doc: 'At most this many markets are traded: the ones with the highest volume.',
  },
  pinned: {
    kind: 'words',
    default: ['BTC', 'ETH', 'SOL', 'DOGE', 'BNB'],
    unit: 'bases',
    doc: 'Markets of these bases are tier A whatever their volume and spread.',
  },
  tierAVolume: { ...VOLUME, default: 50_000_000, doc: 'Least volume of a tier A market.' },
  tierBVolume: { ...VOLUME, default: 5_000_000, doc: 'Least volume of a tier B market.' },
  tierCVolume: { ...VOLUME, default: 500_000, doc: 'A market with less volume is not traded.' },
  tierARiskFactor: { ...FACTOR, default: 1, doc: RISK_DOC },
  tierBRiskFactor: { ...FACTOR, default: 1, doc: RISK_DOC },
  tierCRiskFactor: { ...FACTOR, default: 0.5, doc: RISK_DOC },
  tierAMaxSpread: { ...SPREAD, default: 0.001 },
  tierBMaxSpread: { ...SPREAD, default: 0.003 },
  tierCMaxSpread: { ...SPREAD, default: 0.005 },
};

const PROTECTION: Table<Config['protection']> = {
  trailStepAtr: {
    kind: 'decimal',
    default: 0.25,
    unit: 'ATR',
    bounds: '(0, 10]',
    doc: 'A trailing stop moves only by at least this much; otherwise it would be replaced every bar.',
  },
};

const RECONCILE: Table<Config['reconcile']> = {
  stopDistance: {
    kind: 'decimal',
    default: 0.05,
    unit: 'share of the mark',
    bounds: '(0, 0.5]',
    doc: 'Where the stop of an imported position goes: this far from the mark, on the losing side.',
  },
  unmanagedSymbols: {
    kind: 'words',
    default: [],
    unit: 'symbols',
    doc: 'Markets you trade by hand on this account: imports there are shown and never get a stop.',
  },
  fullIntervalMs: {
    kind: 'duration',
    default: '15m',
    unit: 'duration of the wall clock',
    bounds: '[10000, 86400000]',
    doc: 'Between two full looks: fills of the last days, and the stored registry against its events.',
  },
};

const LOG: Table<Config['log']> = {
  maxBytes: {
    kind: 'integer',
    default: 5_000_000,
    unit: 'bytes',
    bounds: '[100000, 1000000000]',
    doc: 'A log file of this size is set aside and a new one begun.',
  },
  files: {
    kind: 'integer',
    default: 4,
    unit: 'files',
    bounds: '[1, 1000]',
    doc: 'So many log files at most; the oldest goes. Every event stays in the journal.',
  },
};

const LIVE: Table<Config['live']> = {
  cycleIntervalMs: {
    kind: 'duration',
    default: '60s',
    unit: 'duration',
    bounds: '[5000, 600000]',
    doc: 'Between two cycles on a live venue.',
  },
  pollIntervalMs: {
    kind: 'duration',
    default: '15s',
    unit: 'duration',
    bounds: '[1000, 600000]',
    doc: 'Between two looks at the account while a position or an order is open.',
  },
  requestTimeoutMs: {
    kind: 'duration',
    default: '10s',
    unit: 'duration',
    bounds: '[100, 60000]',
    doc: 'Deadline of one request to the venue, from connecting to the last byte of the answer.',
  },
  processWithinMs: {
    kind: 'duration',
    default: '10s',
    unit: 'duration',
    bounds: '[1000, 60000]',
    doc: 'The venue refuses an entry that it could not process by then: a late entry is no entry.',
  },
  candleConcurrency: {
    kind: 'integer',
    default: 4,
    unit: 'requests',
    bounds: '[1, 16]',
    doc: 'Candle requests on the way at once.',
  },
  takerFee: {
    kind: 'decimal',
    default: 0.0005,
    unit: 'share of notional',
    bounds: '[0, 0.1]',
    doc: 'What the live venue takes from a market or stop execution.',
  },
  uncheckedKey: {
    kind: 'boolean',
    default: false,
    unit: 'true or false',
    doc: 'Trade although the venue does not tell what the key may do: you looked yourself.',
  },
  wakeUps: {
    kind: 'boolean',
    default: false,
    unit: 'true or false',
    doc: 'Push messages of the venue make the bot look at once; what it believes it still reads.',
  },
};

const RATE = { kind: 'decimal', unit: 'share of notional', bounds: '[0, 0.1]' } as const;
const DELAY = { kind: 'duration', unit: 'duration', bounds: '[0, 600000]' } as const;
const SHARE = { kind: 'number', unit: 'share of orders', bounds: '[0, 1]' } as const;

/** The defaults live with the venue, so that its tests need no configuration. */
const PAPER_RULES: { readonly [P in keyof PaperSettings]: SettingRule } = {
  seed: { kind: 'text', unit: 'text', doc: 'Same seed, same latencies and same split fills.' },
  startingEquity: {
    kind: 'decimal',
    unit: 'quote units',
    bounds: '(0, 1000000000000]',
    doc: 'Deposited when the paper account is opened.',
  },
  leverage: {
    kind: 'decimal',
    unit: 'times',
    bounds: '[1, 50]',
    doc: 'Cross leverage of the paper account; the maximum of an instrument caps it.',
  },
  takerFee: { ...RATE, doc: 'Fee of market, IOC and triggered executions.' },
  makerFee: { ...RATE, doc: 'Fee of resting limits and targets.' },
  slippage: {
    ...RATE,
    unit: 'share of price',
    doc: 'Lost by market, IOC and stop executions; the limit of an IOC bounds it.',
  },
  latencyMinMs: { ...DELAY, doc: 'Shortest time from request to answer.' },
  latencyMaxMs: { ...DELAY, doc: 'Longest time from request to answer.' },
  lateStopAckRate: { ...SHARE, doc: 'Stop orders whose answer is late; the venue acted in time.' },
  lateStopAckMinMs: { ...DELAY, doc: 'Shortest delay of such an answer.' },
  lateStopAckMaxMs: { ...DELAY, doc: 'Longest delay of such an answer.' },
  splitFillRate: { ...SHARE, doc: 'Entries that execute as two fills.' },
  partialFillRate: { ...SHARE, doc: 'IOC orders that fill only a part.' },
};

function paperTable(): Record<string, Setting> {
  const table: Record<string, Setting> = {};
  for (const [property, rule] of Object.entries(PAPER_RULES)) {
    const value = DEFAULT_PAPER[property as keyof PaperSettings];
    const written =
      rule.kind === 'duration' ? durationText(DEFAULT_PAPER[property as 'latencyMinMs']) : value;
    table[property] = { ...rule, default: typeof written === 'object' ? +written : written };
  }
  return table;
}

export type SectionName = 'top' | Exclude<keyof Config, 'account' | 'venue' | 'mode' | 'feed'>;

interface Section {
  readonly name: SectionName;
  readonly doc: string;
  readonly table: Readonly<Record<string, Setting>>;
}

export const SECTIONS: readonly Section[] = [
  { name: 'top', doc: '', table: TOP },
  { name: 'limits', doc: 'What the account may become.', table: LIMITS },
  { name: 'entry', doc: 'How an entry is sized and made.', table: ENTRY },
  { name: 'markets', doc: 'Which markets are traded.', table: { ...MARKETS } },
  { name: 'protection', doc: 'How a position is kept safe.', table: { ...PROTECTION } },
  {
    name: 'reconcile',
    doc: 'How the bot takes over what it did not open.',
    table: { ...RECONCILE },
  },
  { name: 'log', doc: 'How much of the disk tradectl.log may take.', table: { ...LOG } },
  { name: 'live', doc: 'How the bot asks a live venue.', table: { ...LIVE } },
  { name: 'strategy', doc: 'What makes a signal.', table: STRATEGY },
  { name: 'paper', doc: 'The simulated venue.', table: paperTable() },
];

/** A setting and its names: `limits.max_slippage`, `TRADECTL_LIMITS_MAX_SLIPPAGE`. */
export interface KnownSetting {
  readonly path: string;
  readonly section: SectionName;
  readonly property: string;
  readonly key: string;
  readonly variable: string;
  readonly setting: Setting;
}

export const SETTINGS: readonly KnownSetting[] = SECTIONS.flatMap(({ name: section, table }) =>
  Object.entries(table).map(([property, setting]) => {
    const key = settingKey(property, setting.kind);
    const path = section === 'top' ? key : `${section}.${key}`;
    const variable = `TRADECTL_${path.replace('.', '_').toUpperCase()}`;
    return { path, section, property, key, variable, setting };
  }),
);
