/**
 * Whether a file is there. What this user may not read, or what lies below a file instead of a folder, is not
 * "not there": nothing is known of it, and no sentence may begin with "no bot has run".
 */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { TradectlError } from '../domain/errors.ts';

/** Throws STORE_UNWRITABLE when the file system does not say, or does not let this user read it. */
export function isThere(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch (cause) {
    const code = codeOf(cause);
    if (code === 'ENOENT') return false;
    throw new TradectlError('STORE_UNWRITABLE', `${path} cannot be looked at: ${whyNot(code)}`, {
      hint: isDenied(code) ? byItsOwner(path) : 'name the directory of the bot with --home',
      cause,
    });
  }
}

function whyNot(code: unknown): string {
  if (isDenied(code)) return 'permission denied to this user';
  return code === 'ENOTDIR' ? 'it would lie below a file' : String(code);
}

/** Whoever owns the file, or the folder that hides it. */
function byItsOwner(path: string): string {
  try {
    return `be the user of the bot: sudo -u '#${statSync(path).uid}' tradectl ...`;
  } catch (error) {
    return isDenied(codeOf(error)) ? byItsOwner(dirname(path)) : 'be the user of the bot';
  }
}

function isDenied(code: unknown): boolean {
  return code === 'EACCES' || code === 'EPERM';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}
