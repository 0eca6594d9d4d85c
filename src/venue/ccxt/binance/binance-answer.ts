/**
 * Answers of Binance have no envelope: a list is a bare list, and an object is the thing itself. None of them
 * tells the time, so a reading bears the venue's time at which it was asked for.
 */
import type { Ms } from '../../../domain/clock.ts';
import type { Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import { failureText } from '../errors.ts';
import type { JsonRow } from '../lossless-json.ts';
import { isRow } from '../lossless-json.ts';
import type { CallParameters } from '../raw-client.ts';
import type { BinanceClient, CallName } from './binance-client.ts';

export interface BareList {
  readonly read: 'list';
  readonly rows: readonly JsonRow[];
  readonly serverMs: Ms | null;
}

export interface BareObject {
  readonly read: 'object';
  readonly body: JsonRow;
  readonly serverMs: Ms | null;
}

/** The bare list of an answer; unknown for anything else, also when one row is none. */
export async function askList(
  client: BinanceClient,
  name: CallName,
  parameters?: CallParameters,
): Promise<BareList | Unknown> {
  const serverMs = client.time.known();
  const answer = await client.call(name, parameters);
  if (!answer.answered) return unknown(failureText(answer.failure));
  if (!Array.isArray(answer.body)) return unknown('the answer is no list');
  const rows = (answer.body as unknown[]).filter(isRow);
  if (rows.length < answer.body.length) return unknown('a row of the answer is no row');
  return { read: 'list', rows, serverMs: serverMs ?? client.time.known() };
}

export async function askObject(
  client: BinanceClient,
  name: CallName,
  parameters?: CallParameters,
): Promise<BareObject | Unknown> {
  const serverMs = client.time.known();
  const answer = await client.call(name, parameters);
  if (!answer.answered) return unknown(failureText(answer.failure));
  if (!isRow(answer.body)) return unknown('the answer is no object');
  return { read: 'object', body: answer.body, serverMs: serverMs ?? client.time.known() };
}
