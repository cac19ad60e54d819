/**
 * The n rows with the greatest scores of those offered so far, greatest first, ties by row number: what a scan goes on
 * from. As the kernel has them, two words a row: what the row number lacks to 2^32 - 1, and above it the score.
 */
export class BestRows {
  readonly n: number;
  readonly keys: Int32Array;
  count = 0;

  /** @throws {RangeError} if n is not 1 to 1000 */
  constructor(n: number) {
    if (!Number.isInteger(n) || n < 1 || n > mostBestRows)
      throw new RangeError(`The best ${n} rows cannot be scanned for. Give 1 to ${mostBestRows}`);
    this.n = n;
    this.keys = new Int32Array(2 * n);
  }

  /** Whether a row may have been left out. */
  get isFull(): boolean {
    return this.count === this.n;
  }

  get rows(): number[] {
    return Array.from({ length: this.count }, (_, place) => -1 - (this.keys[2 * place] ?? 0));
  }

  get scores(): number[] {
    return Array.from({ length: this.count }, (_, place) => this.keys[2 * place + 1] ?? 0);
  }

  /** The least score among them; undefined while there are none. */
  get least(): number | undefined {
    return this.count === 0 ? undefined : this.keys[2 * this.count - 1];
  }

  /** Takes others in place of those there are. */
  set(best: readonly { readonly row: number; readonly score: number }[]): void {
    this.count = best.length;
    for (const [place, { row, score }] of best.entries()) this.keys.set([-1 - row, score], 2 * place);
  }
}

export const mostBestRows = 1000;
