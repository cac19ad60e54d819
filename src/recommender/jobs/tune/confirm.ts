import type { BootstrapOptions } from '../evaluate/bootstrap.ts';
import { type Gain, gainsOf } from '../evaluate/compared.ts';
import { figureOf, ratioOf } from '../evaluate/measures.ts';
import type { Split } from '../evaluate/split.ts';
import { type Tuned, tunedOf } from './space.ts';
import { type Goal, type Trying, worth } from './trial.ts';

/** What settings are worth on the test, beside those that the search began with. */
export interface OnTest extends Gain {
  readonly base: number | null;
  readonly best: number | null;
}

export type Confirmed = Readonly<Record<Goal, OnTest>>;

export interface ConfirmOptions extends Trying {
  readonly test: Split;
  readonly bootstrap: BootstrapOptions;
}

/** Once, after the search: what was chosen by its validation figure is the luckiest, too, and has to show without luck. */
export function confirm(settings: Tuned, { test, bootstrap, ...trying }: ConfirmOptions): Confirmed {
  const [beside, model] = [worth(tunedOf(trying.base), test, trying), worth(settings, test, trying)];
  const gains = gainsOf({ model, beside }, bootstrap);
  const goal = (name: Goal): OnTest => ({
    base: figureOf(ratioOf(beside, name)),
    best: figureOf(ratioOf(model, name)),
    ...gains[name],
  });
  return { ndcg10: goal('ndcg10'), rmse: goal('rmse') };
}
