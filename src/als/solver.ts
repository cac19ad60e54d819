import { Batch } from './batch.ts';
import type { Kept, Share } from './heavy-rows.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import type { Kernel, SolveRows } from './kernel/kernel.ts';
import type { Pairs } from './pairs.ts';
import type { ModelSettings } from './settings.ts';
import { noStars, preferenceIn, silentCode, starsIn, weightIn } from './share-code.ts';
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
  readonly #implicit = new Batch();
  readonly #stars = new Batch();
  readonly #vectors: FactorMatrix;
  readonly #starVectors: FactorMatrix;

  constructor(kernel: Kernel, settings: ModelSettings, pairs: Pairs) {
    this.#kernel = kernel;
    this.#settings = settings;
    this.#pairs = pairs;
    this.#vectors = kernel.matrix(settings.factors);
    this.#starVectors = kernel.matrix(settings.explicit.factors + 1);
  }

  /** Calls back for each batch; nothing of the other side's vectors may change before the last one. */
  solve(side: Side, other: Side, rows: Iterable<number>, take: (solved: Solved) => void): void {
    for (const row of rows) {
      this.#gather(side, row);
      const { rows: gathered, entries } = this.#implicit;
      if (gathered.length < rowsAtOnce && entries < entriesAtOnce) continue;
      this.#finish(side, other, take);
    }
    if (this.#implicit.rows.length > 0) this.#finish(side, other, take);
  }

  [Symbol.dispose](): void {
    this.#vectors[Symbol.dispose]();
    this.#starVectors[Symbol.dispose]();
  }

  /** One pass over the row's pairs for both models: for a popular item most of the time goes into reading them. */
  #gather(side: Side, row: number): void {
    const [neighbours, codes] = [side.pairs.neighboursOf(row), side.pairs.codesOf(row)];
    const isHeavy = this.#isHeavy(side, row);
    for (const batch of [this.#implicit, this.#stars]) batch.begin(row, codes.length);
    const [implicit, rated] = [this.#implicit.arrays, this.#stars.arrays];
    let [at, ratedAt] = [this.#implicit.entries, this.#stars.entries];
    for (let n = 0; n < codes.length; n++) {
      const code = codes[n] ?? silentCode;
      const neighbour = neighbours[n] ?? 0;
      const weight = weightIn(code);
      if (weight > 0 && !isHeavy) {
        implicit.neighbours[at] = neighbour;
        implicit.weights[at] = weight;
        implicit.targets[at++] = preferenceIn(code);
      }
      const target = starsIn(code);
      if (target === noStars) continue;
      rated.neighbours[ratedAt] = neighbour;
      rated.weights[ratedAt] = 1;
      rated.targets[ratedAt++] = target;
    }
    this.#implicit.end(at);
    this.#stars.end(ratedAt);
  }

  #finish(side: Side, other: Side, take: (solved: Solved) => void): void {
    const { rows } = this.#implicit;
    for (const matrix of [this.#vectors, this.#starVectors]) matrix.resize(Math.max(matrix.rows, rows.length));
    const saturations = this.#solveImplicit(side, other) + this.#solveHeavy(side, other) + this.#solveStars(other);
    take({ rows, vectors: this.#vectors, starVectors: this.#starVectors, saturations });
    this.#implicit.clear();
    this.#stars.clear();
  }

  #solveImplicit(side: Side, other: Side): number {
    using entries = this.#kernel.entries(this.#implicit.sparse);
    return this.#kernel.solveRows({ entries, ...this.#system(side, other, this.#implicit.rows) });
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
    const { sparse, rows } = this.#stars;
    const frequencies = Float64Array.from(
      rows,
      (_, n) => ((sparse.starts[n + 1] ?? 0) - (sparse.starts[n] ?? 0) + prior) * starUnit * starUnit,
    );
    using entries = this.#kernel.entries(sparse);
    return this.#kernel.solveRows({
      entries,
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

  /** The rows that were left out of the batch: from sums that are kept from solve to solve. */
  #solveHeavy(side: Side, other: Side): number {
    let saturations = 0;
    for (const [n, row] of this.#implicit.rows.entries()) {
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
    return this.#sumOf(side.pairs.of(row), other.vectors, pair => this.#shareOf(side, pair));
  }

  /** The old shares go, those of today come: exact, like the sums. */
  #renewedSums(side: Side, other: Side, { sums, changed }: Kept): Float64Array {
    if (changed.size === 0) return sums;
    using olds = this.#kernel.matrix(other.vectors.width, changed.size);
    const shares = [...changed.values()];
    for (const [n, { vector }] of shares.entries()) olds.set(n, vector);
    const before = this.#sumOf(shares.keys(), olds, n => ({ neighbour: n, ...(shares[n] ?? noShare) }));
    const after = this.#sumOf(changed.keys(), other.vectors, pair => this.#shareOf(side, pair));
    return sums.map((sum, at) => sum - (before[at] ?? NaN) + (after[at] ?? NaN));
  }

  #shareOf(side: Side, pair: number): Omit<Share, 'vector'> & { readonly neighbour: number } {
    const neighbour = this.#pairs.neighbours(side)[pair] ?? 0;
    return { neighbour, weight: this.#pairs.weightOf(pair), preference: this.#pairs.preferenceOf(pair) };
  }

  /** The exact sums over some entries as one row. */
  #sumOf(
    entriesOf: Iterable<number>,
    from: FactorMatrix,
    shareOf: (entry: number) => Omit<Share, 'vector'> & { readonly neighbour: number },
  ): Float64Array {
    const batch = new Batch();
    const all = [...entriesOf];
    batch.begin(0, all.length);
    for (const entry of all) {
      const { neighbour, weight, preference } = shareOf(entry);
      batch.add(neighbour, weight, preference);
    }
    using entries = this.#kernel.entries(batch.sparse);
    return this.#kernel.sumRows({ entries, from });
  }
}

const noShare: Omit<Share, 'vector'> = { weight: 0, preference: 0 };
