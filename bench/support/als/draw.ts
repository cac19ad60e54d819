/** Chances that a seed repeats. Generator: mulberry32 by Tommy Ettinger, 32 bits of state. */

/** In [0, 1). */
export type Draw = () => number;

export function drawer(seed: number): Draw {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Numbers drawn by weight: a chance is looked up among the running sums of the weights. */
export class Ascending {
  readonly #sums: Float64Array;

  constructor(weights: Float64Array) {
    let sum = 0;
    this.#sums = weights.map(weight => (sum += weight));
  }

  /** The number at a chance in [0, 1). */
  at(chance: number): number {
    const wanted = chance * (this.#sums.at(-1) ?? 0);
    let [from, to] = [0, this.#sums.length - 1];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#sums[middle] ?? 0) > wanted) to = middle;
      else from = middle + 1;
    }
    return from;
  }
}
