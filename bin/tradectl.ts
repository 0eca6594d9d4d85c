#!/usr/bin/env node
/**
 * The entry. It must parse and run on any Node that can run ES modules, because its first job is to
 * say that the Node is too old: so no static import of ours, and only old syntax here.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NEEDED = [22, 18] as const;

function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** The Node that a checkout pins in its devDependencies, or null in a plain installation. */
function pinnedNode(): string | null {
  const path = fileURLToPath(new URL('../../node_modules/node/bin/node', import.meta.url));
  return existsSync(path) ? path : null;
}

/** Runs this program again under the pinned Node and ends as that one ends. */
async function runAgainWith(node: string): Promise<void> {
  // Loaded here: it would cost every command a tenth of its start.
  const { spawn } = await import('node:child_process');
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel carries nothing: its end tells the child that this process was killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // A terminal sends Ctrl-C to both; a supervisor signals only this process, so pass it on.
  for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.kill(name));
  process.on('SIGINT', () => undefined);
  child.on('error', () => refuse());
  child.on('exit', (code, signal) => {
    if (signal !== null) process.kill(process.pid, signal === 'SIGINT' ? 'SIGTERM' : signal);
    process.exitCode = code === null ? 1 : code;
  });
}

/**
 * Under `kill -9` this program must die with the process that was killed: a bot that went on under the
 * pinned Node would hold the lock and trade while its operator believes it dead.
 */
function dieWithParent(): void {
  if (process.channel === undefined || process.env['TRADECTL_REEXECUTED'] === undefined) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // After the listener, which holds the channel: waiting for it must not keep a short command alive.
  process.channel.unref();
}

function refuse(): void {
  process.stderr.write(
    `tradectl: needs Node ${NEEDED.join('.')} or newer, this is ${process.versions.node} (see https://nodejs.org)\n`,
  );
  process.exitCode = 2;
}

const pinned = pinnedNode();
if (isSupported(process.versions.node)) {
  // Before anything is loaded, and by name: an older Node has neither the method nor the export.
  (await import('node:module')).enableCompileCache?.();
  dieWithParent();
  const { main } = await import('../commands/main.ts');
  await main(process.argv.slice(2));
} else if (pinned !== null && process.env['TRADECTL_REEXECUTED'] === undefined) {
  process.env['TRADECTL_REEXECUTED'] = '1';
  await runAgainWith(pinned);
} else {
  refuse();
}
