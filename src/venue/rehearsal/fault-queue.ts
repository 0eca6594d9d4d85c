/**
 * The rules in force, in the order they came. Each time one acts uses it up by one; whether a rule with a
 * probability acts is drawn from the seed, the rule and how often it matched: the same seed and the same
 * requests meet the same faults.
 */
import type { Clock, Ms } from '../../domain/clock.ts';
import { sha256 } from '../../domain/random.ts';
import type { FaultAction, FaultRule } from './fault-rules.ts';

export interface FaultQueue {
  add(rules: readonly FaultRule[]): void;
  /** What is to go wrong with this request; null for nothing. */
  take(method: string, path: string): FaultAction | null;
  /** What is to go wrong with a message of a feed; null for nothing. */
  takeFeed(feed: string): FaultAction | null;
  left(): readonly FaultRule[];
  clear(): void;
}

interface Armed {
  readonly rule: FaultRule;
  /** Counts all rules that ever came. */
  readonly number: number;
  readonly sinceMs: Ms;
  matched: number;
  acted: number;
}

/** `clock` is the machine's. */
export function createFaultQueue(
  initial: readonly FaultRule[],
  { clock, seed }: { clock: Clock; seed: string },
): FaultQueue {
  let armed: Armed[] = [];
  let count = 0;
  const add = (rules: readonly FaultRule[]): void => {
    const sinceMs = clock.now();
    for (const rule of rules) {
      armed.push({ rule, number: (count += 1), sinceMs, matched: 0, acted: 0 });
    }
  };
  const acts = (each: Armed): boolean => {
    const { rule, number } = each;
    each.matched += 1;
    if (each.matched <= rule.skip) return false;
    if (rule.probability < 1 && draw(`${seed}|fault|${number}|${each.matched}`) >= rule.probability)
      return false;
    each.acted += 1;
    return true;
  };
  const takeBy = (fits: (rule: FaultRule) => boolean): FaultAction | null => {
    const now = clock.now();
    armed = armed.filter((each) => !isOver(each, now));
    const found = armed.find((each) => isDue(each, now) && fits(each.rule) && acts(each));
    return found?.rule.action ?? null;
  };
  add(initial);
  return {
    add,
    take: (method, path) => takeBy((rule) => fitsRequest(rule, method, path)),
    takeFeed: (feed) => takeBy((rule) => rule.feed === '*' || rule.feed === feed),
    left: () => armed.filter((each) => !isOver(each, clock.now())).map(leftOf),
    clear: () => {
      armed = [];
    },
  };
}

function fitsRequest(rule: FaultRule, method: string, path: string): boolean {
  if (rule.feed !== null) return false;
  if (rule.method !== null && rule.method !== method) return false;
  if (rule.path === null || rule.path === path) return true;
  return path.endsWith(rule.path.startsWith('/') ? rule.path : `/${rule.path}`);
}

function isDue({ rule, sinceMs }: Armed, now: Ms): boolean {
  return now - sinceMs >= rule.afterMs;
}

function isOver({ rule, sinceMs, acted }: Armed, now: Ms): boolean {
  if (rule.times !== null && acted >= rule.times) return true;
  return rule.forMs !== null && now - sinceMs >= rule.afterMs + rule.forMs;
}

function leftOf({ rule, matched, acted }: Armed): FaultRule {
  const times = rule.times === null ? null : rule.times - acted;
  return { ...rule, times, skip: Math.max(0, rule.skip - matched) };
}

/** Uniform in [0, 1). */
function draw(question: string): number {
  return Number.parseInt(sha256(question).slice(0, 12), 16) / 2 ** 48;
}
