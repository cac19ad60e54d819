import type { Kept } from './heavy-rows.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import type { GatheredRows } from './kernel/gathered-rows.ts';
import type { Kernel, SolveRows } from './kernel/kernel.ts';
import type { Pairs } from './pairs.ts';
import type { ModelSettings } from './settings.ts';
import { codeOf, noStars } from './share-code.ts';
import { starUnit, type Side } from './side.ts';
import { implicitDiagonal } from './strengths.ts';
import { confidenceSteps } from './weights.ts';

/** A batch is solved once it has so many rows or entries. */
const [rowsAtOnce, entriesAtOnce] = [256, 1 << 16];

/** Row n of the results is that of the n-th of these. */
export interface Solved {
  readonly rows: readonly number[];
  readonly vectors: FactorMatrix;
  readonly starVectors: FactorMatrix;
  readonly saturations: number;
}

/**
 * Solves rows of both models, batch by batch, against the other side as it stands.
 * Implicit: for a row x with neighbours y of weight c and preference p, (alpha0 Y'Y + sum c y y' + reg I) x = sum c p y.
 * Source: Y. Hu, Y. Koren, C. Volinsky, "Collaborative Filtering for Implicit Feedback Datasets", ICDM 2008, in the
 * parametrisation of Rendle et al., RecSys 2022.
 * Stars: r = mean + b_user + b_item + x . y, a row's bias and factors together, its bias being the factor whose
 * counterpart is always one. Sources: Y. Koren, R. Bell, C. Volinsky, "Matrix Factorization Techniques for Recommender
 * Systems", IEEE Computer 2009; the weighted regularisation of Zhou et al., AAIM 2008.
 */
export class Solver implements Disposable {
  readonly #kernel: Kernel;
  readonly #settings: ModelSettings;
  readonly #pairs: Pairs;
  /** Of the batch at hand. */
  readonly #rows: number[] = [];
  readonly #implicit: GatheredRows;
  readonly #stars: GatheredRows;
  readonly #vectors: FactorMatrix;
  readonly #starVectors: FactorMatrix;

  constructor(kernel: Kernel, settings: ModelSettings, pairs: Pairs) {
    this.#kernel = kernel;
    this.#settings = settings;
    this.#pairs = pairs;
    this.#implicit = kernel.gathering();
    this.#stars = kernel.gathering();
    this.#vectors = kernel.matrix(settings.factors);
    this.#starVectors = kernel.matrix(settings.explicit.factors + 1);
  }

