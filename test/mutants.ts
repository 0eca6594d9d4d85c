/**
 * One patch per incident: the smallest change that brings the old behaviour back, and the test that
 * must notice it. `npm run mutants` applies them.
 */
export interface Mutant {
  readonly name: string;
  /** What happened, in one sentence. */
  readonly incident: string;
  readonly file: string;
  /** Occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  readonly test: string;
  readonly testName: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'limits-crossed',
    incident: 'A safety limit fired every time, and the kill switch cancelled the stop-losses.',
    file: 'src/risk/monitor.ts',
    find: "orders.filter((order) => order.role === 'entry' && !isTerminal(order.state))",
    replace: 'orders.filter((order) => !isTerminal(order.state))',
    test: 'test/unit/risk/monitor.test.ts',
    testName:
      'incident limits crossed: HALTED cancels entries and keeps every stop, target and exit',
  },
  {
    name: 'oversized',
    incident: 'A sizing path that skipped the cap opened a position four times too large.',
    file: 'src/risk/gate.ts',
    find: 'floorToStep(minDecimal(byRisk, byCap), instrument.lotStep)',
    replace: 'floorToStep(byRisk, instrument.lotStep)',
    test: 'test/unit/risk/gate.test.ts',
    testName: 'incident oversized: no sizing path is worth more than a quarter of equity',
  },
  {
    name: 'one-bad-target',
    incident: 'One target that was already passed threw away the whole list.',
    file: 'src/protection/targets.ts',
    find: 'if (valid.length === 0 || shares.isZero())',
    replace: 'if (valid.length < ahead.length || shares.isZero())',
    test: 'test/unit/protection/targets.test.ts',
    testName: 'incident one bad target: a bad one is left out, the others are placed',
  },
];
