/**
 * What a scenario file expects. A key that is absent is not checked, so absence is kept apart from an
 * empty list, and every spelling of a known market becomes its symbol before anything is compared.
 */
import { RECONCILE_FINDINGS, REPAIRS } from '../../src/domain/plan.ts';
import { isUnknownAlias, resolveSymbol, type AliasTable } from '../../src/domain/symbol.ts';
import {
  decimalOf,
  fieldsOf,
  flagOf,
  listOf,
  oneOf,
  orNull,
  textOf,
  type Fields,
  type Read,
} from './fields.ts';
import { positionSideOf, roleOf, sideOf, typeOf } from './read-rows.ts';
import type { Expectation, ExpectedOrder, ExpectedPosition } from './scenario.ts';

/** Beside the findings of reconciliation, the reasons of protective actions. */
const findingOf = oneOf([
  ...RECONCILE_FINDINGS,
  'target.missing',
  'target.surplus',
  'stop_passed',
  'emergency',
  'stop_loss',
  'break_even',
  'trailing_stop',
]);
const actionOf = oneOf([
  ...REPAIRS,
  'place-stop',
  'move-stop',
  'resize-stop',
  'place-target',
  'exit-position',
  'cancel-order',
]);

/** Reads `expect`; `aliases` are the markets of the scenario. */
export function expectationOf(aliases: AliasTable): Read<Expectation> {
  const market: Read<string> = (value, at) => {
    const written = textOf(value, at);
    const found = resolveSymbol(written, aliases);
    return isUnknownAlias(found) ? written : found;
  };
  return (value, at) => {
    const fields = fieldsOf(value, at, EXPECTATION_KEYS);
    const after = fields.optional('after_apply', afterApplyOf(market), {});
    return {
      ...given(fields, 'findings', 'findings', listOf(findingRowOf(market))),
      ...given(fields, 'actions', 'actions', listOf(actionRowOf(market))),
      ...after,
      ...given(fields, 'second_plan_empty', 'secondPlanEmpty', flagOf),
      ...given(fields, 'orders_sent', 'ordersSent', listOf(expectedOrderOf(market))),
    };
  };
}

const EXPECTATION_KEYS = ['findings', 'actions', 'after_apply', 'second_plan_empty', 'orders_sent'];

function findingRowOf(market: Read<string>): Read<{ symbol: string; finding: string }> {
  return (value, at) => {
    const fields = fieldsOf(value, at, ['symbol', 'finding']);
    return {
      symbol: fields.required('symbol', market),
      finding: fields.required('finding', findingOf),
    };
  };
}

function actionRowOf(market: Read<string>): Read<{ symbol: string | null; action: string }> {
  return (value, at) => {
    const fields = fieldsOf(value, at, ['symbol', 'action']);
    return {
      symbol: fields.required('symbol', orNull(market)),
      action: fields.required('action', actionOf),
    };
  };
}

function afterApplyOf(market: Read<string>): Read<Pick<Expectation, 'positionsAfter'>> {
  return (value, at) => {
    const fields = fieldsOf(value, at, ['positions']);
    return given(fields, 'positions', 'positionsAfter', listOf(expectedPositionOf(market)));
  };
}

function expectedPositionOf(market: Read<string>): Read<ExpectedPosition> {
  return (value, at) => {
    const fields = fieldsOf(value, at, ['symbol', 'side', 'quantity', 'entry_price']);
    return {
      symbol: fields.required('symbol', market),
      ...given(fields, 'side', 'side', positionSideOf),
      ...given(fields, 'quantity', 'quantity', decimalOf),
      ...given(fields, 'entry_price', 'entryPrice', orNull(decimalOf)),
    };
  };
}

const SENT_KEYS = [
  'symbol',
  'role',
  'side',
  'type',
  'quantity',
  'price',
  'stop_price',
  'reduce_only',
];

function expectedOrderOf(market: Read<string>): Read<ExpectedOrder> {
  return (value, at) => {
    const fields = fieldsOf(value, at, SENT_KEYS);
    return {
      symbol: fields.required('symbol', market),
      ...given(fields, 'role', 'role', roleOf),
      ...given(fields, 'side', 'side', sideOf),
      ...given(fields, 'type', 'type', typeOf),
      ...given(fields, 'quantity', 'quantity', decimalOf),
      ...given(fields, 'price', 'price', orNull(decimalOf)),
      ...given(fields, 'stop_price', 'stopPrice', orNull(decimalOf)),
      ...given(fields, 'reduce_only', 'reduceOnly', flagOf),
    };
  };
}

/** A key that the file has, under our name; nothing when it has not: absent means not checked. */
function given<Name extends string, T>(
  fields: Fields,
  key: string,
  name: Name,
  read: Read<T>,
): { readonly [K in Name]?: T } {
  const found = fields.optional<{ readonly value: T }, null>(
    key,
    (value, at) => ({ value: read(value, at) }),
    null,
  );
  return (found === null ? {} : { [name]: found.value }) as { readonly [K in Name]?: T };
}
