import { checkRanks, checkTopN } from '../checks.ts';
import { greatestSquares, offGrid, rowFailure } from '../failures.ts';
import type { ListedItems, Lister, Lists, TopN } from '../kernel.ts';
import { squaredLength } from './blocks.ts';
import { checkGrid } from './sums.ts';

interface Candidate {
  readonly item: number;
  readonly rank: number;
  readonly score: number;
}

/** Scores every item for every user, sorts, and takes the first n. */
export class ReferenceLister implements Lister {
  readonly #listed: ListedItems;
  readonly #values: Int16Array;
  readonly #greatest: number;

  constructor(listed: ListedItems) {
    const { items, ranks } = listed;
    checkRanks(ranks, items.rows);
    checkGrid(items);
    this.#listed = listed;
    this.#values = items.values.slice();
    this.#greatest = ranks.reduce((most, _, item) => Math.max(most, squaredLength(items.row(item))), 0);
  }

  topN(request: TopN): Lists {
    const { users, rows, seen, n } = request;
    checkTopN(request, this.#listed.items);
    if (rows.some(row => users.row(row).includes(-32768))) throw offGrid('A row');
    const [items, scores] = [new Int32Array(rows.length * n).fill(-1), new Int32Array(rows.length * n)];
    for (const [list, row] of rows.entries()) {
      const x = users.row(row);
      if (!(squaredLength(x) * this.#greatest <= greatestSquares)) throw rowFailure('dot', row);
      const removed = new Set(seen.items.subarray(seen.starts[list], seen.starts[list + 1]));
      for (const [place, candidate] of this.#candidates(x, removed).slice(0, n).entries()) {
        items[list * n + place] = candidate.item;
        scores[list * n + place] = candidate.score;
      }
    }
    return { items, scores };
  }

  [Symbol.dispose](): void {
    // Nothing is held in the kernel's memory.
  }

  #candidates(x: Int16Array, removed: ReadonlySet<number>): Candidate[] {
    const candidates: Candidate[] = [];
    for (const [item, rank] of this.#listed.ranks.entries())
      if (!removed.has(item)) candidates.push({ item, rank, score: this.#score(x, item) });
    return candidates.sort((a, b) => b.score - a.score || a.rank - b.rank);
  }

  #score(x: Int16Array, item: number): number {
    const start = item * this.#listed.items.stride;
    return x.reduce((sum, value, f) => sum + value * (this.#values[start + f] ?? NaN), 0);
  }
}
