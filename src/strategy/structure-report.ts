/**
 * The structure of a whole candle series as `tradectl structure` prints it: the engine that trades,
 * with its log kept. Field names are those of `tradectl.structure/1`.
 */
import { isoTime, ms } from '../domain/clock.ts';
import type { Candle, Timeframe } from '../domain/candle.ts';
import { TradectlError } from '../domain/errors.ts';
import type { StrategySettings } from './settings.ts';
import { createStructure } from './structure.ts';

export interface ReportedSwing {
  readonly pivot_index: number;
  readonly confirm_index: number;
  /** 1 high, -1 low. */
  readonly type: 1 | -1;
  readonly price: number;
  readonly used_as_reference: boolean;
}

export interface ReportedEvent {
  readonly break_index: number;
  readonly kind: 'BOS' | 'CHOCH';
  readonly dir: 1 | -1;
  readonly initial: boolean;
  readonly level: number;
  readonly pivot_index: number;
  readonly pivot_confirm_index: number;
}

export interface StructureReport {
  readonly swings: readonly ReportedSwing[];
  readonly events: readonly ReportedEvent[];
}

/** Throws FILE_INVALID for a candle that breaks the input contract, naming its index and time. */
export function structureReport(
  candles: Iterable<Candle>,
  settings: StrategySettings,
  timeframe: Timeframe = '4h',
): StructureReport {
  const swings: ReportedSwing[] = [];
  const events: ReportedEvent[] = [];
  const engine = createStructure(settings, {
    timeframe,
    observer: {
      swing: (swing) =>
        swings.push({
          pivot_index: swing.pivotIndex,
          confirm_index: swing.confirmIndex,
          type: swing.type,
          price: swing.price,
          used_as_reference: swing.usedAsReference,
        }),
      event: (event) =>
        events.push({
          break_index: event.breakIndex,
          kind: event.kind,
          dir: event.dir,
          initial: event.initial,
          level: event.level,
          pivot_index: event.pivotIndex,
          pivot_confirm_index: event.pivotConfirmIndex,
        }),
    },
  });
  for (const candle of candles) {
    engine.push(candle);
    const fault = engine.fault();
    if (fault === null) continue;
    const time =
      Math.abs(fault.openMs) <= 8.64e15 ? isoTime(ms(fault.openMs)) : String(fault.openMs);
    throw new TradectlError(
      'FILE_INVALID',
      `candle ${engine.bars.count()} (${time}): ${fault.problem}`,
      { hint: `give closed ${timeframe} candles, oldest first, each once` },
    );
  }
  return { swings, events };
}
