/** Entry, stops and targets on the chart: each order as long as it stood, and what was planned and never sent as a line. */
import type { PositionRow } from '../timeline.ts';
import type { Evidence } from '../verdict/statement.ts';
import { stopSteps, targetSteps, type OrderStep } from '../verdict/order-steps.ts';
import type { ChartData, LineKind, Segment } from './chart-data.ts';

interface Scale {
  /** Whose lines are drawn where only one can be. */
  readonly row: PositionRow | null;
  readonly barOf: (at: number) => number;
  /** One bar, in seconds. */
  readonly step: number;
  /** The last bar that is shown. */
  readonly end: number;
}

type Drawn = Pick<ChartData, 'lines' | 'segments' | 'lined'>;

/** Another bot's row notes a plan, and no time of it: lines, of one position. */
export function drawnPrices(evidence: Evidence, scale: Scale): Drawn {
  const rows = evidence.positions.filter(({ about }) => about);
  const lined = rows.length > 1 ? (scale.row?.positionId ?? null) : null;
  if (evidence.foreign)
    return { lines: linesOf(scale.row, planOf(scale.row)), segments: [], lined };
  const [only] = rows;
  if (only !== undefined && rows.length === 1) {
    const stood = stoodOf(evidence, only, scale);
    const titles = new Set(stood.map(({ title }) => title));
    const plan = planOf(only, evidence).filter(({ title }) => !titles.has(title));
    return { lines: linesOf(only, plan), segments: stood, lined: null };
  }
  // The labels of several lie on each other.
  const segments = rows.flatMap((row) => [
    ...linesOf(row, []).map((line) => ({ ...line, ...during(row.openedMs, row.closedMs, scale) })),
    ...stoodOf(evidence, row, scale),
  ]);
  return { lines: [], segments: segments.map((each) => ({ ...each, title: '' })), lined: null };
}

interface Line {
  readonly kind: LineKind;
  readonly title: string;
  readonly price: string | null;
}

function planOf(row: PositionRow | null, evidence: Evidence | null = null): Line[] {
  return [
    { kind: 'stop', title: 'stop', price: row?.stopPrice ?? null },
    ...(row?.targets ?? []).flatMap((price, at): Line[] =>
      evidence !== null && isDropped(evidence, row, at + 1)
        ? []
        : [{ kind: 'target', title: `TP${at + 1}`, price }],
    ),
  ];
}

/** Merged into the next or passed already: it was never there. */
function isDropped({ entries }: Evidence, row: PositionRow | null, level: number): boolean {
  return entries.some(
    ({ type, refs, facts }) =>
      type === 'TARGET_DROPPED' && refs.positionId === row?.positionId && facts['level'] === level,
  );
}

function linesOf(row: PositionRow | null, plan: readonly Line[]): ChartData['lines'] {
  const entry: Line = { kind: 'entry', title: 'entry', price: row?.entryPrice ?? null };
  return [entry, ...plan]
    .flatMap(({ price, title, kind }) =>
      price === null ? [] : [{ price: Number(price), title, kind }],
    )
    .filter(({ price }) => Number.isFinite(price));
}

/** Each order as long as it stood at the venue. */
function stoodOf(evidence: Evidence, row: PositionRow, scale: Scale): Segment[] {
  const segment = (kind: LineKind, step: OrderStep): Segment => ({
    kind,
    title: kind === 'stop' ? 'stop' : step.purpose.replace('target_', 'TP'),
    price: Number(step.price),
    ...during(step.fromMs, step.untilMs ?? row.closedMs, scale),
  });
  return [
    ...stopSteps(evidence, row).map((step) => segment('stop', step)),
    ...targetSteps(evidence, row).map((step) => segment('target', step)),
  ];
}

/** At least one bar long: less is not seen. */
function during(
  fromMs: number,
  untilMs: number | null,
  { barOf, step, end }: Scale,
): Pick<Segment, 'from' | 'until'> {
  const from = barOf(fromMs);
  return { from, until: Math.max(from + step, untilMs === null ? end : barOf(untilMs)) };
}
