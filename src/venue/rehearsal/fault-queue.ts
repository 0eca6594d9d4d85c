/** The rules in force, in the order they came. Each match uses one up. */
import type { FaultAction, FaultRule } from './fault-rules.ts';

export interface FaultQueue {
  add(rules: readonly FaultRule[]): void;
  /** What is to go wrong with this request; null for nothing. */
  take(method: string, path: string): FaultAction | null;
  left(): readonly FaultRule[];
  clear(): void;
}

export function createFaultQueue(initial: readonly FaultRule[]): FaultQueue {
  let rules: readonly FaultRule[] = [...initial];
  return {
    add: (more) => {
      rules = [...rules, ...more];
    },
    take(method, path) {
      const found = rules.find((rule) => fits(rule, method, path));
      if (found === undefined) return null;
      rules = rules.flatMap((rule) => (rule === found ? usedOnce(rule) : [rule]));
      return found.action;
    },
    left: () => rules,
    clear: () => {
      rules = [];
    },
  };
}

function fits(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method !== null && rule.method !== method) return false;
  if (rule.path === null || rule.path === path) return true;
  return path.endsWith(rule.path.startsWith('/') ? rule.path : `/${rule.path}`);
}

function usedOnce(rule: FaultRule): FaultRule[] {
  if (rule.times === null) return [rule];
  return rule.times > 1 ? [{ ...rule, times: rule.times - 1 }] : [];
}
