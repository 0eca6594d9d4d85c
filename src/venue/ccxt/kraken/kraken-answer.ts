/**
 * The envelope of Kraken Futures. An answer is only a list when it says success, holds the list and tells
 * the server's time; one that merely lacks rows is unknown, and unknown never means flat.
 */
import type { Ms } from '../../../domain/clock.ts';
import type { AnswerList, Unknown } from '../answer-list.ts';
import { unknown } from '../answer-list.ts';
import { failureText } from '../errors.ts';
import type { JsonRow } from '../lossless-json.ts';
import type { RawAnswer } from '../raw-client.ts';
import { timeOf } from '../row-fields.ts';

/** The list under `key` of an answer that says success, or why there is none. */
export function listOf(answer: RawAnswer, key: string): AnswerList | Unknown {
  const body = successOf(answer);
  if (body.read === 'unknown') return body;
  const rows = body.body[key];
  if (!Array.isArray(rows)) return unknown(`the answer has no list ${key}`);
  return { read: 'list', rows, serverMs: body.serverMs };
}

export interface Success {
  readonly read: 'success';
  readonly body: JsonRow;
  readonly serverMs: Ms;
}

/** The body of an answer that says success and when. */
export function successOf(answer: RawAnswer): Success | Unknown {
  if (!answer.answered) return unknown(failureText(answer.failure));
  const body = answer.body;
  if (body['result'] !== 'success') return unknown('the answer does not say success');
  const serverMs = timeOf(body, 'serverTime');
  if (serverMs === null) return unknown("the answer lacks the server's time");
  return { read: 'success', body, serverMs };
}
