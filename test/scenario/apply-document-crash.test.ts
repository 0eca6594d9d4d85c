/**
 * 50, as an operator applies a plan that was shown: killed at any append or request, the next process
 * goes on with the same document, and what it refuses as moved (an order whose answer was lost) a new plan does.
 * Done, the document is refused.
 */
import { describe, expect, it } from 'vitest';
import { TradectlError } from '../../src/domain/errors.ts';
import type { RecordedBot } from '../../src/engine/assemble.ts';
import { applyByBot } from '../../src/engine/operations/apply-plan.ts';
import type { Operator } from '../../src/engine/operations/operator.ts';
import type { PlanDocument, PlanRequest } from '../../src/engine/operations/plan-document.ts';
import { planByBot } from '../../src/engine/operations/plan-reconcile.ts';
import { cancelByHand, tradeByHand } from '../support/by-hand.ts';
import { engineWorld, SOL, TON, type EngineWorld, type Wish } from '../support/engine-world.ts';
import { mortalAt, type Death, type Steps } from '../support/repair-lives.ts';
import { flat } from '../support/tiny-recording.ts';

const LONG: Wish = { at: 2, id: 'sig-long', stop: '95', targets: ['110', '115', '120'] };
const BY: Operator = { uid: 1000, terminal: '/dev/pts/0', user: 'op' };

const RECONCILE: PlanRequest = {
  kind: 'reconcile',
  symbols: [],
  rows: [],
  reason: null,
  stops: {},
  no_stop_reason: null,
};

/** TON without its stop, SOL bought by hand, nobody running; and the plan an operator saw. */
async function shown(): Promise<{ world: EngineWorld; document: PlanDocument }> {
  const bars = flat(8);
  const world = engineWorld({ markets: { TON: { bars }, SOL: { bars } }, wishes: [LONG] });
  const life = await world.start();
  await life.to(3);
  await cancelByHand(life.assembled, life.live('stop')[0]?.clientOrderId);
  await tradeByHand(life.assembled, { symbol: SOL, side: 'buy', quantity: '3' });
  life.bot.journal.append([
    { type: 'FINDING', payload: { finding: 'test', evidence: 'a minute' } },
  ]);
  life.die();
  return { world, document: await planned(world) };
}

const planned = (world: EngineWorld): Promise<PlanDocument> =>
  inProcess(world, async ({ bot }) => (await planByBot(bot, RECONCILE)).document);

async function inProcess<T>(world: EngineWorld, work: (on: RecordedBot) => Promise<T>): Promise<T> {
  const assembled = world.assemble();
  assembled.feed.catchUp(assembled.clock.now());
  try {
    return await work(assembled);
  } finally {
    assembled.close();
  }
}

async function applyUntil(
  world: EngineWorld,
  document: PlanDocument,
  death?: Death,
): Promise<Steps> {
  const steps: Steps = { appends: 0, requests: 0, died: false, plans: [] };
  await inProcess(world, async ({ bot, venue }) => {
    const mortal = mortalAt(steps, death);
    // The gateway and the protector hold the same objects.
    Object.assign(bot.journal, mortal.journal({ ...bot.journal }));
    Object.assign(venue.trader, mortal.trader({ ...venue.trader }));
    try {
      await Promise.race([applyByBot(bot, { document, by: BY }), mortal.killed]);
    } catch (error) {
      if (!steps.died) throw error;
    }
  });
  return steps;
}

const endOf = (world: EngineWorld) =>
  inProcess(world, async ({ bot, venue }) => {
    const open = await venue.reader.openOrders();
    const rows = open.read === 'complete' ? open.rows : [];
    return {
      stops: rows
        .filter(({ type }) => type === 'stop')
        .map(({ symbol, quantity }) => `${symbol} ${quantity.toFixed()}`)
        .sort(),
      positions: [...bot.journal.registry().positions.keys()].sort(),
    };
  });

const leftIn = ({ repair, protection }: PlanDocument): number =>
  repair.actions.length + protection.actions.length;

const DONE = { stops: [`${SOL} 3`, `${TON} 20`], positions: [SOL, TON] };

describe('50: a saved plan', () => {
  it('applied without a disturbance is done, and refused the second time', async () => {
    const { world, document } = await shown();
    await applyUntil(world, document);
    expect(await endOf(world)).toEqual(DONE);
    await expect(applyUntil(world, document)).rejects.toThrow(TradectlError);
  });

  it.each(['append', 'before request', 'after request'] as const)(
    'killed at each %s in turn: applied again the same end, and no second stop',
    async (at) => {
      for (let step = 1; ; step += 1) {
        const { world, document } = await shown();
        const { died } = await applyUntil(world, document, { at, step });
        if (!died) {
          expect(step).toBeGreaterThan(2);
          return;
        }
        await applyUntil(world, document);
        const rest = await planned(world);
        if (leftIn(rest) > 0) await applyUntil(world, rest);
        expect(await endOf(world), `${at} ${step}`).toEqual(DONE);
        expect(leftIn(await planned(world))).toBe(0);
      }
    },
  );
});
