import type { Groups } from './groups.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import { roundHalfEven } from './rounding.ts';
import { noStars, starsIn } from './share-code.ts';
import type { Side } from './side.ts';

/** Sums of vectors: exact integers, whatever their order. */
interface Sum {
  readonly vector: Float64Array;
  readonly stars: Float64Array;
  count: number;
}

/**
 * Vectors of items without events: the mean of those with events that share their groups, an item counting once for each
 * group it shares; zero where there are none. They are no part of what users are solved against, and are replaced by a
 * solve once events come.
 */
export class ColdItems {
  readonly #items: Side;
  readonly #groups: Groups;

  constructor(items: Side, groups: Groups) {
    this.#items = items;
    this.#groups = groups;
  }

  /** Whether the item is without events, and described, or was, or nobody is left who had to do with it. */
  isCold(row: number): boolean {
    const { events, cold, pairs } = this.#items;
    return events.get(row) === 0 && (this.#groups.has(row) || cold.has(row) || pairs.count(row) === 0);
  }

  /** Somebody has to do with the item: one of which nothing was left, facts or groups, begins as a new one does. */
  meet(row: number): void {
    if (this.#items.cold.has(row) && !this.#groups.has(row)) this.#items.renew(row);
  }

  /** Takes note which of these items have events now; answers the cold items whose mean is due. */
  settle(rows: Iterable<number>): Set<number> {
    const due = new Set<number>();
    const groups = new Set<string>();
    for (const row of rows) {
      if (this.isCold(row)) due.add(row);
      for (const group of this.#groups.settle(row, this.#items.events.get(row) > 0)) groups.add(group);
    }
    for (const group of groups) for (const row of this.#groups.members(group)) if (this.isCold(row)) due.add(row);
    return due;
  }

  /** Puts the mean of their groups in the place of cold items' vectors, and zero where nothing is said of one any more. */
  place(rows: Iterable<number>): void {
    const sums = new Map<string, Sum>();
    const { vectors, starVectors } = this.#items;
    for (const row of rows) {
      const all = this.#emptySum();
      for (const group of this.#groups.of(row)) addSum(all, this.#sumOf(group, sums));
      this.#items.placeCold(row, meanOf(all.vector, all.count, vectors));
      // A rating may say nothing of a preference, and yet something of the stars.
      if (!this.#isRated(row)) this.#items.moveStars(row, meanOf(all.stars, all.count, starVectors));
      if (!this.#groups.has(row) && this.#items.pairs.count(row) > 0) this.#items.cold.delete(row);
    }
  }

  #isRated(row: number): boolean {
    return this.#items.pairs.codesOf(row).some(code => starsIn(code) !== noStars);
  }

  /** All cold items, after a whole generation. */
  placeAll(): void {
    this.place([...this.#groups.rows()].filter(row => this.isCold(row)));
  }

  #sumOf(group: string, sums: Map<string, Sum>): Sum {
    const known = sums.get(group);
    if (known !== undefined) return known;
    const sum = this.#emptySum();
    for (const row of this.#groups.members(group)) {
      if (!this.#groups.isWarm(row)) continue;
      addRow(sum.vector, this.#items.vectors.row(row));
      addRow(sum.stars, this.#items.starVectors.row(row));
      sum.count++;
    }
    sums.set(group, sum);
    return sum;
  }

  #emptySum(): Sum {
    const { vectors, starVectors } = this.#items;
    return { vector: new Float64Array(vectors.width), stars: new Float64Array(starVectors.width), count: 0 };
  }
}

function addSum(to: Sum, { vector, stars, count }: Sum): void {
  addRow(to.vector, vector);
  addRow(to.stars, stars);
  to.count += count;
}

function addRow(sum: Float64Array, row: ArrayLike<number>): void {
  for (let f = 0; f < sum.length; f++) sum[f] = (sum[f] ?? NaN) + (row[f] ?? NaN);
}

const meanOf = (sum: Float64Array, count: number, { width }: FactorMatrix): Int16Array =>
  Int16Array.from({ length: width }, (_, f) => (count === 0 ? 0 : roundHalfEven((sum[f] ?? NaN) / count)));
