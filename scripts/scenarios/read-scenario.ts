/**
 * Reads one scenario file. What it cannot read it refuses with the file, the key and the value: a key
 * that is passed over in silence would make a scenario pass for the wrong reason.
 */
import { readFileSync } from 'node:fs';
import type { Json } from '../../src/domain/canonical-json.ts';
import { TradectlError } from '../../src/domain/errors.ts';
import {
  aliasTable,
  isUnknownAlias,
  resolveSymbol,
  type AliasTable,
} from '../../src/domain/symbol.ts';
import type { RawRow } from '../../src/domain/staged-row.ts';
import { RECONCILE_FINDINGS, REPAIRS } from '../../src/domain/plan.ts';
import {
  decimalOf,
  fieldsOf,
  flagOf,
  invalid,
  listOf,
  msOf,
  objectOf,
  oneOf,
  orNull,
  textOf,
  wholeFrom,
  type Fields,
  type Read,
} from './fields.ts';
import {
  fillOf,
  instrumentOf,
  observationOf,
  positionSideOf,
  registryOrderOf,
  roleOf,
  sideOf,
  typeOf,
} from './read-rows.ts';
import type {
  Expectation,
  ExpectedOrder,
  ExpectedPosition,
  Observation,
  Scenario,
} from './scenario.ts';

const SCENARIO_KEYS = [
  'name',
  'now_ms',
  'account',
  'policy',
  'instruments',
  'registry',
  'venue',
  'observe',
  'expect',
];

/** Reads and checks the file; throws FILE_INVALID when it cannot be read or is no scenario. */
export function readScenario(file: string): Scenario {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TradectlError('FILE_INVALID', `${file}: cannot be read`, { cause });
  }
  return parseScenario(text, file);
}

/** The scenario in `text`; `file` is what complaints call it. Throws FILE_INVALID. */
export function parseScenario(text: string, file: string): Scenario {
  const fields = fieldsOf(json(text, file), { file, path: '' }, SCENARIO_KEYS);
  const instruments = fields.required('instruments', listOf(instrumentOf));
  const aliases = aliasTable(instruments.map((one) => one.instrument));
  return {
    name: fields.required('name', textOf),
    nowMs: fields.required('now_ms', msOf),
    account: fields.optional('account', textOf, 'main'),
    policy: fields.optional('policy', policyOf, {}),
    instruments,
    registry: fields.optional('registry', registryOf, { positions: [], orders: [], fills: [] }),
    venue: fields.required('venue', venueOf),
    observe: fields.optional('observe', wholeFrom(1), 1),
    expect: fields.optional('expect', expectationOf(aliases), {}),
  };
}

function json(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TradectlError('FILE_INVALID', `${file}: is not JSON: ${why}`, { cause });
  }
}

/** What a setting may be is the configuration's business; only its shape is looked at here. */
const policyOf: Read<Readonly<Record<string, Json>>> = (value, at) => {
  const policy = objectOf(value, at) as Readonly<Record<string, Json>>;
  if (policy['unmanaged_symbols'] !== undefined) {
    listOf(textOf)(policy['unmanaged_symbols'], { ...at, path: `${at.path}.unmanaged_symbols` });
  }
  return policy;
};

const registryOf: Read<Scenario['registry']> = (value, at) => {
  const fields = fieldsOf(value, at, ['positions', 'orders', 'fills']);
  return {
    positions: fields.optional('positions', listOf(rawRowOf), []),
    orders: fields.optional('orders', listOf(registryOrderOf), []),
    fills: fields.optional('fills', listOf(fillOf), []),
  };
};

/** Any key and any value is legal: that is what the staging of rows has to survive. */
const rawRowOf: Read<RawRow> = (value, at) => objectOf(value, at) as RawRow;

const venueOf: Read<readonly Observation[]> = (value, at) => {
  const observations = listOf(observationOf)(value, at);
  if (observations.length === 0) throw invalid(at, 'at least one observation', value);
  return observations;
};

const findingOf = oneOf(RECONCILE_FINDINGS);
const actionOf = oneOf([
  ...REPAIRS,
  'place-stop',
  'move-stop',
  'resize-stop',
  'place-target',
  'exit-position',
  'cancel-order',
]);

function expectationOf(aliases: AliasTable): Read<Expectation> {
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
