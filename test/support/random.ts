/** Chance that a seed repeats, for tests: it says its seed, and picks from what is never empty. */
import { Random as Seeded } from '../../src/testing/random.ts';

export class Random extends Seeded {
  readonly seed: number;

  constructor(seed: number) {
    super(seed);
    this.seed = seed;
  }

  override pick<T>(values: readonly T[]): T {
    const value = super.pick(values);
    if (value === undefined) throw new Error('There is nothing to pick from');
    return value;
  }
}
