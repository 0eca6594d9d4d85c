/** A small valid scenario as text, with the part that a test is about put in its place. */
import { parseScenario } from '../../../scripts/scenarios/read-scenario.ts';
import type { Scenario } from '../../../scripts/scenarios/scenario.ts';

export type Part = Readonly<Record<string, unknown>>;

export const TON = {
  symbol: 'TON/USD:USD',
  venue_id: 'PF_TONUSD',
  mark: '2.5',
};

const SMALL: Part = {
  name: '01: a small scenario',
  now_ms: 1_700_000_000_000,
  instruments: [TON],
  venue: [{}],
};

export function scenarioText(part: Part = {}): string {
  return JSON.stringify({ ...SMALL, ...part });
}

export function scenario(part: Part = {}): Scenario {
  return parseScenario(scenarioText(part), 'small.json');
}
