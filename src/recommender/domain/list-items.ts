/** The item vectors of one generation, and which of them have changed since when: what lists are made from. */
import { dot, ItemMatrix, type Kernel, type Scored, topNOf } from '../../als/index.ts';
import { compareIds } from './order.ts';
import { type Asked, TopLists } from './top-lists.ts';

/** A change of an item's vector: by the number of the model version, ascending. */
interface Change {
  readonly row: number;
  readonly number: number;
}

/** Whom a list is for, and what may not be in it. */
export interface AskedList extends Asked {
  readonly seen: ReadonlySet<string>;
}

/** Items that may have changed since the kernel was given all of them: they are scored one by one until there are more. */
const mostApart = 256;
/** The greatest product of two squared lengths whose score the kernel's 32 bits hold. */
const mostSquared = (2 ** 31 - 1) ** 2;

export class ListItems implements Disposable {
  readonly generation: number;
  readonly #kernel: () => Kernel;
  readonly #matrix: ItemMatrix;
  /** By row: the version that changed it last, and its squared length. */
  readonly #numbers: number[] = [];
  readonly #lengths: number[] = [];
  /** Some of them are outdated: their row has changed again since. */
  #changes: Change[] = [];
  #longest: number | undefined = 0;
  /** All items as they were with the version of that number. */
  #top: { readonly lists: TopLists; readonly number: number } | undefined;

  constructor(generation: number, k: number, kernel: () => Kernel) {
    this.generation = generation;
    this.#kernel = kernel;
    this.#matrix = new ItemMatrix(k);
  }

  /** Factors of a vector. */
  get k(): number {
    return this.#matrix.k;
  }

  get size(): number {
    return this.#matrix.size;
  }

  /** The greatest squared length of a vector. */
  get longest(): number {
    this.#longest ??= this.#lengths.reduce((longest, length) => Math.max(longest, length), 0);
    return this.#longest;
  }

  has(itemId: string): boolean {
    return this.#matrix.rowOf(itemId) !== undefined;
  }

  /** Takes factors, of length k, that the model version of this number brought. Numbers do not descend. */
  set(itemId: string, factors: Int16Array, number: number): void {
    this.#matrix.set(itemId, factors);
    const row = this.#matrix.add(itemId);
    const [before, length] = [this.#lengths[row] ?? 0, dot(factors, factors)];
    this.#lengths[row] = length;
    this.#numbers[row] = number;
    if (before === this.#longest && length < before) this.#longest = undefined;
    else if (this.#longest !== undefined && length > this.#longest) this.#longest = length;
    this.#changes.push({ row, number });
    if (this.#changes.length > 2 * this.size + 1_000) this.#changes = this.#changes.filter(this.#isNewest);
  }

  /** Takes vectors in any order. */
  setAll(vectors: readonly { readonly id: string; readonly factors: Int16Array; readonly number: number }[]): this {
    const sorted = vectors.toSorted((a, b) => a.number - b.number || compareIds(a.id, b.id));
    for (const { id, factors, number } of sorted) this.set(id, factors, number);
    return this;
  }

  /** Score of an item for a user, in units of both grids' product; undefined for one without a vector. */
  score(user: Int16Array, itemId: string): number | undefined {
    const factors = this.#matrix.get(itemId);
    return factors && dot(user, factors);
  }

  /** Items that a version after this one has changed or brought; undefined if they are more than `most`. */
  changedAfter(number: number, most: number): readonly string[] | undefined {
    const changed: string[] = [];
    for (let at = this.#changes.length - 1; at >= 0; at--) {
      const change = this.#changes[at];
      if (change === undefined || change.number <= number) break;
      if (!this.#isNewest(change)) continue;
      if (changed.length === most) return undefined;
      changed.push(this.#matrix.ids[change.row] ?? '');
    }
    return changed;
  }

  /**
   * The n best items of each user, best first, ties by id: exact, so that it is nothing to them which items the kernel
   * was given when, and which are scored apart because they have changed since.
   */
  topN(asked: readonly AskedList[], n: number): readonly (readonly Scored[])[] {
    const { lists, changed } = this.#upToDate();
    const fitting = asked.filter(one => this.#fits(one));
    const others = lists.of(
      fitting.map(({ factors, seen }) => ({ factors, seen: [...seen, ...changed] })),
      n,
    );
    const found = new Map(fitting.map((one, at) => [one, others[at] ?? []]));
    return asked.map(one => {
      const unchanged = found.get(one);
      if (unchanged === undefined) return topNOf(one.factors, this.#matrix, { n, exclude: one.seen });
      const apart = changed.filter(itemId => !one.seen.has(itemId));
      const scored = apart.map(itemId => ({ itemId, score: this.score(one.factors, itemId) ?? NaN }));
      return [...unchanged, ...scored].sort(byScore).slice(0, n);
    });
  }

  [Symbol.dispose](): void {
    this.#top?.lists[Symbol.dispose]();
    this.#top = undefined;
  }

  #upToDate(): { readonly lists: TopLists; readonly changed: readonly string[] } {
    const changed = this.#top && this.changedAfter(this.#top.number, mostApart);
    if (this.#top !== undefined && changed !== undefined) return { lists: this.#top.lists, changed };
    this[Symbol.dispose]();
    const vectors = this.#matrix.ids.map((id, row) => ({ id, factors: this.#matrix.row(row) }));
    const lists = new TopLists(this.#kernel(), this.k, vectors);
    this.#top = { lists, number: this.#changes.at(-1)?.number ?? -Infinity };
    return { lists, changed: [] };
  }

  /** Whether all scores are certain to fit the kernel's integers. A vector that long calls for another generation. */
  #fits({ factors }: AskedList): boolean {
    return dot(factors, factors) * this.longest <= mostSquared;
  }

  readonly #isNewest = ({ row, number }: Change): boolean => this.#numbers[row] === number;
}

const byScore = (a: Scored, b: Scored): number => b.score - a.score || compareIds(a.itemId, b.itemId);
