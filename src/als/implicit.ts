import { solveCholesky } from './cholesky.ts';
import { checkExact, OuterSum } from './gram.ts';
import type { Pairs } from './pairs.ts';
import { toGrid } from './rounding.ts';
import type { ModelSettings, Regularisation } from './settings.ts';
import type { Side } from './side.ts';
import { confidenceSteps } from './weights.ts';

/**
 * Solves rows of the implicit model: for a row x with neighbours y of weight c and preference p,
 * (alpha0 Y'Y + sum c y y' + reg I) x = sum c p y. Source: Y. Hu, Y. Koren, C. Volinsky, "Collaborative Filtering for
 * Implicit Feedback Datasets", ICDM 2008, in the parametrisation of Rendle et al., RecSys 2022.
 * The sums are exact integers; only the solve is in floating point.
 */
export class ImplicitSolver {
  readonly #settings: ModelSettings;
  readonly #pairs: Pairs;
  readonly #system: Float64Array;
  readonly #outer: OuterSum;
  readonly #sum: Float64Array;
  readonly #x: Float64Array;
  /** The row solved last, on its side's grid. */
  readonly solution: Int16Array;

  constructor(settings: ModelSettings, pairs: Pairs) {
    const k = settings.factors;
    this.#settings = settings;
    this.#pairs = pairs;
    this.#system = new Float64Array(k * (k + 1));
    this.#outer = new OuterSum(this.#system, k + 1, k);
    this.#sum = new Float64Array(k);
    this.#x = new Float64Array(k);
    this.solution = new Int16Array(k);
  }

  /** Leaves the row in `solution`; answers how many of its factors met the end of the grid. */
  solve(side: Side, other: Side, row: number): number {
    if (side.events.get(row) === 0) {
      this.solution.fill(0);
      return 0;
    }
    this.#accumulate(side, other, row);
    this.#complete(side, other, row);
    const k = this.#x.length;
    solveCholesky(this.#system, k);
    for (let f = 0; f < k; f++) this.#x[f] = this.#system[f * (k + 1) + k] ?? NaN;
    return toGrid(this.#x, side.unit, this.solution);
  }

  /** The exact part: weighted Gram matrix and right-hand side of the row's own neighbours. */
  #accumulate(side: Side, other: Side, row: number): void {
    const k = this.#x.length;
    const values = other.vectors.values;
    this.#system.fill(0);
    const sum = this.#sum.fill(0);
    const { confidences, preferences } = this.#pairs;
    const neighbours = this.#pairs.neighbours(side);
    for (const pair of side.pairs.of(row)) {
      const confidence = confidences[pair] ?? 0;
      if (confidence === 0) continue;
      const start = (neighbours[pair] ?? NaN) * k;
      this.#outer.add(values, start, confidence);
      if (preferences[pair] === 0) continue;
      for (let f = 0; f < k; f++) sum[f] = (sum[f] ?? NaN) + confidence * (values[start + f] ?? NaN);
    }
    this.#outer.end();
    checkExact(this.#system, k + 1, k);
  }

  /** Adds what every row shares, in the same units: 1/16 steps of confidence, squared grid steps. */
  #complete(side: Side, other: Side, row: number): void {
    const k = this.#x.length;
    const { unobservedWeight, regularisation } = this.#settings;
    const shared = unobservedWeight * confidenceSteps;
    for (let a = 0; a < k; a++)
      for (let b = a, at = a * (k + 1) + a; b < k; b++, at++)
        this.#system[at] = (this.#system[at] ?? NaN) + shared * (other.gram[a * k + b] ?? NaN);
    const frequency = side.events.get(row) + unobservedWeight * other.size;
    const held = strengthOf(regularisation, frequency) * confidenceSteps * other.unit * other.unit;
    for (let a = 0; a < k; a++) {
      const at = a * (k + 1);
      this.#system[at + a] = (this.#system[at + a] ?? NaN) + held;
      this.#system[at + k] = (this.#sum[a] ?? NaN) * other.unit;
    }
  }
}

/** How strongly a row with this frequency is held at zero. */
export function strengthOf({ strength, frequencyExponent }: Regularisation, frequency: number): number {
  if (frequencyExponent === 0) return strength;
  return strength * (frequencyExponent === 1 ? frequency : Math.sqrt(frequency));
}
