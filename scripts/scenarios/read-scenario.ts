/**
 * Reads one scenario file. What it cannot read it refuses with the file, the key and the value: a key
 * that is passed over in silence would make a scenario pass for the wrong reason.
 */
import { readFileSync } from 'node:fs';
import type { Json } from '../../src/domain/canonical-json.ts';
import { messageOf, TradectlError } from '../../src/domain/errors.ts';
import { aliasTable } from '../../src/domain/symbol.ts';
import type { RawRow } from '../../src/domain/staged-row.ts';
import {
  fieldsOf,
  invalid,
  listOf,
  msOf,
  objectOf,
  textOf,
  wholeFrom,
  type Read,
} from './fields.ts';
import { expectationOf } from './read-expectation.ts';
import { fillOf, instrumentOf, observationOf, registryOrderOf } from './read-rows.ts';
import type { Observation, Scenario } from './scenario.ts';

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
    const why = messageOf(cause);
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
