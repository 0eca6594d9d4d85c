/**
 * Every command of an operator through the live path: the real program, the real library, real signatures,
 * a rehearsal venue. First with no bot, which the command then is itself; then beside one that runs.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { wallClock } from '../../src/domain/clock.ts';
import { openRehearsal, type Rehearsal } from '../../src/engine/operations/rehearse.ts';
import { journalFacts } from '../support/journal-facts.ts';
import { until } from '../support/living-bot.ts';
import {
  cleanUp,
  document,
  freshHome,
  start,
  tradectl,
  type Ended,
  type Running,
} from '../support/tradectl.ts';

type Body = Readonly<Record<string, unknown>>;
const PATIENT = 120_000;
/** Ten seconds of the venue are one of the machine: two looks five seconds apart cost half a second. */
const SPEED = 10;
const SYMBOL = 'PF_XBTUSD';

let venue: Rehearsal;
let home = '';
let env: Record<string, string> = {};
let bot: Running | null = null;

beforeEach(async () => {
  venue = await openRehearsal({
    feed: null,
    faultsFile: null,
    port: 0,
    speed: SPEED,
    clock: wallClock(),
    seed: 'live commands',
    onDefect: (error) => {
      throw error;
    },
  });
  home = join(freshHome('live'), 'home');
  env = {
    KRAKENFUTURES_API_KEY: venue.apiKey,
    KRAKENFUTURES_API_SECRET: venue.apiSecret,
    TRADECTL_LIVE_CYCLE_INTERVAL: '20s',
    TRADECTL_LIVE_POLL_INTERVAL: '10s',
    TRADECTL_LIMITS_PROTECTION_DEADLINE: '60s',
  };
});
afterEach(async () => {
  bot?.child.kill('SIGKILL');
  await bot?.ended;
  bot = null;
  await venue.close();
});
afterAll(cleanUp);

const runArguments = (...more: string[]): string[] => [
  ...['run', '--venue', 'krakenfutures', '--rehearse', venue.url, '--home', home],
  ...more,
];
const at = (...args: string[]): Promise<Ended> => tradectl([...args, '--home', home], { env });
const of = (...args: string[]): Promise<Body> => document([...args, '--home', home], { env });
const control = async (what: string, body?: unknown): Promise<Body> => {
  const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return (await (await fetch(`${venue.url}/__ctl/${what}`, how)).json()) as Body;
};
const click = async (side: string, size: string, symbol = SYMBOL): Promise<void> => {
  const told = await control('order', { orderType: 'mkt', symbol, side, size });
  expect(JSON.stringify(told)).toContain('"placed"');
};
const positions = async (): Promise<Body[]> => (await control('state'))['openPositions'] as Body[];
const stops = async (): Promise<Body[]> =>
  ((await control('state'))['openOrders'] as Body[]).filter((row) => row['orderType'] === 'stop');
const count = (type: string): number =>
  journalFacts(home).events.filter((event) => event.type === type).length;

/** A home whose bot stopped in order after importing what was clicked. */
async function stoppedWithPosition(size = '0.04'): Promise<void> {
  await click('buy', size);
  const ended = await tradectl(runArguments('--cycles', '1'), { env });
  expect(ended).toMatchObject({ code: 0 });
  expect(await stops()).toHaveLength(1);
}

async function living(): Promise<void> {
  const before = ((): number => {
    try {
      return count('CYCLE_END');
    } catch {
      return 0;
    }
  })();
  bot = start(runArguments(), { env });
  await until(async () => {
    try {
      return count('CYCLE_END') > before;
    } catch {
      return false;
    }
  });
}

