import { firstValues } from './first-values.ts';
import type { TrainingInput } from './generation.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { ModelSettings } from './settings.ts';
import { firstLength, starUnit } from './side.ts';
import { ratingsOf, type BothWays } from './training-data.ts';
import type { Progress } from './training-progress.ts';

/** The sweeps of a generation's star model. */
export class StarTraining implements Disposable {
  readonly users: FactorMatrix;
  readonly items: FactorMatrix;
  readonly #input: TrainingInput;
  readonly #settings: ModelSettings;
  readonly #kernel: Kernel;

  constructor(input: TrainingInput, settings: ModelSettings, kernel: Kernel) {
    this.#input = input;
    this.#settings = settings;
    this.#kernel = kernel;
    this.users = this.#begun('users');
    this.items = this.#begun('items');
  }

  run(progress: Progress): number {
    using data = ratingsOf(this.#kernel, this.#input);
    let saturations = 0;
    for (let sweep = 0; sweep < this.#settings.sweeps; sweep++) {
      progress.goOn();
      const ofItems = this.#half(data, 'items');
      progress.goOn();
      saturations = ofItems + this.#half(data, 'users');
      progress.sweep();
    }
    return saturations;
  }

  [Symbol.dispose](): void {
    this.users[Symbol.dispose]();
    this.items[Symbol.dispose]();
  }

  #half(data: BothWays, name: 'users' | 'items'): number {
    const { regularisation, biasRegularisation, prior } = this.#settings.explicit;
    const counts = name === 'users' ? data.userCounts : data.itemCounts;
    const frequencies = Float64Array.from(counts, ratings => (ratings + prior) * starUnit * starUnit);
    return this.#kernel.solveRows({
      entries: data[name],
      from: name === 'users' ? this.items : this.users,
      into: this[name],
      shared: 0,
      diagonal: frequencies.map(frequency => regularisation * frequency),
      bias: {
        unit: starUnit,
        mean: this.#input.meanStars,
        diagonal: frequencies.map(frequency => biasRegularisation * frequency),
      },
      scale: 1,
      grid: starUnit,
    });
  }

  #begun(name: 'users' | 'items'): FactorMatrix {
    const { ids } = this.#input.live[name];
    const { seed, explicit } = this.#settings;
    const matrix = this.#kernel.matrix(explicit.factors + 1, ids.length);
    const deviation = (firstLength * starUnit) / Math.sqrt(explicit.factors);
    for (const [row, id] of ids.entries()) {
      const values = matrix.row(row);
      firstValues(seed, `${name} stars`, id, deviation, values);
      values[0] = 0;
    }
    return matrix;
  }
}
