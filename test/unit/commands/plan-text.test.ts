/** A plan on the screen: grouped, whole, never wider than 80 columns, and harmless whatever a venue sends. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findingWords, PROTECTION_REASONS } from '../../../commands/output/finding-words.ts';
import { appliedText } from '../../../commands/output/plan-applied.ts';
import { paragraph } from '../../../commands/output/plan-lines.ts';
import { planText } from '../../../commands/output/plan-text.ts';
import { paintFor } from '../../../commands/paint.ts';
import { RECONCILE_FINDINGS } from '../../../src/domain/plan.ts';
import type { PlanDocument } from '../../../src/engine/operations/plan-document.ts';
import {
  amount,
  applied,
  everyFinding,
  findingRow,
  phantomPlan,
  planDocument,
  protectionRow,
  repairRow,
  widest,
} from '../../support/plan-documents.ts';

const paint = await paintFor(false);
const shown = (document: PlanDocument, more: { all?: boolean; columns?: number } = {}): string =>
  planText(document, { all: false, columns: 80, paint, ...more });
/** Wrapped lines as one, for what is said rather than where it breaks. */
const said = (document: PlanDocument): string => shown(document).replaceAll(/\s+/g, ' ');

describe('the words of findings', () => {
  it.each([...RECONCILE_FINDINGS, ...PROTECTION_REASONS])(
    '%s has a meaning that fits its heading, and a remedy',
    (finding) => {
      const words = findingWords(finding);
      expect(words?.meaning.length).toBeGreaterThan(10);
      expect(`${finding} (99): ${words?.meaning}`.length).toBeLessThanOrEqual(80);
      expect(words?.remedy).toMatch(/^[A-Z].*\.$/);
    },
  );

  it('promises no stop to a position whose owner declined one', () => {
    expect(findingWords('unprotected')?.remedy).toContain('unless its owner declined one');
  });

  it('are in the manual of the documents', () => {
    const manual = readFileSync(new URL('../../../docs/json.md', import.meta.url), 'utf8');
    const line = /^\| `findings\[\]\.finding` +\| text +\| (matched.*?) *\|$/m.exec(manual)?.[1];
    const named = [...(line ?? '').matchAll(/[a-z][a-z_.?-]*/g)].map(([word]) => word);
    expect(named).toEqual(expect.arrayContaining([...RECONCILE_FINDINGS, ...PROTECTION_REASONS]));
  });

  it('has none for a name that is no finding', () => expect(findingWords('trailing')).toBeNull());
});

