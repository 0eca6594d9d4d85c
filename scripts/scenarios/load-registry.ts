/**
 * The registry of a scenario into the journal: positions through the staging path of ledgers, fills as facts
 * that were folded long ago, orders as adopted ones. An order belongs to the row that spells its market
 * the same way, else to the open position of the market.
 */
import { ms } from '../../src/domain/clock.ts';
import { text, textOrNull } from '../../src/domain/decimal.ts';
import { TradectlError } from '../../src/domain/errors.ts';
import type { NewEvent, PlanPayload } from '../../src/domain/event.ts';
import { factId, type PositionId } from '../../src/domain/ids.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { OrderPurpose, OrderRole } from '../../src/domain/order.ts';
import type { RawRow } from '../../src/domain/staged-row.ts';
import {
  isUnknownAlias,
  resolveSymbol,
  type AliasTable,
  type Symbol,
} from '../../src/domain/symbol.ts';
import type { BacklogJournal } from '../../src/execution/backlog-journal.ts';
import { stageLedger, type LedgerRow, type Staged } from '../../src/reconcile/stage-ledger.ts';
import type { Scenario, ScenarioFill, ScenarioOrder } from './scenario.ts';
import type { ScenarioIds } from './scenario-ids.ts';
import { roleOfOrder } from './scenario-ids.ts';

interface Load {
  readonly journal: BacklogJournal;
  readonly instruments: ReadonlyMap<Symbol, Instrument>;
  readonly aliases: AliasTable;
  readonly ids: ScenarioIds;
  readonly file: string;
}

/** Before the first observation by this much: nothing of it is news. */
const BEFORE_MS = 60_000;

export function loadRegistry({ registry, nowMs }: Scenario, load: Load): void {
  const { journal, instruments, aliases } = load;
  const atMs = ms(nowMs - BEFORE_MS);
  const staged = stageLedger(registry.positions.map(ledgerRow), {
    registry: journal.registry(),
    instruments,
    aliases,
    source: 'scenario',
    nowMs: atMs,
  });
  const fills = registry.fills.map((fill) => fillEvent(fill, load));
  const orders = registry.orders.map((order) => orderEvent(order, staged, { ...load, atMs }));
  for (const events of [
    ...staged.map((each) => each.events),
    ...[...fills, ...orders].map((e) => [e]),
  ]) {
    journal.append(events);
  }
}

/** `event` and `plan` are of the scenario format, not of the row. */
function ledgerRow(raw: RawRow): LedgerRow {
  const { event, plan, ...row } = raw;
  return {
    row,
    events: event === false ? 0 : 1,
    plan: plan === undefined ? null : (plan as unknown as PlanPayload),
  };
}

function fillEvent(fill: ScenarioFill, load: Load): NewEvent {
  return {
    type: 'FILL',
    symbol: marketOf(fill.symbol, load),
    clientOrderId: load.ids.ofFill(fill.clientOrderId),
    tsMs: fill.tsMs,
    payload: {
      trade_id: fill.tradeId,
      venue_order_id: fill.venueOrderId,
      side: fill.side,
      quantity: text(fill.quantity),
      price: text(fill.price),
      fee: text(fill.fee),
      liquidity: fill.liquidity,
      kind: fill.kind,
      role: null,
      purpose: null,
    },
  };
}

const PURPOSES: Readonly<Record<OrderRole, OrderPurpose>> = {
  entry: 'entry',
  stop: 'stop_loss',
  target: 'target_1',
  exit: 'operator_close',
};

function orderEvent(
  order: ScenarioOrder,
  staged: readonly Staged[],
  load: Load & { readonly atMs: number },
): NewEvent {
  const role = roleOfOrder(order);
  const id = load.ids.ofRegistryOrder(order);
  const symbol = marketOf(order.symbol, load);
  const positionId =
    ownerOf(order, staged, symbol) ?? (role === 'entry' ? (factId('pos', id) as PositionId) : null);
  return {
    type: 'ORDER_ADOPTED',
    symbol,
    positionId,
    clientOrderId: id,
    correlationId: positionId,
    tsMs: ms(load.atMs),
    payload: {
      role,
      purpose: PURPOSES[role],
      side: order.side,
      type: order.type,
      time_in_force: order.type === 'market' ? 'ioc' : 'gtc',
      post_only: false,
      reduce_only: role !== 'entry',
      quantity: text(order.quantity),
      price: textOrNull(order.price),
      stop_price: textOrNull(order.stopPrice),
      expires_ms: null,
      attempt: 1,
      plan: null,
      venue_order_id: order.venueOrderId,
      state: order.state,
      filled: text(order.filled),
      intent_seq: null,
      evidence: 'of the scenario',
    },
  };
}

function ownerOf(
  order: ScenarioOrder,
  staged: readonly Staged[],
  symbol: Symbol,
): PositionId | null {
  const same = staged.filter((row) => row.symbol === symbol);
  const spelled = same.find(({ row }) => row['symbol'] === order.symbol);
  const open = same.find(({ as }) => as === 'position');
  return (spelled ?? open ?? same[0])?.positionId ?? null;
}

function marketOf(written: string, { aliases, file }: Load): Symbol {
  const resolved = resolveSymbol(written, aliases);
  if (!isUnknownAlias(resolved)) return resolved;
  throw new TradectlError(
    'FILE_INVALID',
    `${file}: registry: no instrument of the scenario is called ${JSON.stringify(written)}`,
  );
}