/** Everything that the bot wrote, journal, logs and requests included. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

describe('without a bot', () => {
  test(
    'reconcile shows a phantom and its stop, --apply imports and protects it, again is empty',
    async () => {
      await tradectl(runArguments('--cycles', '1'), { env });
      await click('buy', '0.04');
      const shown = await at('reconcile', '--json');
      expect(shown.code).toBe(1);
      expect(shown.stderr).toContain(`krakenfutures rehearsed at ${venue.url}`);
      const plan = JSON.parse(shown.stdout) as { findings: Body[]; actions: Body[] };
      expect(plan.findings).toContainEqual(expect.objectContaining({ finding: 'phantom' }));
      expect(await stops()).toEqual([]);
      const applied = await at('reconcile', '--apply', '--yes', '--confirm', 'paper');
      expect(applied).toMatchObject({ code: 0 });
      expect(await stops()).toHaveLength(1);
      expect(await at('reconcile')).toMatchObject({ code: 0 });
    },
    PATIENT,
  );

  test(
    'phantoms list and import, with a stop of the operator',
    async () => {
      await tradectl(runArguments('--cycles', '1'), { env });
      await click('sell', '0.04');
      expect((await at('phantoms', 'list')).stdout).toContain('BTC/USD:USD');
      const flags = ['--stop-distance', '0.1', '--yes', '--confirm', 'paper'];
      const imported = await at('phantoms', 'import', 'XBTUSD', ...flags);
      expect(imported).toMatchObject({ code: 0 });
      expect(await stops()).toHaveLength(1);
    },
    PATIENT,
  );

  test(
    'partial-close, close and flatten end at the venue; the stop stays until flat is proven',
    async () => {
      await stoppedWithPosition();
      const dry = await at('partial-close', SYMBOL, '--fraction', '0.5', '--dry-run', '--json');
      expect(dry).toMatchObject({ code: 0 });
      expect(await at('partial-close', SYMBOL, '--fraction', '0.5', '--yes')).toMatchObject({
        code: 0,
      });
      expect(await positions()).toMatchObject([{ size: 0.02 }]);
      expect(await at('close', SYMBOL, '--yes')).toMatchObject({ code: 0 });
      expect(await positions()).toEqual([]);
      await click('buy', '0.02');
      await click('sell', '1', 'PF_SOLUSD');
      expect(await at('flatten', '--confirm', 'paper')).toMatchObject({ code: 0 });
      expect(await positions()).toEqual([]);
    },
    PATIENT,
  );

  test(
    'an orphan is closed with the proof of its fill, also under another spelling',
    async () => {
      await stoppedWithPosition();
      await control('order', {
        ...{ orderType: 'mkt', symbol: SYMBOL, side: 'sell', size: '0.04', reduceOnly: 'true' },
      });
      const applied = await at('reconcile', '--apply', '--yes', '--confirm', 'paper');
      expect(applied).toMatchObject({ code: 0 });
      expect((await of('positions'))['positions']).toEqual([]);
      expect(await at('reconcile')).toMatchObject({ code: 0 });
    },
    PATIENT,
  );

  test(
    'a legacy ledger is staged, shown and retired; halt, kill and status need no venue',
    async () => {
      await stoppedWithPosition();
      const ledger = join(freshHome('ledger'), 'ledger.csv');
      writeFileSync(ledger, 'symbol,side,quantity,entry_price\nATOM/USD:USD,long,0,10\n');
      expect(await at('quarantine', 'import', ledger, '--yes')).toMatchObject({ code: 0 });
      expect((await at('quarantine', 'list')).stdout).toContain('ATOM');
      expect(await at('halt', 'set', '--reason', 'looking')).toMatchObject({ code: 0 });
      expect(await at('kill', '--reason', 'looking closer')).toMatchObject({ code: 0 });
      expect(await stops(), 'a kill touches no stop').toHaveLength(1);
      const status = await of('status');
      expect(status['venue']).toMatchObject({ venue: 'krakenfutures', breaker: 'closed' });
    },
    PATIENT,
  );
});

describe('what waits for its operator', () => {
  test(
    'stops of another instance are acknowledged; a staged row is retired; a watch ends on Ctrl-C',
    async () => {
      await stoppedWithPosition();
      // A second home on the same account finds what the first one left.
      home = join(freshHome('second'), 'home');
      await tradectl(runArguments('--cycles', '2'), { env });
      expect((await of('status'))['attention']).not.toEqual([]);
      expect(await stops(), 'it covers all the same').toHaveLength(1);
      expect(await at('acknowledge', SYMBOL, '--reason', 'it was me', '--yes')).toMatchObject({
        code: 0,
      });
      expect((await of('status'))['attention']).toEqual([]);
      const ledger = join(freshHome('ledger'), 'ledger.csv');
      writeFileSync(ledger, 'symbol,side,quantity,entry_price\nATOM/USD:USD,long,0,10\n');
      await at('quarantine', 'import', ledger, '--yes');
      const listed = await at('quarantine', 'list', '--json');
      const [, row = ''] = /(row-[0-9a-f]+)/.exec(listed.stdout) ?? [];
      expect(await at('quarantine', 'retire', row, '--reason', 'legacy', '--yes')).toMatchObject({
        code: 0,
      });
      const watch = start(['reconcile', '--watch', '--interval', '1s', '--home', home], { env });
      await watch.until(/BTC|match|agree/i);
      watch.child.kill('SIGINT');
      expect((await watch.ended).signal).toBeNull();
    },
    PATIENT,
  );
});

describe('beside a running bot', () => {
  test(
    'what is clicked is imported and protected by itself; close and partial-close act at once',
    async () => {
      await living();
      await click('buy', '0.04');
      await until(async () => (await stops()).length === 1);
      expect(await at('reconcile')).toMatchObject({ code: 0 });
      expect(await at('partial-close', SYMBOL, '--fraction', '0.5', '--yes')).toMatchObject({
        code: 0,
      });
      expect(await positions()).toMatchObject([{ size: 0.02 }]);
      expect(await at('close', SYMBOL, '--yes')).toMatchObject({ code: 0 });
      expect(await positions()).toEqual([]);
      expect(await at('events', 'gap', '--venue')).toMatchObject({ code: 0 });
      bot?.child.kill('SIGTERM');
      const ended = await bot?.ended;
      expect(ended?.code).toBe(0);
      const said = [ended?.stdout, ended?.stderr, ...filesOf(home)].join('\n');
      for (const secret of [venue.apiKey, venue.apiSecret]) {
        const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
        for (const form of forms) expect(said.includes(form), 'a key in the open').toBe(false);
      }
    },
    PATIENT,
  );

  test(
    'a bot that is killed is taken over: the same position, the same stop, nothing sent twice',
    async () => {
      await living();
      await click('buy', '0.04');
      await until(async () => (await stops()).length === 1);
      const [stop] = await stops();
      bot?.child.kill('SIGKILL');
      await bot?.ended;
      await living();
      expect((await stops()).map((row) => row['order_id'])).toEqual([stop?.['order_id']]);
      expect(count('PREVIOUS_RUN_DIED')).toBe(1);
      expect(await at('flatten', '--confirm', 'paper')).toMatchObject({ code: 0 });
      expect(await positions()).toEqual([]);
    },
    PATIENT,
  );

  test(
    'a click while the bot was dead is lacking once; the next start reads it, and its own acts are no hole',
    async () => {
      const death = async (): Promise<Body | undefined> => {
        const { stdout } = await at('events', 'gap', '--venue', '--json');
        return (JSON.parse(stdout)['findings'] as Body[]).find(({ kind }) => kind === 'death');
      };
      await living();
      await click('buy', '0.04');
      await until(async () => (await stops()).length === 1);
      bot?.child.kill('SIGKILL');
      await bot?.ended;
      await click('sell', '0.01');
      const lacking = { fills: [{ in_journal: false }], orders: [] };
      expect(await death()).toMatchObject({ severity: 'fail', venue: lacking });
      const fills = count('FILL');
      await living();
      await until(async () => count('FILL') > fills && (await stops()).length === 1);
      const known = { fills: [{ in_journal: true }], orders: [] };
      expect(await death()).toMatchObject({ severity: 'warn', venue: known });
    },
    PATIENT,
  );
});

describe('live trading is typed', () => {
  const live = (...more: string[]): Promise<Ended> =>
    tradectl(['run', '--venue', 'krakenfutures', '--home', home, ...more], { env });

  test('a flag alone is not enough, nor is the configuration alone', async () => {
    const flag = await live('--mode', 'live', '--confirm', 'paper');
    expect(flag).toMatchObject({ code: 3 });
    expect(flag.stderr).toContain('mode = "live"');
    env['TRADECTL_MODE'] = 'live';
    const nameless = await live('--confirm', 'paper');
    expect(nameless).toMatchObject({ code: 3 });
    expect(nameless.stderr).toContain('account = "main"');
    env['TRADECTL_ACCOUNT'] = 'main';
    const unnamed = await live();
    expect(unnamed).toMatchObject({ code: 3 });
    expect(unnamed.stderr).toContain('--confirm main');
    expect(await live('--confirm', 'other')).toMatchObject({ code: 3 });
  });

  test('a key that may withdraw is refused, and nothing is left behind', async () => {
    await control('key', { transfer: 'FULL_ACCESS' });
    const refused = await tradectl(runArguments(), { env });
    expect(refused).toMatchObject({ code: 3 });
    expect(refused.stderr).toContain('may');
    expect(() => statSync(home)).toThrow();
  });

  test('a key whose rights cannot be read is refused, unless the operator says that he looked', async () => {
    await control('faults', [
      { match: { path: 'api-keys/v3/check' }, action: { status: 500, body: 'oops' } },
    ]);
    const refused = await tradectl(runArguments('--cycles', '1'), { env });
    expect(refused).toMatchObject({ code: 4 });
    expect(refused.stderr).toContain('live.unchecked_key');
    env['TRADECTL_LIVE_UNCHECKED_KEY'] = 'true';
    expect(await tradectl(runArguments('--cycles', '1'), { env })).toMatchObject({ code: 0 });
  });

  test('a home never goes on with the account of another key, nor does a command', async () => {
    await stoppedWithPosition('0.02');
    const other = await openRehearsal({
      ...{ feed: null, faultsFile: null, port: 0, clock: wallClock(), seed: 'another account' },
      onDefect: () => undefined,
    });
    try {
      const keys = {
        KRAKENFUTURES_API_KEY: other.apiKey,
        KRAKENFUTURES_API_SECRET: other.apiSecret,
      };
      const elsewhere = runArguments('--cycles', '1').map((each) =>
        each === venue.url ? other.url : each,
      );
      const refused = await tradectl(elsewhere, { env: { ...env, ...keys } });
      expect(refused).toMatchObject({ code: 3 });
      expect(refused.stderr).toContain('another account');
      expect((await of('positions'))['positions']).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  test('doctor asks with the key of this home, whatever the configuration of today says', async () => {
    await tradectl(runArguments('--cycles', '1'), { env });
    expect(await at('doctor', '--venue', '--only', 'key')).toMatchObject({ code: 0 });
    await control('key', { transfer: 'FULL_ACCESS' });
    const told = await at('doctor', '--venue', '--only', 'key');
    expect(told).toMatchObject({ code: 1 });
    expect(told.stdout).toContain('FAIL');
  });

  test('a wrong secret is refused with the host', async () => {
    env['KRAKENFUTURES_API_SECRET'] = Buffer.from('another secret').toString('base64');
    const refused = await tradectl(runArguments(), { env });
    expect(refused).toMatchObject({ code: 4 });
    expect(refused.stderr).toContain('futures.kraken.com');
  });

  test('flags of a recording are refused with a live venue', async () => {
    expect(await live('--feed', '/nowhere')).toMatchObject({ code: 2 });
    expect(await tradectl(['run', '--rehearse', venue.url], { env })).toMatchObject({ code: 2 });
  });

  test('prices only: no key is needed and no order leaves', async () => {
    const keyless = Object.fromEntries(Object.entries(env).filter(([name]) => !/API/.test(name)));
    const ended = await tradectl(runArguments('--mode', 'paper', '--cycles', '2'), {
      env: keyless,
    });
    expect(ended).toMatchObject({ code: 0 });
    const { requests } = (await control('requests')) as { requests: Body[] };
    expect(requests.every(({ path }) => !String(path).includes('sendorder'))).toBe(true);
  });
});
