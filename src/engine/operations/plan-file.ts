/**
 * A saved plan. It is only a wish list: applying it makes a fresh plan and looks its actions up in there by
 * their ids, so nothing in the file is ever trusted to say what an order is. All the same a file with a hole
 * in it is refused by name, before anything is asked of a venue.
 */
import { createFile } from '../../core/durable-file.ts';
import { messageOf, TradectlError } from '../../domain/errors.ts';
import {
  aNumber,
  aText,
  exactly,
  listOf,
  mapOf,
  objectOf,
  oneOf,
  orNull,
  type Shape,
} from './json-shape.ts';
import type { PlanDocument } from './plan-document.ts';
import { fileInvalid, readTextFile } from './read-text-file.ts';

const LARGEST_MB = 16;

/** Saves a plan, readable by its owner only. Throws USAGE when the file exists: a plan is never overwritten. */
export function writePlanFile(path: string, document: PlanDocument): void {
  if (isCreated(path, `${JSON.stringify(document, null, 2)}\n`)) return;
  throw new TradectlError('USAGE', `${path} exists already`, {
    hint: 'name a file that does not exist yet',
  });
}

function isCreated(path: string, text: string): boolean {
  try {
    return createFile(path, text);
  } catch (error) {
    const why = messageOf(error);
    throw fileInvalid(path, `cannot be written: ${why}`);
  }
}

/** A saved plan. Throws FILE_INVALID naming the first thing that is wrong with it. */
export function readPlanFile(path: string): PlanDocument {
  const document = parsed(path);
  const fault = PLAN(document, '');
  if (fault === null) return document as PlanDocument;
  throw new TradectlError('FILE_INVALID', `${path} is no plan: ${fault}`, {
    hint: 'tradectl reconcile --out FILE saves one',
    details: { file: path, line: null },
  });
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readTextFile(path, LARGEST_MB));
  } catch (error) {
    if (error instanceof SyntaxError) throw fileInvalid(path, `is no JSON: ${error.message}`);
    throw error;
  }
}

const HOLDING = objectOf({ side: aText, quantity: aText, entry_price: orNull(aText) });

const COVER = objectOf({
  state: oneOf('covered', 'under', 'over', 'unconfirmed'),
  covered_quantity: aText,
  stop_price: orNull(aText),
});

const FINDING = objectOf({
  symbol: aText,
  finding: aText,
  position_id: orNull(aText),
  registry: orNull(HOLDING),
  venue: orNull(HOLDING),
  protection: orNull(COVER),
  repair: listOf(aText),
  protection_actions: listOf(aText),
  evidence: aText,
});

const REPAIR_KEYS: Readonly<Record<string, Shape>> = {
  action_id: aText,
  action: aText,
  symbol: orNull(aText),
  position_id: orNull(aText),
  summary: aText,
  finding: aText,
  evidence: aText,
};

const PROTECTION_KEYS: Readonly<Record<string, Shape>> = {
  ...REPAIR_KEYS,
  role: orNull(aText),
  side: orNull(aText),
  quantity: orNull(aText),
  price: orNull(aText),
  stop_price: orNull(aText),
  client_order_id: orNull(aText),
  replaces: listOf(aText),
};

const REQUEST = objectOf({
  kind: oneOf('reconcile', 'phantoms', 'quarantine retire', 'quarantine release'),
  symbols: listOf(aText),
  rows: listOf(aText),
  reason: orNull(aText),
  stops: mapOf(aText),
  no_stop_reason: orNull(aText),
});

const PLAN = objectOf({
  // First: of a document of another kind only this is worth saying.
  schema: exactly('tradectl.plan/1'),
  as_of_ms: aNumber,
  account: aText,
  venue: aText,
  mode: aText,
  plan_id: aText,
  base_seq: aNumber,
  request: REQUEST,
  out_of_scope: aNumber,
  looks: aNumber,
  unknown: listOf(objectOf({ what: aText, reason: aText })),
  findings: listOf(FINDING),
  repair: objectOf({ plan_id: aText, actions: listOf(objectOf(REPAIR_KEYS)) }),
  protection: objectOf({ plan_id: aText, actions: listOf(objectOf(PROTECTION_KEYS)) }),
});
