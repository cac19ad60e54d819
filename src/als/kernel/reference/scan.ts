import type { BestRows } from '../best-rows.ts';
import { checkScan, ordered, type RowScan, type ScannedRows } from '../scan.ts';

/** What a scan answers, in plain loops: all scores, sorted. */
export class ReferenceRows implements ScannedRows {
  readonly k: number;
  values = new Int16Array();

  constructor(k: number) {
    this.k = k;
  }

  reserve(length: number): void {
    if (length <= this.values.length) return;
    const larger = new Int16Array(length);
    larger.set(this.values);
    this.values = larger;
  }

  scan(scan: RowScan): void {
    checkScan(scan, this);
    const { first, end, best } = scan;
    const scored = scoredOf(best);
    for (let row = first; row < end; row++) {
      const score = this.#score(scan, row);
      if (!Number.isNaN(score)) scored.push({ row, score });
    }
    best.set(scored.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, best.n));
  }

  #score({ x, by }: RowScan, row: number): number {
    const y = this.values.subarray(row * this.k, (row + 1) * this.k);
    const product = sum(y, (value, f) => value * (x[f] ?? NaN));
    if (by === 'product') return product;
    const length = Math.fround(Math.sqrt(Math.fround(sum(y, value => value * value))));
    const score = Math.fround(Math.fround(product) / length);
    return Number.isNaN(score) ? NaN : ordered(score);
  }
}

const scoredOf = ({ rows, scores }: BestRows) => rows.map((row, place) => ({ row, score: scores[place] ?? NaN }));

const sum = (y: Int16Array, each: (value: number, f: number) => number): number =>
  y.reduce((total, value, f) => total + each(value, f), 0);
