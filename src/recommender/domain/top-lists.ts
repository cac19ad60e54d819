/** The best items of many users at once, by the kernel: exact, as if every item were scored. */
import type { FactorMatrix, Kernel, Lister, Scored } from '../../als/index.ts';
import { compareIds } from './order.ts';

/** Whom a list is for. */
export interface Asked {
  readonly factors: Int16Array;
  /** Items that it may not hold. */
  readonly seen: Iterable<string>;
}

/** Items as they were when this was made, in the memory of a kernel. */
export class TopLists implements Disposable {
  readonly #ids: readonly string[];
  readonly #rows = new Map<string, number>();
  readonly #items: FactorMatrix;
  readonly #users: FactorMatrix;
  readonly #lister: Lister;

  /** Vectors of k factors, one or more, each id once. */
  constructor(kernel: Kernel, k: number, vectors: Iterable<{ readonly id: string; readonly factors: Int16Array }>) {
    const sorted = [...vectors].sort((a, b) => compareIds(a.id, b.id));
    this.#ids = sorted.map(({ id }) => id);
    this.#items = kernel.matrix(k, sorted.length);
    this.#users = kernel.matrix(k);
    for (const [row, { id, factors }] of sorted.entries()) {
      this.#rows.set(id, row);
      this.#items.set(row, factors);
    }
    // Rows are in the order of ids, so that each is its own rank.
    this.#lister = kernel.lister({ items: this.#items, ranks: Int32Array.from(sorted, (_, row) => row) });
  }

  /**
   * The n best items of each, best first, ties by id; scores are in units of both grids' product.
   * @throws {BoundExceeded} where a score can pass 2^31 - 1
   */
  of(asked: readonly Asked[], n: number): Scored[][] {
    const seen = asked.map(one => [...one.seen].flatMap(id => this.#rows.get(id) ?? []));
    this.#users.resize(Math.max(this.#users.rows, asked.length));
    for (const [row, { factors }] of asked.entries()) this.#users.set(row, factors);
    const { items, scores } = this.#lister.topN({
      users: this.#users,
      rows: Int32Array.from(asked, (_, row) => row),
      seen: { starts: startsOf(seen), items: Int32Array.from(seen.flat()) },
      n,
    });
    return asked.map((_, list) => {
      const rows = items.subarray(list * n, (list + 1) * n);
      return [...rows].flatMap((row, place) =>
        row < 0 ? [] : [{ itemId: this.#ids[row] ?? '', score: scores[list * n + place] ?? NaN }],
      );
    });
  }

  [Symbol.dispose](): void {
    this.#lister[Symbol.dispose]();
    this.#users[Symbol.dispose]();
    this.#items[Symbol.dispose]();
  }
}

/** Where the items of each list begin, and where the last ones end. */
function startsOf(lists: readonly (readonly number[])[]): Int32Array {
  const starts = new Int32Array(lists.length + 1);
  for (const [list, items] of lists.entries()) starts[list + 1] = (starts[list] ?? 0) + items.length;
  return starts;
}
