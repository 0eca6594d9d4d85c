/** The repairing commands on a home of a bot that is gone: they take the lock themselves, look and apply. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importLedgerFile } from '../../../commands/quarantine-import.ts';
import { flatHome, homeHoldingTon } from '../../support/closing-home.ts';
import { printed, type Printed } from '../../support/fake-terminal.ts';
import { differences, readDocumentation } from '../../support/json-documentation.ts';
import { screen } from '../../support/plan-documents.ts';

const LEDGER = [
  { symbol: 'TON', side: 'long', quantity: '0', notional: '0', status: 'open', events: 2 },
  { symbol: 'TON/USD:USD', side: 'long', quantity: '10', entry_price: '2', event: false },
  { symbol: 'NOPE', side: 'long', quantity: '10' },
];

const on =
  (home: string) =>
  (line: string): Promise<Printed> =>
    printed([...line.split(' '), '--home', home]);

async function homeAndLedger(): Promise<{ home: string; file: string }> {
  const home = await flatHome();
  const file = join(home, 'positions.json');
  writeFileSync(file, JSON.stringify({ positions: LEDGER }));
  return { home, file };
}

/** A home with the three rows of the ledger staged. */
async function homeWithLedger(): Promise<{ home: string; file: string; imported: Printed }> {
  const { home, file } = await homeAndLedger();
  return { home, file, imported: await on(home)(`quarantine import ${file} --yes --json`) };
}

describe('a home in order', () => {
  it('is clean, and there is nothing to apply', async () => {
    const ask = on(await homeHoldingTon());
    expect(await ask('reconcile')).toMatchObject({
      exit: 0,
      out: '1 matched: registry and venue agree.\n',
    });
    expect((await ask('reconcile --all')).out).toMatch(/TON\/USD:USD +long 20 at \d+/);
    expect(await ask('reconcile --apply')).toMatchObject({ exit: 0 });
    expect(await ask('phantoms import')).toMatchObject({ exit: 0 });
  });

  it('without a bot ever is exit 2, with how to start one', async () => {
    const home = join(await flatHome(), 'none');
    const { exit, err } = await on(home)('reconcile');
    expect(exit).toBe(2);
    expect(err).toContain(`tradectl run --home ${home}`);
    expect(existsSync(home)).toBe(false);
  });
});

describe('a legacy ledger', () => {
  it('is imported once: its rows wait, none is a position on its own word', async () => {
    const { home, file, imported } = await homeWithLedger();
    const counts = { rows: 3, positions: 0, staged: 3, closed: 0, known: 0 };
    expect(JSON.parse(imported.out)).toMatchObject(counts);
    expect(differences(JSON.parse(imported.out), readDocumentation())).toEqual([]);
    const again = await on(home)(`quarantine import ${file} --yes --json`);
    const nothing = { ...counts, staged: 0, malformed: 0, known: 3, backup: null };
    expect(JSON.parse(again.out)).toMatchObject(nothing);
  });

  it('is looked at first: a dry run counts and writes nothing', async () => {
    const { home, file } = await homeAndLedger();
    const ask = on(home);
    const before = await ask('events --json');
    const { exit, out } = await ask(`quarantine import ${file} --dry-run`);
    expect(exit).toBe(0);
    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      '3 rows would give: 0 open positions, 0 closed ones, 3 that wait for a look (2 of them malformed), 0 imported before.',
    );
    expect(out).toMatch(/Dry run: nothing was written\.\n$/);
    const document = JSON.parse((await ask(`quarantine import ${file} --dry-run --json`)).out);
    expect(document).toMatchObject({ dry_run: true, staged: 3, malformed: 2, backup: null });
    expect(differences(document, readDocumentation())).toEqual([]);
    expect((await ask('events --json')).out).toBe(before.out);
    expect(existsSync(join(home, 'backups'))).toBe(false);
  });

  it('is imported only when that is confirmed, after a copy of the journal', async () => {
    const { home, file } = await homeAndLedger();
    const refused = await on(home)(`quarantine import ${file}`);
    expect(refused).toMatchObject({ exit: 3, out: '' });
    expect(refused.err).toContain(`not confirmed: import 3 rows of ${file}`);
    const terminal = screen({ home }, { inIsTty: true, errIsTty: true });
    const no = importLedgerFile(terminal.context, file, { flags: {}, ask: async () => 'n' });
    await expect(no).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(terminal.err()).toContain('3 rows would give: 0 open positions');
    expect(existsSync(join(home, 'backups'))).toBe(false);
    const { exit, out } = await on(home)(`quarantine import ${file} --yes`);
    expect(exit).toBe(0);
    const [, backup = ''] = /^backup: (.+)$/m.exec(out) ?? [];
    expect(backup).toMatch(/backups\/state-\d+-import\.db$/);
    expect(existsSync(backup)).toBe(true);
  });

  it('33: an open row of size zero is quarantined, and a plan is applied once', async () => {
    const { home } = await homeWithLedger();
    const ask = on(home);
    const plan = join(home, 'plan.json');
    const looked = await ask(`reconcile --out ${plan}`);
    expect(looked.exit).toBe(1);
    expect(looked.out).toContain(
      'malformed.registry (2): a registry row that cannot be a position',
    );
    expect(looked.out).toContain('ghost (1)');
    expect(await ask(`reconcile --apply ${plan} --yes`)).toMatchObject({ exit: 0 });
    const again = await ask(`reconcile --apply ${plan} --yes`);
    expect(again.exit).toBe(3);
    expect(again.err).toContain('was applied already');
    expect(await ask('reconcile')).toMatchObject({ exit: 0, out: 'No findings.\n' });
  });

  it('its rows are retired after a look at what that would do', async () => {
    const { home } = await homeWithLedger();
    const ask = on(home);
    await ask('reconcile --apply --yes');
    const dry = await ask('quarantine retire --all --reason old --dry-run');
    expect(dry.out.match(/retire-row/g)).toHaveLength(3);
    expect(dry.out).not.toContain('No findings');
    expect(await ask('quarantine retire --all --reason old')).toMatchObject({ exit: 3 });
    expect(await ask('quarantine retire --all --reason old --yes')).toMatchObject({ exit: 0 });
    expect((await ask('quarantine list')).out).toBe('No rows are in quarantine.\n');
  });

  it('a row is released into the registry, and compared with the venue at the next look', async () => {
    const { home } = await homeWithLedger();
    const ask = on(home);
    await ask('reconcile --apply --yes');
    const { rows } = JSON.parse((await ask('quarantine list --json')).out) as {
      rows: { row_id: string; finding: string; on_release: string }[];
    };
    const ghost = rows.find(({ finding }) => finding === 'ghost');
    expect(ghost?.on_release).toMatch(/^becomes an open position of 10 long TON\/USD:USD/);
    const released = await ask(`quarantine release ${ghost?.row_id} --reason checked --yes`);
    expect(released.exit).toBe(0);
    expect((await ask('positions')).out).toContain('TON/USD:USD');
    expect((await ask('reconcile')).exit).toBe(1);
    const empty = rows.find(({ on_release }) => on_release.includes('quantity'));
    const refused = await ask(`quarantine release ${empty?.row_id} --reason checked --yes`);
    expect(refused).toMatchObject({ exit: 2, out: '' });
  });
});
