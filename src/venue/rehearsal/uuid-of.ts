/** Ids in the form the venue writes them, derived from what they name. */
import { sha256 } from '../../domain/random.ts';

/** The same text gives the same UUID. */
export function uuidOf(named: string): string {
  const hex = sha256(named);
  const part = (from: number, to: number): string => hex.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-4${part(13, 16)}-a${part(17, 20)}-${part(20, 32)}`;
}
