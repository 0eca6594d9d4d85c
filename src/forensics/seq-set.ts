/** A set of event numbers as ranges: what a log tells of is nearly always one range. */
export interface SeqRange {
  readonly from: number;
  readonly to: number;
}

export class SeqSet {
  private ranges: SeqRange[] = [];

  add(from: number, to: number = from): void {
    const last = this.ranges.at(-1);
    if (last === undefined || from > last.to + 1) this.ranges.push({ from, to });
    else if (from >= last.from) {
      if (to > last.to) this.ranges[this.ranges.length - 1] = { from: last.from, to };
    } else this.insert({ from, to });
  }

  all(): readonly SeqRange[] {
    return this.ranges;
  }

  has(seq: number): boolean {
    return this.ranges.some(({ from, to }) => seq >= from && seq <= to);
  }

  /** What of `from` to `to` is not in the set. */
  missingFrom(from: number, to: number): SeqRange[] {
    const missing: SeqRange[] = [];
    let next = from;
    for (const range of this.ranges) {
      if (range.to < next) continue;
      if (range.from > to) break;
      if (range.from > next) missing.push({ from: next, to: range.from - 1 });
      next = range.to + 1;
    }
    if (next <= to) missing.push({ from: next, to });
    return missing;
  }

  private insert(added: SeqRange): void {
    const before = this.ranges.filter(({ to }) => to < added.from - 1);
    const behind = this.ranges.filter(({ from }) => from > added.to + 1);
    const touching = this.ranges.filter(
      ({ from, to }) => to >= added.from - 1 && from <= added.to + 1,
    );
    const from = Math.min(added.from, ...touching.map((range) => range.from));
    const to = Math.max(added.to, ...touching.map((range) => range.to));
    this.ranges = [...before, { from, to }, ...behind];
  }
}
