/** `tradectl query --list` and `--schema VIEW`: what can be asked, and of which columns. */
import { cellText, type Cell, type EndFrame } from '../src/core/query-frames.ts';
import { STATE_VIEWS } from '../src/core/state-views.ts';
import { TradectlError } from '../src/domain/errors.ts';
import type { QuerySink } from '../src/forensics/run-query.ts';
import type { SavedQuery } from '../src/forensics/saved-queries.ts';
import type { Context } from './context.ts';
import { jsonLine } from './output/json.ts';
import { rowsText } from './output/rows.ts';
import { wrapped } from './output/wrap.ts';

/** Asks a file that is not a home; null stands for the views this program defines. */
type Ask = ((sql: string, sink: QuerySink) => Promise<EndFrame>) | null;

interface Named {
  readonly name: string;
  readonly about: string;
}

export async function listQueries(
  context: Context,
  questions: readonly SavedQuery[],
  ask: Ask,
): Promise<number> {
  const views = ask === null ? documented() : await viewsOf(ask);
  if (context.json) {
    const saved = questions.map(({ name, about, sql }) => ({
      name,
      about,
      sql: sql.replaceAll(/\s+/g, ' '),
    }));
    context.out(jsonLine({ schema: 'tradectl.query_list/1', saved, views }));
    return 0;
  }
  context.out(`Saved questions (tradectl query NAME):\n${lines(questions)}\n`);
  context.out(`Views (tradectl query --schema VIEW shows the columns):\n${lines(views)}`);
  return 0;
}

export async function showSchema(context: Context, view: string, ask: Ask): Promise<number> {
  const columns = ask === null ? columnsOf(view) : await storedColumns(view, ask);
  if (columns.length === 0) {
    throw new TradectlError('USAGE', `there is no view ${JSON.stringify(view)}`, {
      hint: 'tradectl query --list names them',
    });
  }
  if (context.json) context.out(jsonLine({ schema: 'tradectl.query_schema/1', view, columns }));
  else context.out(lines(columns));
  return 0;
}

function documented(): Named[] {
  return STATE_VIEWS.map(({ name, about }) => ({ name, about }));
}

function columnsOf(view: string): Named[] {
  const found = STATE_VIEWS.find(({ name }) => name === view.toLowerCase());
  return found?.columns.map(({ name, about }) => ({ name, about })) ?? [];
}

/** Views of that file, and ours where it is one of ours. */
async function viewsOf(ask: NonNullable<Ask>): Promise<Named[]> {
  const rows = await rowsOf(
    ask,
    `SELECT name FROM pragma_table_list WHERE type = 'view' ORDER BY name`,
  );
  const about = new Map(documented().map((view) => [view.name, view.about]));
  return rows.map(([name]) => {
    const text = cellText(name ?? null) ?? '';
    return { name: text, about: about.get(text) ?? 'of this file' };
  });
}

async function storedColumns(view: string, ask: NonNullable<Ask>): Promise<Named[]> {
  const quoted = view.replaceAll("'", "''");
  const rows = await rowsOf(ask, `SELECT name, type FROM pragma_table_info('${quoted}')`);
  const about = new Map(columnsOf(view).map((column) => [column.name, column.about]));
  return rows.map(([name, type]) => {
    const text = cellText(name ?? null) ?? '';
    return { name: text, about: about.get(text) ?? cellText(type ?? null) ?? '' };
  });
}

async function rowsOf(ask: NonNullable<Ask>, sql: string): Promise<(readonly Cell[])[]> {
  const rows: (readonly Cell[])[] = [];
  await ask(sql, { columns: () => undefined, row: (cells) => void rows.push(cells) });
  return rows;
}

/** Names in a column, their sentences broken at 80. */
function lines(named: readonly Named[]): string {
  const rows = named.map(({ name, about }) => [name, about]);
  const text = rowsText({ columns: ['', ''], rows }, { box: false, width: null, unicode: false });
  const [, ...body] = text.trimEnd().split('\n');
  const indent = ' '.repeat(Math.max(...named.map(({ name }) => name.length)) + 2);
  return `${body.flatMap((line) => wrapped(line, indent)).join('\n')}\n`;
}
