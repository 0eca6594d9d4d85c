/**
 * Checks a JSON value against a shape by hand, and names the first place that does not fit. It is for small
 * documents that an operator may have edited; keys it does not know are allowed.
 */

/** Null when the value fits, else what is wrong: `actions[2].summary is missing`. */
export type Shape = (value: unknown, at: string) => string | null;

export const aText: Shape = (value, at) => (typeof value === 'string' ? null : fault(value, at));
export const aNumber: Shape = (value, at) => (Number.isFinite(value) ? null : fault(value, at));

export function exactly(expected: string): Shape {
  return (value, at) =>
    value === expected ? null : `${at} is ${shown(value)}, not ${JSON.stringify(expected)}`;
}

export function oneOf(...expected: readonly string[]): Shape {
  return (value, at) =>
    typeof value === 'string' && expected.includes(value) ? null : fault(value, at);
}

export function orNull(shape: Shape): Shape {
  return (value, at) => (value === null ? null : shape(value, at));
}

export function listOf(shape: Shape): Shape {
  return (value, at) => {
    if (!Array.isArray(value)) return fault(value, at);
    return firstFault((value as unknown[]).map((each, index) => shape(each, `${at}[${index}]`)));
  };
}

/** An object whose keys are data. */
export function mapOf(shape: Shape): Shape {
  return (value, at) => {
    if (!isRecord(value)) return fault(value, at);
    return firstFault(Object.entries(value).map(([key, each]) => shape(each, `${at}.${key}`)));
  };
}

export function objectOf(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, at) => {
    if (!isRecord(value)) return fault(value, at);
    return firstFault(
      Object.entries(shapes).map(([key, shape]) =>
        shape(value[key], at === '' ? key : `${at}.${key}`),
      ),
    );
  };
}

function firstFault(faults: readonly (string | null)[]): string | null {
  return faults.find((each) => each !== null) ?? null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(value: unknown, at: string): string {
  const place = at === '' ? 'the document' : at;
  return value === undefined ? `${place} is missing` : `${place} is ${shown(value)}`;
}

function shown(value: unknown): string {
  const words = JSON.stringify(value) ?? 'missing';
  return words.length > 40 ? `${words.slice(0, 40)}…` : words;
}
