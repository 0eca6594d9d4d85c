import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal } from '../../../src/domain/decimal.ts';
import type { OrderRole, OrderState } from '../../../src/domain/order.ts';
import { isTerminal, ORDER_STATES } from '../../../src/domain/order.ts';
import { DEFAULT_LIMITS } from '../../../src/risk/limits.ts';
import type { Metrics, MonitorState } from '../../../src/risk/monitor.ts';
import { INITIAL_MONITOR, ordersToCancelOnHalt, watch } from '../../../src/risk/monitor.ts';
import { order } from '../../support/protection-world.ts';

interface Figures {
  used?: string;
  maintenance?: string;
  drawdown?: string;
  positions?: number;
  entries?: number;
  largest?: string;
  external?: string[];
  unknown?: boolean;
}

function metrics(of: Figures): Metrics {
  return {
    account:
      of.unknown === true
        ? null
        : {
            marginUtilization: decimal(of.used ?? '0.3'),
            maintenanceUtilization: decimal(of.maintenance ?? '0.1'),
            drawdown: decimal(of.drawdown ?? '0'),
          },
    positions: of.positions ?? 1,
    entries: of.entries ?? 0,
    largestPosition: of.largest === undefined ? null : decimal(of.largest),
    external: of.external ?? [],
  };
}

const look = (of: Figures, before: MonitorState = INITIAL_MONITOR, halted = false) =>
  watch(before, metrics(of), DEFAULT_LIMITS, halted);

/** The state after each look, one after the other. */
function states(looks: readonly Figures[]): string {
  let monitor = INITIAL_MONITOR;
  return looks
    .map((of) => {
      monitor = look(of, monitor).monitor;
      return monitor.state.charAt(0);
    })
    .join('');
}

const GOOD = {};
const OVER = { used: '0.85' };

describe('watch: one look', () => {
  it.each<[string, Figures, string]>([
    ['all is well', GOOD, 'NORMAL'],
    ['utilization just below 0.85', { used: '0.8499' }, 'NORMAL'],
    ['utilization 0.85', { used: '0.85' }, 'DEGRADED margin_utilization'],
    [
      'utilization 0.92 by price alone',
      { used: '0.92', maintenance: '0.79' },
      'DEGRADED margin_utilization',
    ],
    [
      'utilization 0.92 by price, maintenance margin near',
      { used: '0.92', maintenance: '0.8' },
      'HALTED margin_utilization ! margin_utilization',
    ],
    [
      'utilization 0.92 after an entry',
      { used: '0.92', entries: 1 },
      'HALTED margin_utilization ! margin_utilization',
    ],
    [
      'utilization just below 0.92 after an entry',
      { used: '0.9199', entries: 1 },
      'DEGRADED margin_utilization',
    ],
    ['drawdown just below 0.10', { drawdown: '0.0999' }, 'NORMAL'],
    ['drawdown 0.10', { drawdown: '0.1' }, 'DEGRADED equity_drawdown'],
    ['drawdown 0.15', { drawdown: '0.15' }, 'HALTED equity_drawdown ! equity_drawdown'],
    ['ten positions', { positions: 10 }, 'NORMAL'],
    ['eleven positions', { positions: 11 }, 'HALTED ! concurrent_positions'],
    ['an account that could not be read', { unknown: true }, 'DEGRADED account_unknown'],
    [
      'eleven positions and an unknown account',
      { unknown: true, positions: 11 },
      'HALTED account_unknown ! concurrent_positions',
    ],
    ['what other rooms found', { external: ['venue_unknown'] }, 'DEGRADED venue_unknown'],
    ['a position that grew past the cap', { largest: '0.4' }, 'NORMAL (warning)'],
    ['a position at the cap', { largest: '0.25' }, 'NORMAL'],
  ])('%s', (_what, of, is) => {
    const { monitor, breaches } = look(of);
    const causes = monitor.causes.map(({ cause }) => ` ${cause}`).join('');
    const halts = breaches.map(({ kind }) => ` ! ${kind}`).join('');
    const warning = monitor.warnings.length > 0 ? ' (warning)' : '';
    expect(`${monitor.state}${causes}${halts}${warning}`).toBe(is);
  });

  it('says the figure and the limit', () => {
    expect(look({ drawdown: '0.1612' }).breaches[0]?.reason).toBe(
      'drawdown 16.1 % from the peak reached 15 %',
    );
    expect(look({ largest: '0.4' }).monitor.warnings).toEqual([
      'a position is worth 40 % of equity, entries are capped at 25 %',
    ]);
  });
});

