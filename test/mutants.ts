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
  {
    name: 'two-spellings',
    incident:
      'A position under another spelling could not be purged: the row was looked up by its name.',
    file: 'src/reconcile/plan-rows.ts',
    find: 'payload: { row_id: row.rowId, reason }',
    replace: 'payload: { row_id: writtenSymbol(row) as StagedRow["rowId"], reason }',
    test: 'test/unit/reconcile/rows.test.ts',
    testName:
      "incident TON: two spellings of one symbol become one position, purged by the row's own id",
  },
  {
    name: 'zero-size-row',
    incident: 'An OPEN row of size zero was taken for a position at every start.',
    file: 'src/core/row-fault.ts',
    find: "if (status === 'open' && quantity.isZero()) return 'it is open with a quantity of zero';",
    replace: '',
    test: 'test/unit/core/restore.test.ts',
    testName: 'incident ATOM: a zero-size OPEN row is quarantined once and the bot starts',
  },
  {
    name: 'phantoms-flattened',
    incident: 'Real positions found at a start were closed because their stop seemed passed.',
    file: 'src/protection/position-facts.ts',
    find: "return origin === 'venue-report';",
    replace: 'return false;',
    test: 'test/unit/protection/unplanned.test.ts',
    testName: 'incident ETH ZEC RENDER ENS: an imported position is protected, never exited',
  },
  {
    name: 'half-contract',
    incident: 'Half of one contract was sent 46 times to a venue whose minimum is one.',
    file: 'src/protection/size-close.ts',
    find: 'if (rounded.lt(minimum)) return belowMinimum(request, flags);',
    replace: "if (rounded.lt(minimum)) return send(request, 'ok', quantity(requested));",
    test: 'test/scenario/engine-close.test.ts',
    testName:
      'incident GALA XRP: half of one contract is refused once, with the nearest valid quantities',
  },
  {
    name: 'action-without-side',
    incident: 'An action was planned that did not say which way it trades.',
    file: 'src/protection/position-facts.ts',
    find: 'side: exitSide(position.side),',
    replace: "side: '' as OrderIntent['side'],",
    test: 'test/unit/reconcile/laws.test.ts',
    testName: 'incident action without a side: every action of every plan names what it does',
  },
  {
    name: 'absence-is-flat',
    incident:
      'A venue in maintenance answered with an empty list, and what was open was taken for closed.',
    file: 'src/reconcile/absence.ts',
    find: "return { proven: false, why: 'not listed; to be seen twice' };",
    replace: "return { proven: true, evidence: 'not listed' };",
    test: 'test/unit/reconcile/laws.test.ts',
    testName: 'nothing seen before: no row is closed, whatever is missing',
  },
  {
    name: 'all-gone-is-flat',
    incident:
      'Every position vanished from one answer at once, and all of them were closed in the registry.',
    file: 'src/reconcile/absence.ts',
    find: 'if (isTogether && !isVouched()) {',
    replace: 'if (false) {',
    test: 'test/unit/reconcile/absence.test.ts',
    testName:
      '30: two vanished at once, one vouched for and closed: the other still waits for its word',
  },
];
