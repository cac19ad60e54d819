import { byCodePoint, byCodeUnit, type Compare, hasSurrogates } from './order.ts';

/** Texts in the order of their UTF-8 bytes, in blocks: putting one in moves no more than its block. */
export class SortedIds {
  readonly #blocks: string[][] = [];
  #compare: Compare = byCodeUnit;

  /** Does nothing where it is there already. */
  add(id: string): void {
    this.#meet(id);
    const at = Math.max(0, this.#blockOf(id));
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([id]);
      return;
    }
    const place = this.#placeIn(block, id);
    if (block[place] === id) return;
    block.splice(place, 0, id);
    if (block.length > maxBlock) this.#blocks.splice(at + 1, 0, block.splice(block.length >> 1));
  }

  remove(id: string): void {
    this.#meet(id);
    const at = this.#blockOf(id);
    const block = this.#blocks[at];
    if (block === undefined) return;
    const place = this.#placeIn(block, id);
    if (block[place] !== id) return;
    block.splice(place, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** The first that is not before `from`; undefined where there is none. */
  atOrAfter(from: string): string | undefined {
    this.#meet(from);
    const at = Math.max(0, this.#blockOf(from));
    const block = this.#blocks[at];
    if (block === undefined) return undefined;
    return block[this.#placeIn(block, from)] ?? this.#blocks[at + 1]?.[0];
  }

  /** The last that is before `end`; undefined where there is none. */
  lastBefore(end: string): string | undefined {
    this.#meet(end);
    const at = this.#blockOf(end);
    const block = this.#blocks[at];
    if (block === undefined) return undefined;
    return block[this.#placeIn(block, end) - 1] ?? this.#blocks[at - 1]?.at(-1);
  }

  /** Until the first surrogate both orders are one: what is sorted stays sorted. */
  #meet(id: string): void {
    if (this.#compare === byCodeUnit && hasSurrogates(id)) this.#compare = byCodePoint;
  }

  /** The last block whose first id is not after `id`; -1 where all are. */
  #blockOf(id: string): number {
    const blocks = this.#blocks;
    let [low, high] = [0, blocks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = blocks[middle]?.[0] ?? '';
      if (this.#compare(first, id) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** The place of the first that is not before `id`. */
  #placeIn(block: readonly string[], id: string): number {
    let [low, high] = [0, block.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(block[middle] ?? '', id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const maxBlock = 256;
