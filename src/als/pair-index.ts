import { mixed } from './hash32.ts';

const golden = 0x9e3779b9;

/** Where the two ends of a pair stand: columns by pair. */
export interface Ends {
  readonly user: Int32Array;
  readonly item: Int32Array;
}

/** Finds the pair of a user and an item: open addressing with linear probing over 32-bit integers, at most 2/3 full. */
export class PairIndex {
  /** Pair + 1; 0 is an empty slot. */
  #slots = new Int32Array(64);
  #size = 0;

  find({ user, item }: Ends, userRow: number, itemRow: number): number | undefined {
    const slots = this.#slots;
    for (let at = this.#home(userRow, itemRow); ; at = (at + 1) & (slots.length - 1)) {
      const pair = (slots[at] ?? 0) - 1;
      if (pair < 0) return undefined;
      if (user[pair] === userRow && item[pair] === itemRow) return pair;
    }
  }

  /** Adds a pair that is not in, whose ends are in place. */
  add(ends: Ends, pair: number): void {
    if (3 * ++this.#size > 2 * this.#slots.length) this.#grow(ends);
    this.#put(ends, pair);
  }

  /** Takes a pair out, and closes the gap: what stands behind it and may stand there moves up. */
  remove(ends: Ends, pair: number): void {
    const slots = this.#slots;
    const next = (at: number): number => (at + 1) & (slots.length - 1);
    let gap = this.#homeOf(ends, pair);
    while (slots[gap] !== pair + 1) gap = next(gap);
    for (let at = next(gap); slots[at] !== 0; at = next(at)) {
      const home = this.#homeOf(ends, (slots[at] ?? 0) - 1);
      const mayMove = gap <= at ? home <= gap || home > at : home <= gap && home > at;
      if (!mayMove) continue;
      slots[gap] = slots[at] ?? 0;
      gap = at;
    }
    slots[gap] = 0;
    this.#size--;
  }

  #put(ends: Ends, pair: number): void {
    const slots = this.#slots;
    let at = this.#homeOf(ends, pair);
    while (slots[at] !== 0) at = (at + 1) & (slots.length - 1);
    slots[at] = pair + 1;
  }

  #grow(ends: Ends): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    for (const slot of old) if (slot !== 0) this.#put(ends, slot - 1);
  }

  #homeOf({ user, item }: Ends, pair: number): number {
    return this.#home(user[pair] ?? 0, item[pair] ?? 0);
  }

  #home(user: number, item: number): number {
    return mixed(Math.imul(user, golden) ^ mixed(item)) & (this.#slots.length - 1);
  }
}
