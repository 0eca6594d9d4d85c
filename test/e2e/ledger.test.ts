/**
 * Rows that cannot be: in the bot's own registry, and in a ledger that an operator brings along. None stops
 * the bot, none is told twice, none is lost.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { journalFacts } from '../support/journal-facts.ts';
import { homeWithFive, place, venueOrders, venuePositions } from '../support/paper-hands.ts';
import { emptyAnOpenRow, insertGhost } from '../support/registry-damage.ts';
import { cleanUp, document, tradectl, type Ended } from '../support/tradectl.ts';

interface Row {
  readonly row_id: string;
  readonly symbol: string;
  readonly finding: string;
  readonly state: string;
  readonly written: Readonly<Record<string, unknown>>;
}

let home = '';
beforeEach(async () => {
  home = await homeWithFive();
});
afterAll(cleanUp);

const at = (...args: string[]): Promise<Ended> => tradectl([...args, '--home', home]);
const of = (...args: string[]): Promise<Readonly<Record<string, unknown>>> =>
  document([...args, '--home', home]);
const quarantined = async (...flags: string[]): Promise<Row[]> =>
  (await of('quarantine', 'list', ...flags))['rows'] as Row[];
const openSymbols = async (): Promise<string[]> =>
  ((await of('positions'))['positions'] as { symbol: string }[]).map(({ symbol }) => symbol);
const told = (type: string): number =>
  journalFacts(home).events.filter((event) => event.type === type).length;

/** Three starts of one cycle each, and what each said. */
async function startThreeTimes(): Promise<string[]> {
  const said: string[] = [];
  while (said.length < 3) {
    const { code, stderr } = await at('run', '--cycles', '1');
    expect(code).toBe(0);
    said.push(stderr);
  }
  return said;
}

describe('incident ATOM', () => {
  test('incident ATOM: a zero-size OPEN row does not stop the bot, and is told once', async () => {
    const before = venuePositions(home).map(({ symbol }) => symbol);
    const symbol = emptyAnOpenRow(home);
    const [first, ...later] = await startThreeTimes();
    expect(first).toMatch(/quantity is "0", its events say "2361"/);
    expect(later.filter((said) => said.includes('quantity'))).toEqual([]);
    expect(await openSymbols()).toEqual(before);
    expect(before).toContain(symbol);
    expect((await at('status', '--check')).code).toBe(0);
    expect((await at('reconcile')).code).toBe(0);
    expect(journalFacts(home).differences).toEqual([]);
  });

  test.each([
    ['33: of size zero', '0', 'malformed.registry'],
    ['of any size', '3.5', 'ghost'],
  ])('a row %s that no event explains is quarantined, told once', async (_, quantity, finding) => {
    insertGhost(home, 'ATOM/USD:USD', quantity);
    const [first, ...later] = await startThreeTimes();
    expect(first).toContain('pos-ghost');
    expect(later.filter((said) => said.includes('pos-ghost'))).toEqual([]);
    expect(told('ROW_QUARANTINED')).toBe(1);
    expect(await quarantined()).toMatchObject([
      { symbol: 'ATOM/USD:USD', finding, state: 'quarantined', written: { quantity } },
    ]);
    const { stdout } = await at('quarantine', 'list');
    expect(stdout.replaceAll(/ +/g, ' ')).toContain(`ATOM/USD:USD ${finding} quarantined`);
    expect(await openSymbols()).toHaveLength(5);
    expect(journalFacts(home).differences).toEqual([]);
  });
});

/** LINK as its venue spells it, and two hundred rows of nothing on markets known and unknown. */
function writeLedger(path: string): void {
  const nothing = Array.from({ length: 200 }, (_, index) => ({
    symbol: index % 2 === 0 ? 'PF_ETHUSD' : `PF_GONE${index}USD`,
    side: 'long',
    status: 'open',
    quantity: 0,
    notional: 0,
    opened_ms: 1_700_000_000_000 + index,
  }));
  const link = { symbol: 'PF_LINKUSD', side: 'long', status: 'open', quantity: '30' };
  const positions = [...nothing, { ...link, entry_price: '22', opened_ms: 1_737_000_000_000 }];
  writeFileSync(path, JSON.stringify({ positions }));
}

describe('the ledger of another program', () => {
  const retire = ['quarantine', 'retire', '--all', '--older-than'];
  let file = '';

  beforeEach(() => {
    file = join(home, 'ledger.json');
    writeLedger(file);
    place(home, { symbol: 'LINK/USD:USD', side: 'long', quantity: '30', entry_price: '22' });
  });

  test('32: its one sane row is the position under another spelling; 200 of size zero wait', async () => {
    expect(await of('quarantine', 'import', file, '--yes')).toMatchObject({
      ...{ schema: 'tradectl.ledger_import/1', rows: 201 },
      ...{ positions: 1, staged: 200, closed: 0, known: 0 },
    });
    expect(await openSymbols()).toContain('LINK/USD:USD');

    const plan = await tradectl(['reconcile', '--json', '--home', home]);
    const { findings } = JSON.parse(plan.stdout) as { findings: { finding: string }[] };
    const count = (name: string): number => findings.filter((row) => row.finding === name).length;
    expect(plan.code).toBe(1);
    expect([count('malformed.registry'), count('phantom')]).toEqual([200, 0]);

    expect((await at('reconcile', '--apply', '--yes')).code).toBe(0);
    expect((await at('reconcile')).stdout).toBe('6 matched: registry and venue agree.\n');
    const stops = venueOrders(home).filter(({ type }) => type === 'stop');
    expect(stops.map(({ symbol }) => symbol)).toContain('LINK/USD:USD');
    expect(await quarantined()).toHaveLength(200);

    await retireThem();
    const head = journalFacts(home).events.at(-1)?.seq;
    const again = await of('quarantine', 'import', file, '--yes');
    expect(again).toMatchObject({ positions: 0, staged: 0, closed: 0, known: 201 });
    expect(await quarantined()).toEqual([]);
    expect(journalFacts(home).events.at(-1)?.seq).toBe(head);
    expect(journalFacts(home).differences).toEqual([]);
  });

  async function retireThem(): Promise<void> {
    const shown = await of(...retire, '30d', '--dry-run');
    expect(shown).toMatchObject({ schema: 'tradectl.plan/1' });
    expect((shown['repair'] as { actions: unknown[] }).actions).toHaveLength(200);
    const younger = await of(...retire, '36500d', '--dry-run');
    expect((younger['repair'] as { actions: unknown[] }).actions).toEqual([]);
    expect(await quarantined()).toHaveLength(200);

    const refused = await at(...retire, '30d');
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain('--yes');
    expect(await of(...retire, '30d', '--yes')).toMatchObject({ applied: 200, refused: 0 });
    expect(await quarantined()).toEqual([]);
    const kept = await quarantined('--all');
    expect(new Set(kept.map(({ state }) => state))).toEqual(new Set(['retired']));
    expect(kept).toHaveLength(200);
  }

  test('33: a start with such rows staged goes on, and quarantines them by itself', async () => {
    await of('quarantine', 'import', file, '--yes');
    const said = await startThreeTimes();
    expect(said).toHaveLength(3);
    expect(told('ROW_QUARANTINED')).toBe(200);
    expect(await openSymbols()).toHaveLength(6);
    expect((await at('status', '--check')).code).toBe(0);
  });
});
