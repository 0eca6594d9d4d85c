/** A bot under a service manager: the messages it really sends, read from a socket as systemd has one. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { until } from '../support/living-bot.ts';
import { cleanUp, freshHome, start, tradectl, type Running } from '../support/tradectl.ts';

const missing = ['systemd-notify', 'python3'].filter(
  (name) => spawnSync(name, ['--version']).status !== 0,
);
const without = missing.length === 0 ? '' : ` (skipped: no ${missing.join(', no ')})`;

/** Datagrams on a local socket, one line each into a file, until it is killed. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    said = s.recv(65536).decode()
    with open(sys.argv[2], 'a') as f: f.write(said.strip().replace(chr(10), ' | ') + chr(10))
`;

const stops: (() => void)[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop()));
afterAll(cleanUp);

async function listener(): Promise<{ socket: string; heard: () => string[] }> {
  const folder = freshHome('socket');
  const [socket, file] = [join(folder, 'notify'), join(folder, 'heard')];
  const child = spawn('python3', ['-c', LISTENER, socket, file], { stdio: 'ignore' });
  stops.push(() => child.kill('SIGKILL'));
  await until(() => Promise.resolve(existsSync(socket)));
  // BARRIER is how a messenger waits until it was read.
  const heard = (): string[] =>
    existsSync(file) ? (readFileSync(file, 'utf8').match(/^(?!BARRIER).+$/gm) ?? []) : [];
  return { socket, heard };
}

describe.skipIf(missing.length > 0)(`a bot under a service manager${without}`, () => {
  test('is ready after its start, tells its state, and says that it stops', async () => {
    const { socket, heard } = await listener();
    const home = freshHome();
    const bot: Running = start(['run', '--speed', 'real', '--home', home], {
      env: { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '600000' },
    });
    stops.push(() => bot.child.kill('SIGKILL'));
    await until(() => Promise.resolve(heard().length >= 3));
    expect(heard()[0]).toMatch(/^READY=1 \| WATCHDOG=1 \| STATUS=NORMAL, 0 positions, cycle \d+$/);
    expect(heard()[2]).toMatch(/^WATCHDOG=1 \| STATUS=NORMAL/);
    bot.child.kill('SIGTERM');
    expect(await bot.ended).toMatchObject({ code: 0 });
    await until(() => Promise.resolve(heard().at(-1)?.startsWith('STOPPING=1') === true));
  });

  test('a halted bot is ready too, and says where to look', async () => {
    const { socket, heard } = await listener();
    const home = freshHome();
    await tradectl(['run', '--cycles', '3', '--home', home]);
    await tradectl(['halt', 'set', '--reason', 'release day', '--home', home]);
    const ended = await tradectl(['run', '--cycles', '3', '--home', home], {
      env: { NOTIFY_SOCKET: socket },
    });
    expect(ended.code).toBe(0);
    await until(() => Promise.resolve(heard().length >= 2));
    expect(heard()[0]).toMatch(/^READY=1 \| STATUS=HALTED.*: tradectl halt show$/);
  });
});

test('without a messenger the bot runs on and says it once', async () => {
  const home = freshHome();
  const ended = await tradectl(['run', '--cycles', '3', '--home', home], {
    env: { NOTIFY_SOCKET: join(home, 'nobody'), PATH: '/nowhere' },
  });
  expect(ended.code).toBe(0);
  expect(ended.stderr.match(/the service manager cannot be told/g)).toHaveLength(1);
});
