/** Who is typing, for the journal: uid, terminal, user name. All may be unknown under a supervisor. */
import { readlinkSync } from 'node:fs';
import type { Operator } from '../src/engine/operations/operator.ts';
import type { Context } from './context.ts';

export function operatorOf(context: Context): Operator {
  return {
    uid: process.getuid?.() ?? null,
    terminal: context.terminal.inIsTty ? terminalName() : null,
    user: context.env['SUDO_USER'] ?? context.env['USER'] ?? null,
  };
}

/** `/dev/pts/0` on Linux; null where the system does not say. */
function terminalName(): string | null {
  try {
    const name = readlinkSync('/proc/self/fd/0');
    return name.startsWith('/dev/') ? name : null;
  } catch {
    return null;
  }
}