describe('watch: over time', () => {
  it.each<[string, Figures[], string]>([
    ['recovers after three good cycles', [OVER, GOOD, GOOD, GOOD], 'DDDN'],
    ['a relapse starts the count again', [OVER, GOOD, GOOD, OVER, GOOD, GOOD, GOOD], 'DDDDDDN'],
    [
      'within two points of the limit is not away',
      [OVER, { used: '0.8301' }, { used: '0.8301' }, { used: '0.8301' }, { used: '0.8301' }],
      'DDDDD',
    ],
    [
      'two points below is away',
      [OVER, { used: '0.83' }, { used: '0.83' }, { used: '0.83' }],
      'DDDN',
    ],
    [
      'a drawdown has the same two points',
      [{ drawdown: '0.1' }, { drawdown: '0.081' }, { drawdown: '0.08' }, GOOD, GOOD],
      'DDDDN',
    ],
    [
      'each cause has its own count',
      [{ ...OVER, drawdown: '0.1' }, OVER, GOOD, GOOD, GOOD],
      'DDDDN',
    ],
    [
      'an account that comes back is watched three cycles',
      [{ unknown: true }, GOOD, GOOD, GOOD],
      'DDDN',
    ],
    [
      'three unreadable cycles are not three good ones',
      [OVER, { unknown: true }, { unknown: true }, { unknown: true }, { used: '0.84' }, GOOD, GOOD],
      'DDDDDDD',
    ],
    [
      'what other rooms found recovers alike',
      [{ external: ['unprotected'] }, GOOD, GOOD, GOOD],
      'DDDN',
    ],
    [
      'entries below the limit, then price alone: degraded only',
      [{ entries: 5 }, { used: '0.93', entries: 5 }],
      'ND',
    ],
    [
      'over by price, then an entry on top: halted',
      [{ entries: 5 }, { used: '0.93', entries: 5 }, { used: '0.93', entries: 6 }],
      'NDH',
    ],
  ])('%s', (_what, looks, is) => {
    expect(states(looks)).toBe(is);
  });

  it('HALTED ends by clearing its halt only, however good the figures are', () => {
    let { monitor } = look({ positions: 11 });
    for (let cycle = 0; cycle < 10; cycle += 1) {
      monitor = look(GOOD, monitor, true).monitor;
      expect(monitor.state).toBe('HALTED');
    }
    expect(look(GOOD, monitor, false).monitor.state).toBe('NORMAL');
  });

  it('a halt that is cleared over a standing cause is DEGRADED, not NORMAL', () => {
    const { monitor } = look(OVER, INITIAL_MONITOR, true);
    expect(monitor.state).toBe('HALTED');
    expect(look(OVER, monitor, false).monitor.state).toBe('DEGRADED');
  });
});

const ROLES: readonly OrderRole[] = ['entry', 'stop', 'target', 'exit'];
const BOOK = ROLES.flatMap((role) =>
  ORDER_STATES.map((state: OrderState) => order(`tc-${role}-${state}`, { role, state })),
);

describe('incident limits crossed', () => {
  it('incident limits crossed: HALTED cancels entries and keeps every stop, target and exit', () => {
    expect(look({ drawdown: '0.2' }).monitor.state).toBe('HALTED');
    const cancelled = ordersToCancelOnHalt(BOOK);
    expect(cancelled.filter(({ role }) => role !== 'entry')).toEqual([]);
    expect(cancelled.map(({ state }) => state)).toEqual(
      ORDER_STATES.filter((state) => !isTerminal(state)),
    );
  });

  it('whatever the book holds, and nothing that is over', () => {
    fc.assert(
      fc.property(fc.subarray(BOOK), (book) => {
        const cancelled = new Set(ordersToCancelOnHalt(book));
        return book.every(
          (each) => cancelled.has(each) === (each.role === 'entry' && !isTerminal(each.state)),
        );
      }),
    );
  });
});
