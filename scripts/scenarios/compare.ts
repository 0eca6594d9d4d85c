/**
 * What a scenario expects against what came of it, as lines an operator understands; none is a pass.
 * A list is exact for the symbols it names and says nothing of others; an empty list means none at
 * all. `matched` and `unknown` are said of nearly every market, so they count only where expected.
 */
import { Decimal, text } from '../../src/domain/decimal.ts';
import type { OrderRole, OrderType, PositionSide, Side } from '../../src/domain/order.ts';
import type { Expectation } from './scenario.ts';

/** What planning, applying and planning again came to. */
export interface ScenarioOutcome {
  /** Symbols canonical, or the raw id of a market that nobody knows. */
  readonly findings: readonly { readonly symbol: string; readonly finding: string }[];
  readonly actions: readonly { readonly symbol: string | null; readonly action: string }[];
  /** Open rows of the registry after the apply. */
  readonly positions: readonly OutcomePosition[];
  readonly secondPlanEmpty: boolean;
  readonly ordersSent: readonly OutcomeOrder[];
}

export interface OutcomePosition {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: Decimal;
  readonly entryPrice: Decimal | null;
}

export interface OutcomeOrder {
  readonly symbol: string;
  readonly role: OrderRole;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Decimal;
  readonly price: Decimal | null;
  readonly stopPrice: Decimal | null;
  readonly reduceOnly: boolean;
}

type Row = Readonly<Record<string, unknown>> & { readonly symbol: string };

/**
 * Findings that count only where the expectation names them: what is said of most markets, and words of this
 * program that the rules have no name for.
 */
const OWN_WORDS = [
  'fill.differs',
  'order.ended',
  'order.amended',
  'target.missing',
  'target.surplus',
  'break_even',
  'trailing_stop',
  'stop_loss',
];
const SAID_OF_MOST = ['matched', 'unknown', ...OWN_WORDS];
/** What a market needs besides: "follows", where another finding of it is repaired. */
const PROTECTIVE = ['unprotected', 'overprotected'];
const NO_MARKET = 'no symbol';

/** One line for each difference, in the order of the expectation's keys. */
export function differences(expect: Expectation, got: ScenarioOutcome): string[] {
  return [
    ...(expect.findings === undefined ? [] : findingLines(expect.findings, got.findings)),
    ...(expect.actions === undefined ? [] : actionLines(expect.actions, got.actions)),
    ...rowLines('open position', expect.positionsAfter, got.positions),
    ...secondPlanLines(expect.secondPlanEmpty, got.secondPlanEmpty),
    ...rowLines('order sent', expect.ordersSent, got.ordersSent),
  ];
}

function findingLines(
  expected: NonNullable<Expectation['findings']>,
  got: ScenarioOutcome['findings'],
): string[] {
  const wanted = grouped(expected, (one) => one.finding);
  const names = (symbol: string, finding: string): boolean =>
    wanted.get(symbol)?.includes(finding) === true;
  const wordOf = (symbol: string, finding: string): string => {
    const word = RULES_WORDS[finding];
    return word !== undefined && names(symbol, word) ? word : finding;
  };
  const counted = got
    .map(({ symbol, finding }) => ({
      symbol,
      finding: wordOf(symbol, finding),
    }))
    .filter(({ symbol, finding }) => names(symbol, finding) || !isAside({ symbol, finding }, got))
    .concat(matchedInTheRules(wanted, got));
  const unique = (names: readonly string[]): string[] => [...new Set(names)];
  const found = mapped(
    grouped(counted, (one) => one.finding),
    unique,
  );
  return nameLines('findings', mapped(wanted, unique), found);
}

/** A market of which only this program's own words are said is one that the rules call matched. */
function matchedInTheRules(
  wanted: ReadonlyMap<string, readonly string[]>,
  got: ScenarioOutcome['findings'],
): ScenarioOutcome['findings'] {
  return [...wanted].flatMap(([symbol, names]) => {
    const told = got.filter((each) => each.symbol === symbol).map(({ finding }) => finding);
    const isOwnWords = told.length > 0 && told.every((finding) => OWN_WORDS.includes(finding));
    return names.includes('matched') && isOwnWords ? [{ symbol, finding: 'matched' }] : [];
  });
}

