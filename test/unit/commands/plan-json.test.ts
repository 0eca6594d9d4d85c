/** Documents of the repairing commands have exactly the keys that docs/json.md names. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RECONCILE_FINDINGS, REPAIRS } from '../../../src/domain/plan.ts';
import type { RowId } from '../../../src/domain/staged-row.ts';
import { jsonLine } from '../../../commands/output/json.ts';
import { printed } from '../../support/fake-terminal.ts';
import { differences, readDocumentation } from '../../support/json-documentation.ts';
import { journalHome, TON } from '../../support/journal-home.ts';
import {
  amount,
  applied,
  everyFinding,
  fakeDesk,
  phantomPlan,
  screen,
} from '../../support/plan-documents.ts';
import { reconcile } from '../../../commands/reconcile.ts';

const documentation = readDocumentation();

describe('documents and their documentation have the same keys', () => {
  it.each([
    ['a plan with every finding', everyFinding()],
    [
      'a plan with chosen stops',
      {
        ...phantomPlan(),
        request: { ...phantomPlan().request, stops: { 'TON/USD:USD': amount('2') } },
      },
    ],
    ['what became of a plan', applied(['applied', 'stale'])],
  ])('%s', (_name, document) => {
    expect(differences(JSON.parse(jsonLine(document)), documentation)).toEqual([]);
  });

  it('reconcile and reconcile --apply, as printed', async () => {
    for (const flags of [{}, { apply: true, yes: true } as const]) {
      const { context, out } = screen({ json: true });
      await reconcile(context, flags, fakeDesk([phantomPlan()]));
      expect(differences(JSON.parse(out()), documentation)).toEqual([]);
    }
  });

  it('quarantine list and quarantine show, as printed', async () => {
    const home = journalHome();
    const row = { symbol: 'TON', quantity: '0', deep: { own: ['keys'] } };
    const payload = { row_id: 'row-1' as RowId, source: 'ledger.json', row, explained: true };
    home.journal.append([{ type: 'ROW_STAGED', symbol: TON, payload }]);
    for (const command of [['list'], ['show', 'row-1']]) {
      const argv = ['quarantine', ...command, '--home', home.dir, '--json'];
      const { out } = await printed(argv);
      expect(differences(JSON.parse(out), documentation), out).toEqual([]);
    }
    home.remove();
  });
});

it('the page names every finding and every repair', () => {
  const page = readFileSync(new URL('../../../docs/json.md', import.meta.url), 'utf8');
  const lineOf = (key: string): string =>
    page.split('\n').find((line) => line.startsWith(`| \`${key}\``)) ?? '';
  for (const finding of RECONCILE_FINDINGS) expect(lineOf('findings[].finding')).toContain(finding);
  for (const repair of REPAIRS) expect(lineOf('repair.actions[].action')).toContain(repair);
});
