/** The item vectors of one generation, and which of them have changed since when: what lists are made from. */
import { dot, ItemMatrix, type Scored, topNOf } from '../../als/index.ts';
import { compareIds } from './order.ts';

/** A change of an item's vector: by the number of the model version, ascending. */
interface Change {
  readonly row: number;
  readonly number: number;
}

export class ListItems {
  readonly generation: number;
  readonly #matrix: ItemMatrix;
  /** By row: the version that changed it last, and its squared length. */
  readonly #numbers: number[] = [];
  readonly #lengths: number[] = [];
  /** Some of them are outdated: their row has changed again since. */
  #changes: Change[] = [];
  #longest: number | undefined = 0;

  constructor(generation: number, k: number) {
    this.generation = generation;
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

  /** The n best items, best first, ties by id. */
  topN(user: Int16Array, n: number, seen: ReadonlySet<string>): Scored[] {
    return topNOf(user, this.#matrix, { n, exclude: seen });
  }

  readonly #isNewest = ({ row, number }: Change): boolean => this.#numbers[row] === number;
}

/** Takes vectors in any order. */
export function listItems(
  generation: number,
  k: number,
  vectors: readonly { readonly id: string; readonly factors: Int16Array; readonly number: number }[],
): ListItems {
  const items = new ListItems(generation, k);
  const sorted = vectors.toSorted((a, b) => a.number - b.number || compareIds(a.id, b.id));
  for (const { id, factors, number } of sorted) items.set(id, factors, number);
  return items;
}
