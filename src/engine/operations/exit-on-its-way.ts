/**
 * Does an exit of a position still live, or is its outcome unknown? A second one beside it could close more
 * than was asked for, or meet a position that was opened since.
 */
import { isTerminal } from '../../domain/order.ts';
import type { Position } from '../../domain/position.ts';
import type { Bot } from '../bot.ts';

export function isExitOnItsWay({ journal }: Pick<Bot, 'journal'>, position: Position): boolean {
  return [...journal.registry().orders.values()].some(
    ({ positionId, role, state }) =>
      positionId === position.positionId && role === 'exit' && !isTerminal(state),
  );
}
