/** The log of a service unit as journald has it, streamed: `journalctl` is another process, and may be slow. */
import { spawn } from 'node:child_process';
import { TradectlError } from '../domain/errors.ts';
import { isoTime, type Ms } from '../domain/clock.ts';

/**
 * Pieces of text, oldest first, times in UTC. Throws FILE_INVALID when journald cannot be asked; leaving the
 * loop ends the child.
 */
export async function* journalText(unit: string, sinceMs: Ms | null): AsyncGenerator<string> {
  const since =
    sinceMs === null ? [] : [`--since=${isoTime(sinceMs).slice(0, 19).replace('T', ' ')}`];
  const args = ['-u', unit, '-q', '--no-pager', '-o', 'short-iso-precise', ...since];
  const child = spawn('journalctl', args, {
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (errors += piece.slice(0, 500)));
  const ended = new Promise<string | null>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code) => resolve(code === 0 || code === null ? null : `exit ${code}`));
  });
  try {
    child.stdout.setEncoding('utf8');
    for await (const piece of child.stdout) yield piece as string;
    const failed = await ended;
    if (failed !== null) throw unreadable(unit, errors.trim() || failed);
  } finally {
    child.kill();
  }
}

function unreadable(unit: string, why: string): TradectlError {
  return new TradectlError('FILE_INVALID', `journalctl -u ${unit} cannot be read: ${why}`, {
    hint: 'read it as a member of systemd-journal: sudo usermod -aG systemd-journal USER',
  });
}
