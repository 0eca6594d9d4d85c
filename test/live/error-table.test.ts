/**
 * Every word with which the venue answers an order, and every way in which it does not, against the whole
 * bot: what the journal calls the order, that the registry holds no position that is not there, and that
 * nothing was sent a second time.
 */
import { describe, expect, test } from 'vitest';
import type { OrderState } from '../../src/domain/order.ts';
import { expectSound, liveWorld, type LiveLife, type LiveWorld } from '../support/live-world.ts';

const PATIENT = 120_000;

/** sendStatus words of an order that was not taken. */
const REFUSED_STATUS = [
  'invalidOrderType',
  'invalidSide',
  'invalidSize',
  'invalidPrice',
  'outsidePriceCollar',
  'insufficientAvailableFunds',
  'postWouldExecute',
  'iocWouldNotExecute',
  'marketSuspended',
  'marketInactive',
  'maxPositionViolation',
  'clientOrderIdTooLong',
  'wouldNotReducePosition',
  'selfFill',
  'tooManySmallOrders',
  'wouldCauseLiquidation',
  'tooManyOrders',
  'marketIsPostOnly',
  'fixedLeverageTooHigh',
  'wouldIncreasePriceDislocation',
  'wouldProcessAfterSpecifiedTime',
  'clientOrderIdTooBig',
  'clientOrderIdInvalid',
  'reduceOnlyWouldIncreasePosition',
];

/** Words that prove nothing: an id that is known, and one that nobody has seen yet. */
const DOUBTFUL_STATUS = ['clientOrderIdAlreadyExist', 'somethingNew', 'notFound'];

/** `error` of a body with HTTP 200. */
const REFUSED_ERRORS = [
  'apiLimitExceeded',
  'authenticationError',
  'accountInactive',
  'nonceBelowThreshold',
  'nonceDuplicate',
  'insufficientFunds',
  'marketUnavailable',
  'contractNotFound',
  'requiredArgumentMissing',
  'invalidArgument: size',
  'invalidAccount',
  'invalidAmount',
  'invalidUnit',
  'Bad Request',
  'notFound',
];
const DOUBTFUL_ERRORS = [
  'unavailable',
  'Unavailable',
  'Server Error',
  'unknownError',
  'Json Parse Error',
  'a word that nobody has seen',
];

/** Without JSON: nothing is proven but by the two codes that come before anything is executed. */
const REFUSED_HTTP = [401, 429];
const DOUBTFUL_HTTP = [
  400, 403, 404, 405, 408, 409, 410, 418, 422, 451, 500, 501, 502, 503, 504, 520, 521, 522, 523,
  524, 525, 526, 530,
];

interface Row {
  readonly name: string;
  /** What the venue answers; the order is not executed. */
  readonly action: unknown;
  readonly ends: OrderState;
}

function statusRow(status: string, ends: OrderState): Row {
  const body = { result: 'success', sendStatus: { status } };
  return { name: status, action: { status: 200, body }, ends };
}

function bodyRow(name: string, action: unknown, ends: OrderState): Row {
  return { name, action, ends };
}

const errorBody = (error: string): unknown => ({ status: 200, body: { result: 'error', error } });

const ROWS: readonly Row[] = [
  ...REFUSED_STATUS.map((status) => statusRow(status, 'rejected')),
  ...DOUBTFUL_STATUS.map((status) => statusRow(status, 'absent')),
  ...REFUSED_ERRORS.map((error) => bodyRow(error, errorBody(error), 'rejected')),
  ...DOUBTFUL_ERRORS.map((error) => bodyRow(error, errorBody(error), 'absent')),
  bodyRow('an error without a word', { status: 200, body: { result: 'error' } }, 'absent'),
  bodyRow(
    'INSUFFICIENT_MARGIN',
    { status: 500, body: { errors: [{ code: 92, message: 'INSUFFICIENT_MARGIN' }] } },
    'rejected',
  ),
  ...REFUSED_HTTP.map((status) => bodyRow(`HTTP ${status}`, { status, body: 'no' }, 'rejected')),
  ...DOUBTFUL_HTTP.map((status) => bodyRow(`HTTP ${status}`, { status, body: 'no' }, 'absent')),
  bodyRow('half a body', { status: 200, body: '{"result":"succ' }, 'absent'),
  bodyRow('an empty body', { status: 200, body: '' }, 'absent'),
  bodyRow('success without a status', { status: 200, body: { result: 'success' } }, 'absent'),
];