  /** Calls back for each batch; nothing of the other side's vectors may change before the last one. */
  solve(side: Side, other: Side, rows: Iterable<number>, take: (solved: Solved) => void): void {
    this.#clear();
    for (const row of rows) {
      this.#gather(side, row);
      if (this.#rows.length < rowsAtOnce && this.#implicit.slots < entriesAtOnce) continue;
      this.#finish(side, other, take);
    }
    if (this.#rows.length > 0) this.#finish(side, other, take);
  }

  [Symbol.dispose](): void {
    for (const part of [this.#implicit, this.#stars, this.#vectors, this.#starVectors]) part[Symbol.dispose]();
  }

  #gather(side: Side, row: number): void {
    const [neighbours, codes] = [side.pairs.neighboursOf(row), side.pairs.codesOf(row)];
    this.#rows.push(row);
    if (this.#isHeavy(side, row)) this.#implicit.addEmpty();
    else this.#implicit.addWeighed(neighbours, codes);
    this.#stars.addRated(neighbours, codes);
  }

  #finish(side: Side, other: Side, take: (solved: Solved) => void): void {
    const rows = this.#rows;
    for (const matrix of [this.#vectors, this.#starVectors]) matrix.resize(Math.max(matrix.rows, rows.length));
    const saturations = this.#solveImplicit(side, other) + this.#solveHeavy(side, other) + this.#solveStars(other);
    take({ rows, vectors: this.#vectors, starVectors: this.#starVectors, saturations });
    this.#clear();
  }

  #solveImplicit(side: Side, other: Side): number {
    return this.#kernel.solveRows({ entries: this.#implicit, ...this.#system(side, other, this.#rows) });
  }

  #system(side: Side, other: Side, rows: readonly number[]): Omit<SolveRows, 'entries'> {
    return {
      from: other.vectors,
      gram: other.gram,
      shared: this.#settings.unobservedWeight * confidenceSteps,
      diagonal: Float64Array.from(rows, row =>
        implicitDiagonal(this.#settings, side.events.get(row), other.counted, other.unit),
      ),
      scale: other.unit,
      grid: side.unit,
      into: this.#vectors,
    };
  }

  #solveStars(other: Side): number {
    const { regularisation, biasRegularisation, prior } = this.#settings.explicit;
    const stars = this.#stars;
    const frequencies = Float64Array.from(this.#rows, (_, n) => (stars.countOf(n) + prior) * starUnit * starUnit);
    return this.#kernel.solveRows({
      entries: stars,
      from: other.starVectors,
      shared: 0,
      diagonal: frequencies.map(frequency => regularisation * frequency),
      bias: {
        unit: starUnit,
        mean: this.#pairs.meanStars,
        diagonal: frequencies.map(frequency => biasRegularisation * frequency),
      },
      scale: 1,
      grid: starUnit,
      into: this.#starVectors,
    });
  }

  #isHeavy(side: Side, row: number): boolean {
    return side.events.get(row) >= this.#settings.heavy.events;
  }

  #clear(): void {
    this.#rows.length = 0;
    this.#implicit.clear();
    this.#stars.clear();
  }

  /** The rows that were left out of the batch: from sums that are kept from solve to solve. */
  #solveHeavy(side: Side, other: Side): number {
    let saturations = 0;
    for (const [n, row] of this.#rows.entries()) {
      if (!this.#isHeavy(side, row)) continue;
      const kept = side.heavy.take(row);
      const sums = kept === undefined ? this.#freshSums(side, other, row) : this.#renewedSums(side, other, kept);
      side.heavy.keep(row, sums);
      const system = this.#system(side, other, [row]);
      saturations += this.#kernel.solveSums({ ...system, sums, rows: Int32Array.of(n) });
    }
    return saturations;
  }

  #freshSums(side: Side, other: Side, row: number): Float64Array {
    return this.#sumOf(side.pairs.neighboursOf(row), side.pairs.codesOf(row), other.vectors);
  }

  /** The old shares go, those of today come: exact, like the sums. */
  #renewedSums(side: Side, other: Side, { sums, changed }: Kept): Float64Array {
    if (changed.size === 0) return sums;
    using olds = this.#kernel.matrix(other.vectors.width, changed.size);
    const shares = [...changed.values()];
    for (const [n, { vector }] of shares.entries()) olds.set(n, vector);
    const oldCodes = Int32Array.from(shares, ({ weight, preference }) => codeOf(weight, preference, noStars));
    const before = this.#sumOf(Int32Array.from(shares.keys()), oldCodes, olds);
    const [neighbours, pairs] = [this.#pairs.neighbours(side), Int32Array.from(changed.keys())];
    const codes = pairs.map(pair => this.#pairs.codeOf(pair));
    const after = this.#sumOf(
      pairs.map(pair => neighbours[pair] ?? 0),
      codes,
      other.vectors,
    );
    return sums.map((sum, at) => sum - (before[at] ?? NaN) + (after[at] ?? NaN));
  }

  /** The exact sums over a list as one row. */
  #sumOf(neighbours: Int32Array, codes: Int32Array, from: FactorMatrix): Float64Array {
    using entries = this.#kernel.gathering();
    entries.addWeighed(neighbours, codes);
    return this.#kernel.sumRows({ entries, from });
  }
}
