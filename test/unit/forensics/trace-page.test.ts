/** The page of a trace: whatever a venue or another bot wrote stays text, and nothing but the page itself may run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printed } from '../../support/fake-terminal.ts';

const HOSTILE = `</script><script>alert(1)</script><img src=x onerror="alert(2)">\u001b[31m\u202e`;

test('hostile text of an incident is escaped in page, script data, text and JSON', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-page-'));
  const [events, positions] = [join(dir, 'events.jsonl'), join(dir, 'positions.jsonl')];
  const at = '2025-10-18 14:07:15.098';
  const row = { symbol: 'XUSDT', position_id: HOSTILE, entry_price: '1.5', created_at: at };
  writeFileSync(
    events,
    `${JSON.stringify({ id: 1, event_type: `position_created ${HOSTILE}`, ...row })}\n`,
  );
  writeFileSync(positions, `${JSON.stringify({ ...row, signal_id: HOSTILE })}\n`);
  const [db, html] = [join(dir, 'i.db'), join(dir, 'page.html')];
  expect((await printed(['import-events', events, positions, '--db', db])).exit).toBe(0);
  const text = await printed(['trace', 'XUSDT', '--db', db, '--html', html]);
  const json = await printed(['trace', 'XUSDT', '--db', db, '--json']);
  // Without the chart library, whose own text holds such characters.
  const page = readFileSync(html, 'utf8').replace(/<script>.*?<\/script>/gs, '');
  rmSync(dir, { recursive: true });
  expect([text.exit, json.exit]).toEqual([0, 0]);
  for (const written of [text.out, json.out, page]) {
    expect(written).toContain('alert(2)');
    expect(['\u001b', '\u202e'].filter((character) => written.includes(character))).toEqual([]);
  }
  expect(page).not.toContain('<img');
  expect(page).not.toContain('<script>alert');
  expect(page).toMatch(/default-src 'none'; script-src 'sha256-[^']+' 'sha256-[^']+'; style-src/);
  expect(page).not.toMatch(/(?:src|href)="?https?:/);
});

test('of several positions the lines of the open one are drawn, and the page says whose they are', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tradectl-page-'));
  const positions = join(dir, 'positions.csv');
  writeFileSync(
    positions,
    [
      'id,symbol,status,entry_price,stop_loss,tp1,created_at',
      '1,XUSDT,OPEN,1.5,1.4,1.7,2025-10-18 14:00:00',
      '2,XUSDT,CLOSED,2.5,2.4,2.7,2025-10-18 15:00:00',
    ].join('\n'),
  );
  const [db, html] = [join(dir, 'i.db'), join(dir, 'page.html')];
  await printed(['import-events', positions, '--db', db]);
  expect((await printed(['trace', 'XUSDT', '--db', db, '--html', html])).exit).toBe(0);
  const page = readFileSync(html, 'utf8');
  rmSync(dir, { recursive: true });
  const data = JSON.parse(/id="chart-data">(.*?)<\/script>/s.exec(page)?.[1] ?? '{}') as {
    lines: { title: string; price: number }[];
  };
  expect(data.lines.map(({ title, price }) => `${title} ${price}`)).toEqual([
    'entry 1.5',
    'stop 1.4',
    'TP1 1.7',
  ]);
  expect(page).toContain('Entry, stop and targets of 1.');
});
