/** Seeded randomness and digests. Equal seeds give equal sequences on every machine. */
import type * as Cryptography from 'node:crypto';
import type { Random } from './clock.ts';

/** mulberry32: 32 bits of state, good enough for latencies and fixtures, never for secrets. */
export function seededRandom(seed: string | number): Random {
  let state = Number.parseInt(sha256(String(seed)).slice(0, 8), 16);
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}

type CryptographyModule = typeof Cryptography;
let loaded: CryptographyModule | null = null;

/** Loaded at the first digest: a command that only reads would spend a tenth of its start on it. */
function cryptography(): CryptographyModule {
  return (loaded ??= process.getBuiltinModule('node:crypto'));
}

/** Hex SHA-256 of a text. */
export function sha256(data: string): string {
  return cryptography().hash('sha256', data);
}

/** Incremental hex SHA-256 for input that is read in pieces. */
export function sha256Stream(): { update(data: string | Uint8Array): void; digest(): string } {
  const running = cryptography().createHash('sha256');
  return {
    update: (data) => void running.update(data),
    digest: () => running.digest('hex'),
  };
}
