/** Rows of others: judged with suspicion, purged by their own id, never taken for a position on their own word. */
import { describe, expect, it } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import { price, quantity } from '../../../src/domain/decimal.ts';
import type { RawRow } from '../../../src/domain/staged-row.ts';
import { aliasTable } from '../../../src/domain/symbol.ts';
import { EMPTY_REGISTRY } from '../../../src/core/fold.ts';
import { judgeRow } from '../../../src/reconcile/judge-row.ts';
import { rowPositionId, stageLedger, type LedgerRow } from '../../../src/reconcile/stage-ledger.ts';
import { POSITION, TON, order, position, row } from '../../support/protection-world.ts';
import {
  BTC,
  INSTRUMENTS,
  applied,
  blockedBy,
  evidenceOf,
  eventsOf,
  findings,
  held,
  kinds,
  listed,
  ourId,
  repair,
  repairTwice,
  repairInput,
  stagedRow,
  type RepairWorld,
} from '../../support/repair-world.ts';
import { planRepair } from '../../../src/reconcile/plan-repair.ts';

const ALIASES = aliasTable(INSTRUMENTS);
const sane: RawRow = { symbol: 'PF_TONUSD', side: 'long', quantity: '10', entry_price: '2' };

describe('judgeRow', () => {
  it('reads a row that can be a position', () => {
    expect(judgeRow({ ...sane, opened_ms: 7 }, ALIASES)).toEqual({
      kind: 'sane',
      symbol: TON,
      side: 'long',
      status: 'open',
      quantity: quantity('10'),
      entryPrice: price('2'),
      openedMs: 7,
    });
  });

  it.each<[string, RawRow]>([
    ['TON/USD:USD', { ...sane, symbol: 'TON/USD:USD' }],
    ['tonusd', { ...sane, symbol: 'tonusd' }],
    ['a quantity that is a number', { ...sane, quantity: 10 }],
    ['no entry price', { ...sane, entry_price: null }],
    ['a short', { ...sane, side: 'short' }],
    ['a notional', { ...sane, notional: '20' }],
    ['a closed row without a size', { ...sane, status: 'closed', quantity: '0' }],
    ['fields that nobody knows', { ...sane, note: { by: 'hand' } }],
  ])('is sane: %s', (_what, read) => {
    expect(judgeRow(read, ALIASES)).toMatchObject({ kind: 'sane', symbol: TON });
  });

  it.each<[string, Partial<RawRow>, string]>([
    ['33: quantity 0', { quantity: 0 }, 'its quantity is 0'],
    ['33: notional 0', { notional: 0 }, 'its notional is 0'],
    ['quantity null', { quantity: null }, 'its quantity is null'],
    ['quantity negative', { quantity: '-3' }, 'its quantity is "-3"'],
    ['quantity NaN', { quantity: 'NaN' }, 'its quantity is "NaN"'],
    ['quantity in words', { quantity: 'ten' }, 'its quantity is "ten"'],
    ['quantity a list', { quantity: ['10'] }, 'its quantity is ["10"]'],
    ['notional null', { notional: null }, 'its notional is null'],
    ['notional negative', { notional: '-20' }, 'its notional is "-20"'],
    ['side both', { side: 'both' }, 'its side is "both"'],
    ['side null', { side: null }, 'its side is null'],
    ['status unknown', { status: 'OPEN?' }, 'its status is "OPEN?"'],
    ['entry price 0', { entry_price: '0' }, 'its entry price is "0"'],
    ['entry price in words', { entry_price: 'n/a' }, 'its entry price is "n/a"'],
    ['opened in words', { opened_ms: 'monday' }, 'it was opened at "monday"'],
    ['opened before time', { opened_ms: -1 }, 'it was opened at -1'],
  ])('malformed: %s', (_what, over, why) => {
    const judged = judgeRow({ ...sane, ...over } as RawRow, ALIASES);
    expect(judged).toEqual({ kind: 'malformed', symbol: TON, why });
  });

  it.each<[string, RawRow, string]>([
    ['no quantity', { symbol: 'TON', side: 'long' }, 'its quantity is missing'],
    ['no side', { symbol: 'TON', quantity: '1' }, 'its side is missing'],
    ['no symbol', { side: 'long', quantity: '1' }, 'no market is called missing'],
    ['an unknown symbol', { ...sane, symbol: 'PF_XUSD' }, 'no market is called "PF_XUSD"'],
    ['a symbol that is a number', { ...sane, symbol: 5 }, 'no market is called 5'],
    ['nothing at all', {}, 'no market is called missing'],
  ])('malformed: %s', (_what, read, why) => {
    expect(judgeRow(read, ALIASES)).toMatchObject({ kind: 'malformed', why });
  });

  it('what is wrong is told in at most a line', () => {
    const judged = judgeRow({ ...sane, quantity: 'x'.repeat(500) }, ALIASES);
    expect(judged.kind === 'malformed' && judged.why.length).toBeLessThan(90);
  });
});

