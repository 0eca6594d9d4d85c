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

/** The incidents as a person plays them. */
const DRILLS = 'test/e2e/drills.test.ts';

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
  {
    name: 'ballast-kept',
    incident: 'A full disk: nothing was kept back, and neither halt nor exit could be recorded.',
    file: 'src/engine/disk-guard.ts',
    find: 'const released = releaseBallast(bot.paths);',
    replace: 'const released = false;',
    test: 'test/scenario/engine-faults.test.ts',
    testName: 'denies entries, keeps protecting, halts, and catches up in order',
  },
  {
    name: 'full-disk-forgotten',
    incident:
      'The disk had room for a moment, and the bot opened new risk on a journal about to fail.',
    file: 'src/engine/build-bot.ts',
    find: 'const onFull = (): void => meetFullDisk(bot);',
    replace: 'const onFull = (): void => undefined;',
    test: 'test/scenario/engine-faults.test.ts',
    testName: 'denies entries, keeps protecting, halts, and catches up in order',
  },
  {
    name: 'drill-oom-no-swap',
    incident: 'A bot that was killed came back as if nothing had happened.',
    file: 'src/core/runs.ts',
    find: 'return last !== undefined && last.endedMs === null ? last : null;',
    replace: 'return null;',
    test: DRILLS,
    testName: 'drill oom-no-swap',
  },
  {
    name: 'drill-half-a-contract',
    incident: 'Half of one contract was sent 46 times to a venue whose minimum is one.',
    file: 'src/protection/size-close.ts',
    find: 'if (rounded.lt(minimum)) return belowMinimum(request, flags);',
    replace: "if (rounded.lt(minimum)) return send(request, 'ok', quantity(requested));",
    test: DRILLS,
    testName: 'drill half-a-contract',
  },
  {
    name: 'drill-two-spellings',
    incident: 'A row was purged by the name it was written with, and the other spelling stayed.',
    file: 'src/reconcile/plan-rows.ts',
    find: 'payload: { row_id: row.rowId, reason }',
    replace: 'payload: { row_id: writtenSymbol(row) as StagedRow["rowId"], reason }',
    test: DRILLS,
    testName: 'drill two-spellings',
  },
  {
    name: 'drill-zero-size-open',
    incident: 'RESTORE HALT: a row of size zero ended every start.',
    file: 'src/engine/full-look.ts',
    find: 'append(bot, bot.store.quarantine(problems));',
    replace: "throw new Error('RESTORE HALT: position_state row invalid quantity');",
    test: DRILLS,
    testName: 'drill zero-size-open',
  },
  {
    name: 'drill-flattened-phantoms',
    incident: 'flatten_orphan: what the registry did not know was closed at the start.',
    file: 'src/protection/plan-stop.ts',
    find: 'const { position, mark, settings, nowMs } = facts;\n  const stored = storedLevel(facts);',
    replace:
      "const { position, mark, settings, nowMs } = facts;\n  if (isImported(position)) return exit(facts, 'emergency', 'flatten_orphan');\n  const stored = storedLevel(facts);",
    test: DRILLS,
    testName: 'drill flattened-phantoms',
  },
  {
    name: 'drill-limits-crossed',
    incident: 'Limits were read one by one, and one that was crossed by another went unnoticed.',
    file: 'src/config/relations.ts',
    find: 'return holds ? [] : [{ ...relation, lowerValue, upperValue }];',
    replace: 'return holds || !holds ? [] : [{ ...relation, lowerValue, upperValue }];',
    test: DRILLS,
    testName: 'drill limits-crossed',
  },
  {
    name: 'drill-oversized',
    incident: 'A sizing path that skipped the cap opened a position four times too large.',
    file: 'src/risk/gate.ts',
    find: 'floorToStep(minDecimal(byRisk, byCap), instrument.lotStep)',
    replace: 'floorToStep(byRisk, instrument.lotStep)',
    test: DRILLS,
    testName: 'drill oversized',
  },
  {
    name: 'drill-one-bad-target',
    incident: 'One target that could not be placed took the other two with it.',
    file: 'src/protection/targets.ts',
    find: 'carried = want;',
    replace: 'carried = want;\n      closed = true;',
    test: DRILLS,
    testName: 'drill one-bad-target',
  },
  {
    name: 'drill-lost-queue',
    incident: 'A new bot was believed to have recovered what a dead one had in its memory.',
    file: 'src/forensics/verdict/explanations.ts',
    find: '`Ruled out: ${how}`',
    replace: '`Possible: ${how}`',
    test: DRILLS,
    testName: 'drill lost-queue',
  },
  {
    name: 'unread-log-is-proof',
    incident: 'A log that nobody had understood was told to have no line of a position.',
    file: 'src/forensics/verdict/look.ts',
    find: "source.kind === 'log' && facts['unread'] === true",
    replace: "source.kind === 'log' && facts['unread'] === undefined",
    test: 'test/unit/forensics/unread-rows.test.ts',
    testName: 'a line that names it in words that no pattern knows',
  },
  {
    name: 'distance-is-a-count',
    incident: 'The distance between two numbers was told as a count of lost events.',
    file: 'src/forensics/verdict/contradictions.ts',
    find: 'if (from === undefined) return [];',
    replace: 'return [];',
    test: DRILLS,
    testName: 'drill lost-queue',
  },
  {
    name: 'queue-before-commit',
    incident:
      '5,902 events sat in a queue between being told and being written when the process died.',
    file: 'src/core/journal.ts',
    find: '  return (batch, memory) => transaction.immediate(batch, memory);',
    replace: `  return (batch, memory) => {
    if (!db.inTransaction) {
      db.exec('BEGIN IMMEDIATE');
      setTimeout(() => db.inTransaction && db.exec('COMMIT'), 1_000).unref();
    }
    return transaction(batch, memory);
  };`,
    test: 'test/unit/core/kill.test.ts',
    testName: 'loses nothing that was told, in 20 rounds on one home',
  },
  {
    name: 'log-before-commit',
    incident: 'The log told of positions that the database never had, and the other way round.',
    file: 'src/core/journal.ts',
    find: '        staged = stage(batch, { head, registry });',
    replace: `        options.onCommitted?.(
          batch.map((event, at) =>
            storedEvent(
              eventRow(event, {
                seq: head.seq + 1 + at,
                runId: options.runId,
                recordedMs: options.clock.now(),
                previousHash: head.hash,
              }),
            ),
          ),
        );
        staged = stage(batch, { head, registry });`,
    test: 'test/unit/log/event-log.test.ts',
    testName:
      'incident: what the journal refuses has no line, for a line is never ahead of its commit',
  },
  {
    name: 'late-is-normal',
    incident: 'Events were recorded an hour after they happened, and nobody noticed.',
    file: 'src/forensics/hole-scan.ts',
    find: "  return wasAlive ? 'held' : null;",
    replace: '  return null;',
    test: 'test/unit/forensics/gaps.test.ts',
    testName: 'an event that waited while others were recorded was held somewhere',
  },
  {
    name: 'null-signal-believed',
    incident: 'A position had no signal id, its event named one, and each was quoted as the truth.',
    file: 'src/forensics/own-contradictions.ts',
    find: '  if (named === row.signal_id ||',
    replace: '  if (row.signal_id === null || named === row.signal_id ||',
    test: 'test/unit/forensics/verify-journal.test.ts',
    testName: 'incident RSRUSDT: a position whose signal is NULL against the event that names it',
  },
  {
    name: 'verified-once-for-all',
    incident:
      'Rows were mended by hand after a check, and the check went on saying they were whole.',
    file: 'src/forensics/verified-cursor.ts',
    find: 'if (cursor === null || cursor.identity !== source.identity()) return null;',
    replace: 'if (cursor === null) return null;',
    test: 'test/unit/forensics/verify-journal.test.ts',
    testName: 'incident: rows edited by hand behind the back of a check are found by the next one',
  },
  {
    name: 'the-same-connection-again',
    incident: 'A commit whose fsync had failed was tried again on its connection, and believed.',
    file: 'src/core/lasting-database.ts',
    find: 'if (this.failure === null) return this.db;',
    replace: 'if (this.failure !== undefined) return this.db;',
    test: 'test/unit/core/lasting-database.test.ts',
    testName:
      'a failed fsync: nothing happened, and the next append goes through another connection',
  },
];