/** The word the rules have for a finding, where this program has a closer one. */
const RULES_WORDS: Readonly<Record<string, string>> = {
  'orphan?': 'unknown',
  stop_passed: 'unprotected',
  emergency: 'unprotected',
};

function isAside(
  { symbol, finding }: ScenarioOutcome['findings'][number],
  got: ScenarioOutcome['findings'],
): boolean {
  if (SAID_OF_MOST.includes(finding)) return true;
  if (!PROTECTIVE.includes(finding)) return false;
  return got.some((other) => other.symbol === symbol && !PROTECTIVE.includes(other.finding));
}

function actionLines(
  expected: NonNullable<Expectation['actions']>,
  got: ScenarioOutcome['actions'],
): string[] {
  const named = (one: { readonly symbol: string | null; readonly action: string }) => ({
    symbol: one.symbol ?? NO_MARKET,
    action: one.action,
  });
  return nameLines(
    'actions',
    grouped(expected.map(named), (one) => one.action),
    grouped(got.map(named), (one) => one.action),
  );
}

function nameLines(
  what: string,
  wanted: ReadonlyMap<string, readonly string[]>,
  found: ReadonlyMap<string, readonly string[]>,
): string[] {
  const symbols = wanted.size === 0 ? found.keys() : wanted.keys();
  return [...symbols].flatMap((symbol) => {
    const expected = listed(wanted.get(symbol) ?? []);
    const got = listed(found.get(symbol) ?? []);
    return expected === got ? [] : [`${symbol}: expected ${what} ${expected}, got ${got}`];
  });
}

function secondPlanLines(expected: boolean | undefined, got: boolean): string[] {
  if (expected === undefined || expected === got) return [];
  return expected
    ? ['second plan: expected it empty, it has something to do']
    : ['second plan: expected something to do, it is empty'];
}

/** Rows by symbol: as many as expected, and each expected one is another row that was found. */
function rowLines(
  what: string,
  expected: readonly { readonly symbol: string }[] | undefined,
  found: readonly { readonly symbol: string }[],
): string[] {
  if (expected === undefined) return [];
  const wanted = bySymbol(expected);
  const got = bySymbol(found);
  const symbols = wanted.size === 0 ? got.keys() : wanted.keys();
  return [...symbols].flatMap((symbol) => {
    const want = wanted.get(symbol) ?? [];
    const have = got.get(symbol) ?? [];
    if (want.length === have.length && assignable(want, have)) return [];
    return [`${symbol}: expected ${what} ${described(want)}, got ${described(have)}`];
  });
}

/** True when every wanted row can have a row of its own; small lists, so all ways are tried. */
function assignable(wanted: readonly Row[], found: readonly Row[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return true;
  return found.some(
    (one, index) =>
      agrees(first, one) &&
      assignable(
        rest,
        found.filter((_, other) => other !== index),
      ),
  );
}

/** Only the keys the expectation gives are compared; decimals by value. */
function agrees(wanted: Row, found: Row): boolean {
  return Object.entries(wanted).every(([key, value]) => same(value, found[key]));
}

function same(a: unknown, b: unknown): boolean {
  return a instanceof Decimal && b instanceof Decimal ? a.eq(b) : a === b;
}

function bySymbol(rows: readonly { readonly symbol: string }[]): Map<string, Row[]> {
  return Map.groupBy(
    rows.map((one): Row => ({ ...one })),
    (one) => one.symbol,
  );
}

function grouped<T extends { readonly symbol: string }>(
  rows: readonly T[],
  nameOf: (row: T) => string,
): Map<string, string[]> {
  return mapped(
    Map.groupBy(rows, (one) => one.symbol),
    (ones) => ones.map(nameOf),
  );
}

function mapped<A, B>(from: ReadonlyMap<string, A>, change: (value: A) => B): Map<string, B> {
  return new Map([...from].map(([key, value]) => [key, change(value)]));
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : [...names].sort().join(', ');
}

function described(rows: readonly Row[]): string {
  return rows.length === 0 ? 'none' : rows.map(describedRow).join(' and ');
}

function describedRow(row: Row): string {
  const said = Object.entries(row).filter(([key]) => key !== 'symbol');
  return said.length === 0 ? 'of any kind' : said.map(describedKey).join(' ');
}

function describedKey([key, value]: [string, unknown]): string {
  const spelled = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return `${spelled} ${value instanceof Decimal ? text(value) : String(value)}`;
}
