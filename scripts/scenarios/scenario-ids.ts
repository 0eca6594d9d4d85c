/**
 * Orders of a scenario have short names ("a"), and whether an order is ours is read from the form of
 * its id. So every name that belongs to an order of ours gets an id in our form, the same one in the
 * registry, at the venue and in fills; a foreign order keeps its name as given.
 */
import { isOurs, type ClientOrderId } from '../../src/domain/ids.ts';
import type { OrderRole } from '../../src/domain/order.ts';
import { sha256 } from '../../src/domain/random.ts';
import type { ScenarioOrder } from './scenario.ts';

const LETTERS: Record<OrderRole, string> = { entry: 'e', stop: 's', target: 't', exit: 'x' };

/** The id in our form that a scenario's name stands for; one that has the form already stays. */
export function ourId(name: string, role: OrderRole): ClientOrderId {
  if (isOurs(name)) return name as ClientOrderId;
  return `tc-${LETTERS[role]}1-${sha256(name).slice(0, 20)}` as ClientOrderId;
}

/** What the order is for; read from its shape where the file does not say. */
export function roleOfOrder(order: ScenarioOrder): OrderRole {
  if (order.role !== null) return order.role;
  if (order.reduceOnly !== true) return 'entry';
  if (order.type === 'stop') return 'stop';
  return order.type === 'market' ? 'exit' : 'target';
}

export interface ScenarioIds {
  /** The client id that an order of the venue carries; null when it carries none. */
  ofVenueOrder(order: ScenarioOrder): ClientOrderId | null;
  /** The client id of a registry order. */
  ofRegistryOrder(order: ScenarioOrder): ClientOrderId;
  /** The client id a fill names. */
  ofFill(name: string | null): ClientOrderId | null;
}

/** Names to ids. The registry's role wins: an order has one id wherever it is seen. */
export function scenarioIds(
  registry: readonly ScenarioOrder[],
  venue: Iterable<ScenarioOrder>,
): ScenarioIds {
  const byName = new Map<string, ClientOrderId>();
  const ours = new Set(registry.flatMap((one) => one.venueOrderId ?? []));
  const claim = (order: ScenarioOrder): void => {
    const { clientOrderId: name } = order;
    if (name !== null && !byName.has(name)) byName.set(name, ourId(name, roleOfOrder(order)));
  };
  registry.forEach(claim);
  for (const order of venue) if (order.ours === true) claim(order);

  const named = (name: string): ClientOrderId => byName.get(name) ?? (name as ClientOrderId);
  const known = (order: ScenarioOrder): boolean =>
    order.venueOrderId !== null && ours.has(order.venueOrderId);
  return {
    ofVenueOrder(order) {
      const { clientOrderId: name, venueOrderId } = order;
      if (name === null) {
        // Ours by its prefix, so it has an id; an order we know by its venue id may come without one.
        const prefixed = order.ours === true && venueOrderId !== null && !known(order);
        return prefixed ? ourId(venueOrderId, roleOfOrder(order)) : null;
      }
      if (order.ours === false) return name as ClientOrderId;
      return known(order) && !byName.has(name) ? ourId(name, roleOfOrder(order)) : named(name);
    },
    ofRegistryOrder: (order) =>
      order.clientOrderId === null
        ? ourId(order.venueOrderId ?? order.symbol, roleOfOrder(order))
        : named(order.clientOrderId),
    ofFill: (name) => (name === null ? null : named(name)),
  };
}
