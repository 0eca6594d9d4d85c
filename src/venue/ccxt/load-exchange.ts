/**
 * Loads one exchange of the library by the URL of its file: a third of the time and half of the memory
 * of the whole package. The file's place is the package's inner layout, so the version is pinned, and
 * when the file is not there the whole package is loaded instead. Only a live venue comes here.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TradectlError } from '../../domain/errors.ts';

export type ExchangeClass = new (settings: Readonly<Record<string, unknown>>) => object;

/** The class of an exchange, `krakenfutures`; throws INTERNAL when the library does not have it. */
export async function loadExchange(id: string): Promise<ExchangeClass> {
  return (await fromItsFile(id)) ?? (await fromThePackage(id));
}

/** The class of the same exchange with its WebSocket feeds; throws INTERNAL as above. */
export async function loadFeeds(id: string): Promise<ExchangeClass> {
  const found = await fromItsFile(`pro/${id}`);
  if (found !== null) return found;
  const { pro } = await import('ccxt');
  const ofPackage = (pro as unknown as Readonly<Record<string, unknown>>)[id];
  if (isClass(ofPackage)) return ofPackage;
  throw new TradectlError('INTERNAL', `the exchange library has no feeds of ${id}`);
}

async function fromItsFile(id: string): Promise<ExchangeClass | null> {
  const path = exchangeFile(id);
  if (path === null) return null;
  const loaded = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  return isClass(loaded.default) ? loaded.default : null;
}

/** Where the file should be; null when the package is laid out in another way. */
export function exchangeFile(id: string): string | null {
  const main = createRequire(import.meta.url).resolve('ccxt');
  const path = join(dirname(main), '..', 'js', 'src', `${id}.js`);
  return existsSync(path) ? path : null;
}

async function fromThePackage(id: string): Promise<ExchangeClass> {
  const whole: Readonly<Record<string, unknown>> = { ...(await import('ccxt')) };
  const found = whole[id];
  if (isClass(found)) return found;
  throw new TradectlError('INTERNAL', `the exchange library has no ${id}`);
}

function isClass(value: unknown): value is ExchangeClass {
  return typeof value === 'function';
}
