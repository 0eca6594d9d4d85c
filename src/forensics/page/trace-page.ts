/**
 * A trace as one page that needs nothing but itself: chart, verdict, timeline. Every text in it came from
 * somewhere else and is escaped; its policy lets run what was written here, by hash, and nothing more.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TraceDocument, TraceLine } from '../trace/trace-document.ts';
import type { Statement } from '../verdict/statement.ts';
import { span } from '../verdict/words.ts';
import type { ChartData } from './chart-data.ts';
import { PAGE_BEGINNING } from './page-beginning.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './page-script.ts';

export type Headings = Readonly<Record<Statement['topic'], string>>;

/** `clean` makes a text from elsewhere visible and harmless on one line; the page escapes it for HTML. */
export interface PageWords {
  readonly headings: Headings;
  /** The verdict in one sentence; empty when there is not enough to sum up. */
  readonly short: string;
  /** How to read its times and processes. */
  readonly notes: readonly string[];
  /** What a line of the timeline says beside its time and source. */
  readonly says: (line: TraceLine) => string;
  readonly clean: (text: string) => string;
}

export function tracePage(document: TraceDocument, chart: ChartData, words: PageWords): string {
  const html = (text: string): string => escaped(words.clean(text));
  const library = chartLibrary();
  const marks = chart.marks.map((mark) => ({ ...mark, text: words.clean(mark.text) }));
  const drawn = { ...chart, marks, precision: precisionOf(chart) };
  const data = JSON.stringify(drawn).replaceAll('<', '\\u003c');
  const policy = [
    "default-src 'none'",
    `script-src ${digest(library)} ${digest(PAGE_SCRIPT)}`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const name = document.symbols.length === 0 ? document.ref : document.symbols.join(', ');
  const title = html(`${name}${positionsOf(document)}`);
  return `${PAGE_BEGINNING}<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p class="from">${[document.source, ...words.notes].map(html).join('<br>')}</p>
<div id="chart"></div>
<p class="legend">${legendOf(chart, html)}</p>
<h2>Verdict</h2>
${words.short === '' ? '' : `<p class="short">${html(words.short)}</p>\n`}${verdictOf(document, words.headings, html)}
<h2>Timeline</h2>
<div class="scroll"><table>
<thead><tr><th>when</th><th>late</th><th>process</th><th>source</th><th>what</th></tr></thead>
<tbody>
${document.timeline.map((line) => rowOf(line, words.says(line), html)).join('\n')}
</tbody></table></div>
<script type="application/json" id="chart-data">${data}</script>
<script>${library}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function legendOf(
  { timeframe, lined, without, segments }: ChartData,
  html: (text: string) => string,
): string {
  const drawn =
    timeframe === null
      ? without === null
        ? 'Prices that the evidence names; there are no candles.'
        : `Prices that the evidence names; the candles cannot be read: ${html(without)}.`
      : `Candles of ${timeframe}, times as in the timeline.`;
  if (segments.length > 0) {
    return `${drawn} Stops (red) and targets (green, broken) are drawn as long as each stood.`;
  }
  return lined === null ? drawn : `${drawn} Entry, stop and targets of ${html(lined)}.`;
}

function positionsOf({ positions }: TraceDocument): string {
  const ids = positions.map(({ position_id: id }) => id).join(', ');
  return ids === '' ? '' : `, ${positions.length === 1 ? 'position' : 'positions'} ${ids}`;
}

function verdictOf(
  { verdict }: TraceDocument,
  headings: Headings,
  html: (text: string) => string,
): string {
  const topics = [...new Set(verdict.map(({ topic }) => topic))];
  const said = ({ weight, text, evidence, command }: Statement): string => {
    const quotes = evidence
      .map(({ source, quote }) => `<div class="quote">${html(`${source} | ${quote}`)}</div>`)
      .join('');
    const proof =
      quotes === ''
        ? ''
        : `<details><summary>evidence: ${evidence.length}</summary>${quotes}</details>`;
    const next = command === null ? '' : `<code>${html(command)}</code>`;
    return `<div class="said ${weight}"><p>${html(text)}</p>${next}${proof}</div>`;
  };
  return topics
    .map((topic) => {
      const told = verdict.filter((each) => each.topic === topic).map(said);
      return `<h3>${escaped(headings[topic])}</h3>\n${told.join('\n')}`;
    })
    .join('\n');
}

function rowOf(line: TraceLine, says: string, html: (text: string) => string): string {
  if (line.mark !== 'entry') {
    return `<tr class="mark"><td colspan="5" class="text">${html(line.text)}</td></tr>`;
  }
  const cell = (text: string): string => `<td class="nowrap">${text}</td>`;
  const isLate = line.late_ms !== null && line.late_ms >= 1_000;
  return [
    `<tr class="${line.about ? 'about' : 'around'}">`,
    cell(html(line.at ?? (line.kind === 'note' ? 'later' : 'no time'))),
    cell(isLate ? `<span class="late">+${span(line.late_ms ?? 0)}</span>` : ''),
    cell(line.pid === null ? '' : String(line.pid)),
    cell(html(line.source ?? '')),
    `<td class="text">${html(`${line.type ?? ''}: ${says}`)}</td></tr>`,
  ].join('');
}

/** As many decimal places as the smallest price needs. */
function precisionOf({ candles, prices, lines, segments }: ChartData): number {
  const all = [
    ...candles.slice(0, 50).map(({ close }) => close),
    ...prices.map(({ value }) => value),
    ...[...lines, ...segments].map(({ price }) => price),
  ];
  const places = all.map(
    (price) => /\.(\d+)$/.exec(price.toFixed(10).replace(/0+$/, ''))?.[1]?.length ?? 0,
  );
  return Math.min(10, Math.max(0, ...places));
}

/** The chart library's own single-file build, read from where it is installed. */
function chartLibrary(): string {
  const entry = fileURLToPath(import.meta.resolve('lightweight-charts'));
  const text = readFileSync(
    join(dirname(entry), 'lightweight-charts.standalone.production.js'),
    'utf8',
  );
  return text.replaceAll('</script', '<\\/script');
}

function digest(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
