/** The equity curve drawn with characters: at most 80 columns, ASCII when the output is piped. */
import { utcMinute } from './numbers.ts';

export interface ChartPoint {
  readonly ms: number;
  /** Canonical decimal text; drawn as a double, which is exact enough for a picture. */
  readonly equity: string;
}

const HEIGHT = 10;
const WIDTH = 80;
const EIGHTHS = ['', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Lines of the chart, without line ends; empty when there is nothing to draw. */
export function equityChart(
  points: readonly ChartPoint[],
  options: { width: number; unicode: boolean },
): string[] {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return [];
  const values = points.map((point) => Number(point.equity));
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const labels = [high, (high + low) / 2, low].map((value) => value.toFixed(2));
  const margin = Math.max(...labels.map((label) => label.length));
  const width = Math.min(WIDTH, options.width) - margin - 2;
  const heights = sampled(values, width).map((value) => heightOf(value, low, high));
  const lines = Array.from({ length: HEIGHT }, (_, row) => {
    const label = { 0: labels[0], [HEIGHT >> 1]: labels[1], [HEIGHT - 1]: labels[2] }[row] ?? '';
    const floor = HEIGHT - 1 - row;
    const bar = heights.map((height) => cell(height - floor, options.unicode)).join('');
    return `${label.padStart(margin)} ${options.unicode ? '│' : '|'}${bar}`.trimEnd();
  });
  return [...lines, timeAxis(first.ms, last.ms, { margin, drawn: heights.length })];
}

/** The last value of each column's share of the curve; a short curve keeps one column per point. */
function sampled(values: readonly number[], width: number): number[] {
  const columns = Math.min(width, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const at = Math.round(((column + 1) * values.length) / columns) - 1;
    return values[at] ?? 0;
  });
}

/** From just above zero at the low to full height at the high; a flat curve lies in the middle. */
function heightOf(value: number, low: number, high: number): number {
  if (high === low) return HEIGHT / 2;
  return 0.25 + ((value - low) / (high - low)) * (HEIGHT - 0.25);
}

function cell(filled: number, unicode: boolean): string {
  if (!unicode) return filled > 0 ? (filled >= 1 ? '#' : '.') : ' ';
  const eighths = Math.max(0, Math.min(8, Math.round(filled * 8)));
  return EIGHTHS[eighths] === '' ? ' ' : (EIGHTHS[eighths] ?? ' ');
}

function timeAxis(from: number, to: number, at: { margin: number; drawn: number }): string {
  const [left, right] = [utcMinute(from).slice(0, 10), utcMinute(to).slice(0, 10)];
  const gap = Math.max(1, at.drawn - left.length - right.length);
  return `${' '.repeat(at.margin + 2)}${left}${' '.repeat(gap)}${right}`;
}
