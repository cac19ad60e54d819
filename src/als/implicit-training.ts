import type { TrainingInput } from './generation.ts';
import type { FactorMatrix } from './kernel/factor-matrix.ts';
import { implicitLoss } from './loss.ts';
import type { ModelSettings } from './settings.ts';
import { implicitDiagonal } from './strengths.ts';
import { subspaceStart, type PerSide } from './subspace.ts';
import type { BothWays } from './training-data.ts';
import type { Progress, TrainingOptions } from './training-progress.ts';
import { confidenceSteps } from './weights.ts';

const anySaturation = ({ users, items }: PerSide): boolean => users + items > 0;

/** The sweeps of a generation's implicit model, with one pair of grid exponents. */
export class ImplicitTraining implements Disposable {
  readonly users: FactorMatrix;
  readonly items: FactorMatrix;
  readonly #input: TrainingInput;
  readonly #settings: ModelSettings;
  readonly #data: BothWays;
  readonly #options: TrainingOptions;

  constructor(input: TrainingInput, settings: ModelSettings, data: BothWays, options: TrainingOptions) {
    const { kernel } = options;
    this.#input = input;
    this.#settings = settings;
    this.#data = data;
    this.#options = options;
    this.users = kernel.matrix(settings.factors, input.live.users.ids.length);
    this.items = kernel.matrix(settings.factors, input.live.items.ids.length);
  }

  /** Ends early where the saturations of the start or of a sweep make it hopeless. */
  run(
    progress: Progress,
    isHopeless: (saturations: PerSide) => boolean = anySaturation,
  ): { readonly saturations: PerSide; readonly losses: number[] } {
    const { sweeps, seed, unobservedWeight } = this.#settings;
    const unit = { users: this.#unit('users'), items: this.#unit('items') };
    const { users, items } = this;
    const itemIds = this.#input.live.items.ids;
    let saturations = subspaceStart(this.#options.kernel, this.#data, {
      users,
      items,
      itemIds,
      unit,
      unobservedWeight,
      seed,
    });
    const losses: number[] = [];
    if (isHopeless(saturations)) return { saturations, losses };
    const method = this.#options.method ?? 'blocks';
    for (let sweep = 1; sweep <= sweeps; sweep++) {
      progress.goOn();
      const ofItems = this.#half('items', method);
      progress.goOn();
      saturations = { items: ofItems, users: this.#half('users', sweep === sweeps ? 'cholesky' : method) };
      progress.sweep();
      if (isHopeless(saturations)) break;
      if (sweep === sweeps || this.#options.losses === 'each') losses.push(this.#loss());
    }
    return { saturations, losses };
  }

  [Symbol.dispose](): void {
    this.users[Symbol.dispose]();
    this.items[Symbol.dispose]();
  }

  #half(name: 'users' | 'items', method: 'blocks' | 'cholesky'): number {
    const { kernel } = this.#options;
    const other = name === 'users' ? 'items' : 'users';
    const [into, from, entries] = [this[name], this[other], this.#data[name]];
    const batch = {
      entries,
      from,
      into,
      gram: kernel.gram(from),
      shared: this.#settings.unobservedWeight * confidenceSteps,
      diagonal: Float64Array.from(this.#counts(name), events =>
        implicitDiagonal(this.#settings, events, from.rows, this.#unit(other)),
      ),
    };
    if (method === 'cholesky') return kernel.solveRows({ ...batch, scale: this.#unit(other), grid: this.#unit(name) });
    const { users, items } = this.#settings.gridExponent;
    return kernel.blocks({ ...batch, exponent: users + items });
  }

  #loss(): number {
    const { starts, items, confidences, preferences } = this.#input;
    const side = (name: 'users' | 'items') => ({
      vectors: this[name],
      unit: this.#unit(name),
      rows: Array(this[name].rows).keys(),
      size: this[name].rows,
      eventsOf: (row: number) => this.#counts(name)[row] ?? 0,
    });
    const sides = { users: side('users'), items: side('items') };
    return implicitLoss(this.#options.kernel, this.#settings, sides, visit => {
      for (let user = 0; user < this.users.rows; user++)
        for (let at = starts[user] ?? 0, end = starts[user + 1] ?? 0; at < end; at++) {
          const confidence = confidences[at] ?? 0;
          if (confidence > 0) visit(user, items[at] ?? 0, confidence, preferences[at] ?? 0);
        }
    });
  }

  #counts(name: 'users' | 'items'): Int32Array {
    return name === 'users' ? this.#data.userCounts : this.#data.itemCounts;
  }

  #unit(name: 'users' | 'items'): number {
    return 1 << this.#settings.gridExponent[name];
  }
}
