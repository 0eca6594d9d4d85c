/** One request as the endpoints see it, and what they answer. */
export interface Call {
  readonly method: string;
  /** Decoded path, without the query. */
  readonly path: string;
  /** From the query, or from a form body where there is no query. */
  readonly params: URLSearchParams;
}

export interface Answer {
  /** HTTP status; 200 when absent: the venue tells most errors in the body. */
  readonly status?: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export function success(body: Readonly<Record<string, unknown>>): Answer {
  return { body: { result: 'success', ...body } };
}

export function failure(error: string, status = 200): Answer {
  return { status, body: { result: 'error', error } };
}