describe('a plan', () => {
  it('says how far apart two quantities are, and what the venue could not even close', () => {
    const drift = findingRow('drift.quantity', {
      difference: amount('-0.4'),
      is_dust: true,
      value: amount('1.25'),
    });
    expect(said(planDocument({ findings: [drift] }))).toContain(
      'size: venue less registry -0.4; dust: below the smallest order; worth 1.25 at the mark',
    );
    expect(said(planDocument({ findings: [findingRow('phantom')] }))).not.toContain('size:');
  });

  it('names the markets that wait for their operator, with a command to copy', () => {
    const lines = shown(planDocument({ attention: ['TON/USD:USD'] })).split('\n');
    expect(lines).toContain('  tradectl acknowledge TON/USD:USD --reason TEXT');
  });

  it('names a finding once, with its markets, evidence and actions below', () => {
    expect(shown(phantomPlan())).toBe(
      [
        'phantom (1): open at the venue, not in the registry',
        '  Imported as it is and given a stop; it is never flattened.',
        '  SYMBOL       REGISTRY  VENUE            PROTECTION',
        '  TON/USD:USD  -         long 100 at 2.5  -',
        '    evidence: seen as phantom at the venue, which has answered two complete',
        '      reads in a row',
        '    repair: import-position long 100 at 2.5',
        '    protection: place-stop stop sell 100 at 2.3',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['quarantine retire', 'quarantine retire (1): rows that are done with'],
    ['quarantine release', 'quarantine release (1): a row that an operator vouches for'],
    ['reconcile', 'actions'],
  ] as const)('of %s stands below what was asked for', (kind, heading) => {
    const plan = planDocument({ repairs: [repairRow({ action: 'retire-row' })] });
    const text = shown({ ...plan, request: { ...plan.request, kind } });
    expect(text.split('\n')[0]).toBe(heading);
  });

  it('with every finding is 80 columns wide at most, and 40 on a narrow terminal', () => {
    const all = shown(everyFinding(), { all: true });
    expect(widest(all)).toBeLessThanOrEqual(80);
    expect(widest(shown(everyFinding(), { all: true, columns: 40 }))).toBeLessThanOrEqual(40);
    for (const finding of RECONCILE_FINDINGS) expect(all).toContain(`${finding} (1)`);
  });

  it('breaks a word that is longer than a line instead of cutting it', () => {
    const market = 'X'.repeat(300);
    const text = shown(
      planDocument({ findings: [findingRow('malformed.venue', { symbol: market })] }),
    );
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text.replaceAll(/[^X]/g, '')).toHaveLength(300);
  });

  it('counts the markets that agree, and lists them with --all', () => {
    const document = planDocument({
      findings: [findingRow('matched'), findingRow('matched', { symbol: 'SOL/USD:USD' })],
    });
    expect(shown(document)).toBe('2 matched: registry and venue agree.\n');
    expect(shown(document, { all: true })).toContain('SOL/USD:USD');
  });

  it('shows a market that agrees when something is done about it', () => {
    const trailing = protectionRow({ action: 'move-stop', finding: 'trailing' });
    const document = planDocument({ findings: [findingRow('matched')], protections: [trailing] });
    expect(shown(document)).toContain('protection: move-stop stop sell 100 at 2.3');
  });

  it('shows every action exactly once, whatever its finding is called', () => {
    const document = planDocument({
      findings: [
        findingRow('fill.missing'),
        findingRow('drift.quantity'),
        findingRow('ghost', { symbol: 'whatever', evidence: 'row r1: x' }),
      ],
      repairs: [
        repairRow({ action: 'record-fill', summary: 'T2', finding: 'fill.missing' }),
        repairRow({ action: 'adjust-registry', summary: 'to 150', finding: 'drift.quantity' }),
        repairRow({
          action: 'quarantine-row',
          summary: 'r1',
          symbol: null,
          finding: 'ghost',
          evidence: 'row r1: x',
        }),
        repairRow({
          action: 'retire-row',
          summary: 'r2',
          symbol: 'SOL/USD:USD',
          finding: 'duplicate',
        }),
      ],
      protections: [protectionRow({ action: 'resize-stop', finding: 'stop_size' })],
    });
    const text = shown(document);
    for (const action of [
      'record-fill',
      'adjust-registry',
      'quarantine-row',
      'retire-row',
      'resize-stop',
    ]) {
      expect(text.split(action), action).toHaveLength(2);
    }
    expect(text).toContain('actions\n  repair: retire-row SOL/USD:USD: r2');
  });

  it('says what could not be read, and how much was left out', () => {
    expect(said(everyFinding())).toContain(
      'unreadable (1): nothing is concluded from these fills: the venue answered with half a page of something else 3 findings are out of scope: tradectl reconcile shows all.',
    );
  });

  it('with nothing in it says so', () => expect(shown(planDocument())).toBe('No findings.\n'));

  it.each([
    ['covered', '100', '2.3', 'stop 100 at 2.3'],
    ['under', '40', '2.3', 'part 40 at 2.3'],
    ['under', '0', null, 'none'],
    ['over', '200', '2.3', 'over 200 at 2.3'],
  ] as const)('cover that is %s with %s reads as words', (state, covered, stop, words) => {
    const protection = {
      state,
      covered_quantity: amount(covered),
      stop_price: stop === null ? null : amount(stop),
    };
    const document = planDocument({ findings: [findingRow('drift.quantity', { protection })] });
    expect(said(document)).toContain(`long 100 at 2.5 ${words} evidence`);
  });
});

describe('text of a venue does not reach the terminal as it came', () => {
  const evil = '\u001b[2J\u001b]0;owned\u0007\u202e\r\nnew line';

  it.each([
    ['symbol', findingRow('malformed.venue', { symbol: evil })],
    ['evidence', findingRow('phantom', { evidence: evil })],
    [
      'side',
      findingRow('phantom', { venue: { side: evil, quantity: amount('1'), entry_price: null } }),
    ],
    ['finding', findingRow(evil)],
  ])('in the %s of a finding', (_where, row) => {
    expectSafe(shown(planDocument({ findings: [row] })));
  });

  it('in actions, readings and outcomes', () => {
    expectSafe(
      shown(
        planDocument({
          repairs: [repairRow({ summary: evil, action: evil, symbol: evil })],
          protections: [protectionRow({ summary: evil })],
          unknown: [{ what: evil, reason: evil }],
        }),
      ),
    );
    const row = { ...applied(['stale']).actions[0]!, detail: evil, summary: evil };
    expectSafe(
      appliedText(applied(['stale'], { actions: [row], backup: evil }), { columns: 80, paint }),
    );
  });

  function expectSafe(text: string): void {
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(widest(text)).toBeLessThanOrEqual(80);
    expect(text.split('\n').some((line) => line.startsWith('new line'))).toBe(false);
  }
});

describe('what became of a plan', () => {
  it('is told action by action, then in one line, with the backup', () => {
    const document = applied(['applied', 'stale', 'in doubt']);
    expect(appliedText(document, { columns: 80, paint })).toBe(
      [
        '  applied: import-position TON/USD:USD: long 100 at 2.5',
        '  stale: import-position TON/USD:USD: long 100 at 2.5',
        '      a fill of 5 arrived',
        '  in doubt: import-position TON/USD:USD: long 100 at 2.5',
        '      a fill of 5 arrived',
        '1 applied, 1 refused, 1 in doubt.',
        'Backup from before: /home/maria/.tradectl/backups/state-7-plan-1.db',
        '',
      ].join('\n'),
    );
  });
});

it('a paragraph keeps its indent, and two columns more below', () => {
  expect(paragraph('one two three', { indent: 2, width: 10 })).toEqual(['  one two', '    three']);
});
