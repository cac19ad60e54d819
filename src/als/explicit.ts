import { solveCholesky } from './cholesky.ts';
import { checkExact, OuterSum } from './gram.ts';
import { noStars, type Pairs } from './pairs.ts';
import { toGrid } from './rounding.ts';
import type { ModelSettings } from './settings.ts';
import { starUnit, type Side } from './side.ts';

/**
 * Solves rows of the star model r = mean + b_user + b_item + x . y: a row's bias and factors together, its bias being
 * the factor whose counterpart is always one. Sources: Y. Koren, R. Bell, C. Volinsky, "Matrix Factorization Techniques
 * for Recommender Systems", IEEE Computer 2009; the weighted regularisation of Zhou et al., AAIM 2008.
 */
export class ExplicitSolver {
  readonly #settings: ModelSettings;
  readonly #pairs: Pairs;
  readonly #system: Float64Array;
  readonly #outer: OuterSum;
  readonly #x: Float64Array;
  /** Bias and factors of the row solved last, on the grid. */
  readonly solution: Int16Array;

  constructor(settings: ModelSettings, pairs: Pairs) {
    const width = settings.explicit.factors + 1;
    this.#settings = settings;
    this.#pairs = pairs;
    this.#system = new Float64Array(width * (width + 1));
    this.#outer = new OuterSum(this.#system, width + 1, width);
    this.#x = new Float64Array(width);
    this.solution = new Int16Array(width);
  }

  /** Leaves the row in `solution`; answers how many of its values met the end of the grid. */
  solve(side: Side, other: Side, row: number): number {
    const ratings = this.#accumulate(side, other, row);
    if (ratings === 0) {
      this.solution.fill(0);
      return 0;
    }
    this.#regularise(ratings);
    const width = this.#x.length;
    solveCholesky(this.#system, width);
    for (let f = 0; f < width; f++) this.#x[f] = this.#system[f * (width + 1) + width] ?? NaN;
    return toGrid(this.#x, starUnit, this.solution);
  }

  /** Exact sums over the row's ratings of y y' and of what mean and other bias leave unexplained times y. */
  #accumulate(side: Side, other: Side, row: number): number {
    const width = this.#x.length;
    const mean = this.#pairs.meanStars;
    const values = other.starVectors.values;
    let ratings = 0;
    this.#system.fill(0);
    const { stars: allStars } = this.#pairs;
    const neighbours = this.#pairs.neighbours(side);
    for (const pair of side.pairs.of(row)) {
      const stars = allStars[pair] ?? noStars;
      if (stars === noStars) continue;
      const start = (neighbours[pair] ?? NaN) * width;
      this.#outer.add(values, start, 1, starUnit);
      this.#addTarget(values, start, stars - mean - (values[start] ?? NaN));
      ratings++;
    }
    this.#outer.end();
    checkExact(this.#system, width + 1, width);
    return ratings;
  }

  #addTarget(values: Int16Array, start: number, unexplained: number): void {
    const system = this.#system;
    const width = this.#x.length;
    for (let f = 0, at = width; f < width; f++, at += width + 1) {
      const y = f === 0 ? starUnit : (values[start + f] ?? NaN);
      system[at] = (system[at] ?? NaN) + unexplained * y;
    }
  }

  #regularise(ratings: number): void {
    const width = this.#x.length;
    const { regularisation, biasRegularisation, prior } = this.#settings.explicit;
    const frequency = (ratings + prior) * starUnit * starUnit;
    for (let f = 0; f < width; f++) {
      const at = f * (width + 1) + f;
      const strength = f === 0 ? biasRegularisation : regularisation;
      this.#system[at] = (this.#system[at] ?? NaN) + strength * frequency;
    }
  }
}
