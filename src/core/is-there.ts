/**
 * Whether a file is there. What this user is not let near, or what lies below a file instead of a folder, is
 * not "not there": nothing is known of it, and no sentence may begin with "no bot has run".
 */
import { statSync } from 'node:fs';
import { TradectlError } from '../domain/errors.ts';

/** Throws STORE_UNWRITABLE when the file system does not say. */
export function isThere(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    if (code === 'ENOENT') return false;
    throw new TradectlError('STORE_UNWRITABLE', `${path} cannot be looked at: ${whyNot(code)}`, {
      hint: 'name the right directory with --home, or be the user to whom it belongs',
      cause,
    });
  }
}

function whyNot(code: unknown): string {
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not';
  return code === 'ENOTDIR' ? 'it would lie below a file' : String(code);
}
