/** A doctor who sees nothing: no tool, no /proc, a home of another user. What is not seen is never well. */
import { expect, it, test } from 'vitest';
import { ms } from '../../../src/domain/clock.ts';
import {
  doctorDocument,
  examine,
  type DoctorRequest,
} from '../../../src/engine/operations/doctor/read-doctor.ts';
import type { CheckResult } from '../../../src/host/check.ts';
import { fakeHost } from '../../support/fake-host.ts';

const HOME = '/srv/bot';
const BLIND = fakeHost({
  files: { '/proc/meminfo': '', '/proc/loadavg': '', [`${HOME}/state.db`]: '' },
  hidden: { [HOME]: `this user may not look into ${HOME}` },
  facts: { [HOME]: { uid: 1_234 } },
  syncs: [],
});
const host = {
  ...BLIND,
  output: () => null,
  fileSystem: () => null,
  stat: (path: string) => (path.startsWith('/run/') ? null : BLIND.stat(path)),
};
const REQUEST: DoctorRequest = {
  host,
  config: { configFile: null, home: HOME, cwd: '/', env: {}, overrides: {} },
  nowMs: ms(1_700_000_000_000),
  only: null,
  venueClock: () => Promise.resolve(null),
  checkKey: () => Promise.resolve({ asked: false, why: 'not asked' }),
  unanswered: () => null,
};

/** What no machine can hide. */
const ALWAYS_SEEN = ['umask', 'node', 'sqlite'];

it('calls nothing well that it could not look at, and says why it matters and how to look', async () => {
  const results = await examine(REQUEST);
  const hidden = results.filter(({ name }) => !ALWAYS_SEEN.includes(name));
  expect(hidden.filter(({ verdict }) => verdict === 'ok').map(({ name }) => name)).toEqual([]);
  for (const { name, why, fix } of hidden) {
    expect(why, name).toMatch(/\.$/);
    expect(fix, name).not.toEqual([]);
  }
});

test('of a home that another user owns the database fails, the rest is unknown, with who may look', async () => {
  const results = await examine({ ...REQUEST, only: ['database', 'lock', 'deaths', 'modes'] });
  const told = ({ name, verdict, figure, fix }: CheckResult): unknown => [
    name,
    verdict,
    figure,
    fix,
  ];
  const why = `this user may not look into ${HOME}`;
  const fix = [`sudo -u '#1234' tradectl doctor --home ${HOME}`];
  expect(results.map(told)).toEqual([
    ['modes', 'unknown', why, fix],
    ['database', 'fail', why, fix],
    ['lock', 'unknown', why, fix],
    ['deaths', 'unknown', why, fix],
  ]);
  expect(doctorDocument(REQUEST, results, [])).toMatchObject({
    home_state: 'hidden',
    healthy: false,
  });
});

test.each([
  // Below a file no lock can be seen.
  ['a lock that nobody may ask', process.execPath, 50],
  ['no bot', '/srv/none', 200],
])('%s: as many durable writes as do not hold a bot up', async (_what, home, writes) => {
  const config = { ...REQUEST.config, home };
  const [fsync] = await examine({ ...REQUEST, host: fakeHost(), config, only: ['fsync'] });
  expect(fsync?.numbers['writes']).toBe(writes);
});