describe('staged rows in a plan', () => {
  it('33: an OPEN row of quantity 0 is quarantined, and the market is as if it were not there', () => {
    const dust = stagedRow('row-0', { ...sane, quantity: 0, notional: 0, bars: 34 });
    const plan = repair({ staged: [dust], listed: [listed('3')] });
    expect(kinds(plan)).toEqual(['quarantine-row', 'import-position']);
    expect(findings(plan)).toEqual(['malformed.registry', 'phantom']);
    expect(eventsOf(plan, 'ROW_QUARANTINED')[0]?.payload).toMatchObject({
      row_id: 'row-0',
      finding: 'malformed.registry',
      why: 'its quantity is 0',
    });
    expect(blockedBy(plan)).toBeNull();
  });

  it.each<[string, Partial<Parameters<typeof stagedRow>[2]>, RepairWorld, string]>([
    ['no event explains it', { explained: false }, {}, 'no event explains it'],
    ['nothing of it is open here', {}, {}, 'no position of it is open in this journal'],
    [
      'no event explains it, beside an open position',
      { explained: false },
      { positions: [position('10')], listed: [listed('10')] },
      'no event explains it',
    ],
  ])('a ghost: %s', (_what, over, world, why) => {
    const plan = repair({ ...world, staged: [stagedRow('row-1', sane, over)] });
    expect(findings(plan)).toEqual(['ghost']);
    expect(kinds(plan)).toEqual(['quarantine-row']);
    expect(evidenceOf(plan, 'ghost')).toBe(`row row-1 of ledger.db: ${why}`);
  });

  it('a row whose market nobody knows is quarantined under the name it was written with', () => {
    const lost = stagedRow('row-2', { ...sane, symbol: 'PF_XUSD' }, { symbol: null });
    const plan = repair({ staged: [lost] });
    expect(plan.actions[0]).toMatchObject({ action: 'quarantine-row', symbol: null });
    expect(plan.findings[0]).toMatchObject({ symbol: 'PF_XUSD', finding: 'malformed.registry' });
  });

  it('a row that is in quarantine already is not judged again', () => {
    const judged = stagedRow('row-0', { ...sane, quantity: 0 }, { state: 'quarantined' });
    expect(repair({ staged: [judged] }).findings).toEqual([]);
  });

  it('32: L100 under PF_TONUSD and TON/USD:USD at the venue are one', () => {
    const [staged] = stageLedger([{ row: { ...sane, quantity: '100' }, events: 2 }], ledger());
    const opened = (staged?.events ?? []).reduce(repairInput().preview, EMPTY_REGISTRY);
    const venue = [listed('100', { entryPrice: price('2') })];
    const plan = repair({ positions: [...opened.positions.values()], listed: venue });
    expect(kinds(plan)).toEqual([]);
    expect(plan.equal.has(TON)).toBe(true);
  });
});

describe('two rows of one market', () => {
  const duplicate = stagedRow('row-9', { ...sane, symbol: 'PF_TONUSD' });
  const from = rowPositionId(duplicate.rowId);
  const stop = order(ourId('stop'), { positionId: from });
  const world: RepairWorld = {
    positions: [position('10')],
    staged: [duplicate],
    orders: [stop],
    open: [row(stop)],
    listed: [listed('12')],
  };

  it("incident TON: two spellings of one symbol become one position, purged by the row's own id", () => {
    const input = repairInput(world);
    const plan = planRepair(input);
    expect(findings(plan)).toEqual(['duplicate']);
    expect(kinds(plan)).toEqual(['merge-registry']);
    expect(eventsOf(plan, 'ROW_RETIRED').map(({ payload }) => payload)).toMatchObject([
      { row_id: 'row-9' },
    ]);
    const after = applied(input, plan);
    expect([...after.registry.positions.keys()]).toEqual([TON]);
    expect([...after.registry.staged.keys()]).toEqual([]);
    expect(planRepair(after).actions).toEqual([]);
  });

  it('32: one remains, with the quantity of the venue and the orders of both', () => {
    const plan = repair(world);
    expect(held(plan)).toBe('long 12');
    expect(plan.after.orders.map(({ positionId }) => positionId)).toEqual([POSITION]);
    expect(eventsOf(plan, 'ORDER_RELINKED')[0]?.payload).toMatchObject({ from_position: from });
    expect(evidenceOf(plan, 'duplicate')).toContain('PF_TONUSD');
  });

  it('each duplicate is retired by its own id', () => {
    const second = stagedRow('row-10', { ...sane, symbol: 'TONUSD' });
    const plan = repair({ ...world, staged: [duplicate, second] });
    expect(eventsOf(plan, 'ROW_RETIRED').map(({ payload }) => payload)).toMatchObject([
      { row_id: 'row-9' },
      { row_id: 'row-10' },
    ]);
    expect(kinds(plan)).toEqual(['merge-registry']);
  });

  it('the venue cannot be read: named, blocked, merged later', () => {
    const plan = repair({
      ...world,
      snapshot: { positions: { read: 'unknown', reason: 'timed out' } },
    });
    expect(kinds(plan)).toEqual([]);
    expect(findings(plan)).toContain('duplicate');
    expect(blockedBy(plan)).toBe('duplicate');
  });

  it('12: the first reading that lists none retires nothing; the second merges and closes', () => {
    const none = { ...world, listed: [] };
    const first = repair(none);
    expect(kinds(first)).toEqual([]);
    expect(findings(first)).toEqual(expect.arrayContaining(['duplicate', 'orphan?']));
    expect(held(first)).toBe('long 10');
    expect(kinds(repairTwice(none))).toEqual(['merge-registry', 'close-registry']);
  });

  it('the venue holds the other side: merged, then case G', () => {
    const plan = repair({ ...world, listed: [listed('12', { side: 'short' })] });
    expect(kinds(plan)).toEqual(['merge-registry', 'adjust-registry']);
    expect(held(plan)).toBe('short 12');
  });
});