describe('an entry that the venue answers like this', () => {
  test.each(parts(ROWS, 8))(
    '$names',
    async ({ rows }) => {
      const world = await liveWorld();
      const life = await world.start();
      for (const [index, { name, action, ends }] of rows.entries()) {
        // Another price is another order: a refusal that would be met again is not sent again.
        await world.control('price', { symbol: 'PF_XBTUSD', price: String(60_000 + 10 * index) });
        await world.control('clock', { advance_ms: 60_000 });
        await world.faults({ match: { path: 'sendorder' }, times: 1, action });
        life.wish({ id: `sig-row-${index}` });
        await life.cycle();
        await life.cyclesUntilSettled(30);
        expect(endOf(life, `sig-row-${index}`), name).toEqual([ends]);
        expect((await world.state()).openPositions, name).toEqual([]);
      }
      await expectSound(world, life);
    },
    PATIENT,
  );
});

describe('a stop that the venue answers like this is live in the end', () => {
  test.each(parts(ROWS, 8))(
    '$names',
    async ({ rows }) => {
      const world = await liveWorld();
      const life = await world.start();
      for (const [index, { name, action }] of rows.entries()) {
        // The pool of the venue's history is small: ten minutes fill it again.
        await world.control('clock', { advance_ms: 600_000 });
        await world.faults({ match: { path: 'sendorder' }, skip: 1, times: 1, action });
        life.wish({ id: `sig-row-${index}`, side: index % 2 === 0 ? 'long' : 'short' });
        await life.cycle();
        await life.cyclesUntilSettled(30);
        await life.cycle();
        expect(life.position(), name).not.toBeNull();
        await expectSound(world, life);
        await closeByHand(world, life);
        await untilNormal(life);
      }
    },
    PATIENT,
  );
});

/** How the entry orders of a signal ended; more than one would be one too many. */
function endOf({ bot }: LiveLife, signalId: string): (OrderState | undefined)[] {
  const ids = bot.view
    .eventsAfter(0, { type: 'ORDER_INTENDED' })
    .filter((event) => event.signalId === signalId)
    .flatMap(({ clientOrderId }) => clientOrderId ?? []);
  return ids.map((id) => bot.view.orderByClientId(id)?.state);
}

/** Somebody closes the position in the venue's own page; the bot finds that out. */
async function closeByHand(world: LiveWorld, life: LiveLife): Promise<void> {
  const position = life.position();
  const side = position?.side === 'long' ? 'sell' : 'buy';
  const size = String(position?.quantity);
  const click = { orderType: 'mkt', symbol: 'PF_XBTUSD', side, size, reduceOnly: 'true' };
  await world.control('order', click);
  for (let count = 0; count < 6 && life.position() !== null; count += 1) await life.cycle();
  await life.cycle();
  expect(life.position()).toBeNull();
}

/** A naked moment degrades the bot; it recovers when the cause has been away for three cycles. */
async function untilNormal(life: LiveLife): Promise<void> {
  const { journal } = life.bot;
  for (let left = 8; left > 0 && journal.registry().state !== 'NORMAL'; left -= 1) {
    await life.cycle();
  }
  expect(journal.registry().state).toBe('NORMAL');
}

function parts(rows: readonly Row[], size: number): { names: string; rows: readonly Row[] }[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, index) => {
    const part = rows.slice(index * size, (index + 1) * size);
    return { names: part.map(({ name }) => name).join(', '), rows: part };
  });
}
