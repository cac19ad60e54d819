import { TrainingCancelled } from './errors.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { ModelSettings } from './settings.ts';

export interface TrainingOptions {
  readonly kernel: Kernel;
  /** In place of those of the input, but for the weights, which are in its pairs already. */
  readonly settings?: Partial<Omit<ModelSettings, 'weights'>>;
  /** How the rows of the implicit model are solved: by blocks of 8 factors (iALS++), or whole, which is their oracle. */
  readonly method?: 'blocks' | 'cholesky';
  /** The implicit loss after each sweep, or only at the end. It costs about a sweep by blocks. */
  readonly losses?: 'each' | 'last';
  /** Called after each sweep of either model with how many of all are done. */
  readonly progress?: (done: number, of: number) => void;
  /** Asked before each half sweep. */
  readonly cancelled?: () => boolean;
}

/** Where a training stands, and whether it may go on. */
export class Progress {
  readonly #of: number;
  readonly #options: TrainingOptions;
  #done = 0;

  constructor(of: number, options: TrainingOptions) {
    this.#of = of;
    this.#options = options;
  }

  /** Trainings that begin again do not make the whole longer than was told. */
  sweep(): void {
    this.#done = Math.min(this.#done + 1, this.#of);
    this.#options.progress?.(this.#done, this.#of);
  }

  /** @throws {TrainingCancelled} */
  goOn(): void {
    if (this.#options.cancelled?.() !== true) return;
    throw new TrainingCancelled(
      `A training was cancelled after ${this.#done} of ${this.#of} sweeps`,
      'The model is as it was before; begin another training when there is time for it',
    );
  }
}