describe('stageLedger: which row of a ledger becomes the position', () => {
  const as = (rows: LedgerRow[], over: Partial<ReturnType<typeof ledger>> = {}): string[] =>
    stageLedger(rows, { ...ledger(), ...over }).map((staged) => staged.as);
  const line = (over: Partial<RawRow>, events = 1): LedgerRow => ({
    row: { ...sane, ...over } as RawRow,
    events,
  });

  it.each<[string, LedgerRow[], string[]]>([
    ['a sane row', [line({})], ['position']],
    ['the row with most events', [line({}, 1), line({ symbol: 'TON' }, 5)], ['staged', 'position']],
    [
      'with equally many, the oldest',
      [line({ opened_ms: 9 }), line({ symbol: 'TON', opened_ms: 3 })],
      ['staged', 'position'],
    ],
    [
      'one that says when it was opened, before one that does not',
      [line({}), line({ symbol: 'TON', opened_ms: 3 })],
      ['staged', 'position'],
    ],
    ['a ghost is not', [line({}, 0)], ['staged']],
    ['a malformed one is not', [line({ quantity: 0 }, 9), line({}, 1)], ['staged', 'position']],
    [
      'a closed one is the past',
      [line({ status: 'closed' }, 9), line({})],
      ['closed-position', 'position'],
    ],
    ['an unknown market is not', [line({ symbol: 'PF_XUSD' }, 9)], ['staged']],
  ])('%s', (_what, rows, is) => {
    expect(as(rows)).toEqual(is);
  });

  it('beside an open position of the registry every row is staged', () => {
    const registry = { ...EMPTY_REGISTRY, positions: new Map([[TON, position('10')]]) };
    expect(as([line({}), line({ symbol: BTC })], { registry })).toEqual(['staged', 'position']);
  });

  it('the same file twice gives the same ids; a row that stands twice in it has two', () => {
    const ids = () => stageLedger([line({}), line({})], ledger()).map(({ rowId }) => rowId);
    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(2);
  });

  it('an import of a ledger says where it stood, and invents no entry price', () => {
    const [staged] = stageLedger([line({ entry_price: null })], ledger());
    expect(staged?.events.map(({ type }) => type)).toEqual(['POSITION_IMPORTED']);
    expect(staged?.events[0]?.payload).toMatchObject({
      side: 'long',
      quantity: '10',
      entry_price: null,
      origin: 'operator',
      evidence: `row ${String(staged?.rowId)} of ledger.db`,
    });
  });

  it('a closed row without a size is folded without a position of size zero', () => {
    const [staged] = stageLedger([line({ status: 'closed', quantity: '0' })], ledger());
    const state = (staged?.events ?? []).reduce(repairInput().preview, EMPTY_REGISTRY);
    expect(state.positions.size).toBe(0);
    expect(state.touched.positions[0]).toMatchObject({ status: 'closed', exitReason: 'ledger' });
  });
});

function ledger() {
  return {
    registry: EMPTY_REGISTRY,
    instruments: new Map(INSTRUMENTS.map((each) => [each.symbol, each])),
    aliases: ALIASES,
    source: 'ledger.db',
    nowMs: ms(0),
  };
}
