/**
 * Settings that must be ordered, from every room, in one list of dotted paths. A limit that is tighter
 * than what it guards fires every time; so this is checked before the bot starts.
 */
import { decimal, type Decimal } from '../domain/decimal.ts';
import { settingKey } from '../domain/setting.ts';
import { LIMIT_RELATIONS } from '../risk/limits.ts';
import { STRATEGY_RELATIONS } from '../strategy/settings.ts';
import type { TypedValue } from './value-schema.ts';

interface Relation {
  readonly lower: string;
  readonly upper: string;
  readonly orEqual: boolean;
  /** What goes wrong without it. */
  readonly why: string;
}

/** A relation with both its values, that does not hold. */
export interface BrokenRelation extends Relation {
  readonly lowerValue: Decimal;
  readonly upperValue: Decimal;
}

export const RELATIONS: readonly Relation[] = [
  ...LIMIT_RELATIONS.map((relation) => ({
    ...relation,
    lower: `limits.${settingKey(relation.lower, 'decimal')}`,
    upper: `limits.${settingKey(relation.upper, 'decimal')}`,
  })),
  ...STRATEGY_RELATIONS.map((relation) => ({
    ...relation,
    orEqual: false,
    lower: `strategy.${settingKey(relation.lower, 'number')}`,
    upper: `strategy.${settingKey(relation.upper, 'number')}`,
  })),
  atMost('strategy.min_raw_rr_tp1', 'strategy.min_raw_rr_tp2', 'the second target lies further'),
  atMost('entry.leverage', 'paper.leverage', 'the paper venue would lock more margin than planned'),
  atMost('paper.latency_min', 'paper.latency_max', 'no latency would lie between them'),
  atMost('paper.late_stop_ack_min', 'paper.late_stop_ack_max', 'no delay would lie between them'),
  below('markets.tier_b_volume', 'markets.tier_a_volume', 'no market could be tier B'),
  below('markets.tier_c_volume', 'markets.tier_b_volume', 'no market could be tier C'),
  atMost('markets.tier_a_max_spread', 'markets.tier_b_max_spread', 'tier B is the looser one'),
  atMost('markets.tier_b_max_spread', 'markets.tier_c_max_spread', 'tier C is the looser one'),
];

/** The relations that do not hold; one whose values are not both valid is not judged. */
export function brokenRelations(values: ReadonlyMap<string, TypedValue>): BrokenRelation[] {
  return RELATIONS.flatMap((relation) => {
    const lowerValue = numeric(values.get(relation.lower));
    const upperValue = numeric(values.get(relation.upper));
    if (lowerValue === null || upperValue === null) return [];
    const holds = relation.orEqual ? lowerValue.lte(upperValue) : lowerValue.lt(upperValue);
    return holds ? [] : [{ ...relation, lowerValue, upperValue }];
  });
}

function numeric(value: TypedValue | undefined): Decimal | null {
  if (value === undefined || typeof value === 'boolean' || typeof value === 'string') return null;
  return isList(value) ? null : decimal(value);
}

function isList(value: Decimal | number | readonly string[]): value is readonly string[] {
  return Array.isArray(value);
}

function atMost(lower: string, upper: string, why: string): Relation {
  return { lower, upper, orEqual: true, why };
}

function below(lower: string, upper: string, why: string): Relation {
  return { lower, upper, orEqual: false, why };
}
