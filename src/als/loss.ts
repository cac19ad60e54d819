import type { FactorMatrix } from './kernel/factor-matrix.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { ModelSettings } from './settings.ts';
import { strengthOf } from './strengths.ts';
import { confidenceSteps } from './weights.ts';

/** Terms are rounded to this step before they are summed, so that their order does not show. */
const step = 1 / (1 << 20);
const quantised = (term: number): number => Math.round(term / step);

export interface LossSide {
  readonly vectors: FactorMatrix;
  /** 2^exponent: grid steps in one. */
  readonly unit: number;
  readonly rows: Iterable<number>;
  readonly size: number;
  /** Pairs with a weight. */
  readonly eventsOf: (row: number) => number;
}

/** A pair with a weight in 1/16 steps and the preference that it is to explain. */
export type EachPair = (visit: (user: number, item: number, confidence: number, preference: number) => void) => void;

/**
 * The implicit loss: alpha0 sum over all pairs of (x.y)^2 + sum over pairs with a weight of c (p - x.y)^2 + sum over rows
 * of strength(row) |x|^2. Source: S. Rendle et al., "Revisiting the Performance of iALS", RecSys 2022, equation 2.
 */
export function implicitLoss(
  kernel: Kernel,
  settings: ModelSettings,
  sides: { readonly users: LossSide; readonly items: LossSide },
  eachPair: EachPair,
): number {
  const { users, items } = sides;
  const units = users.unit * items.unit;
  let explained = 0;
  eachPair((user, item, confidence, preference) => {
    const error = preference - dotOf(users.vectors, user, items.vectors, item) / units;
    explained += quantised((confidence / confidenceSteps) * error * error);
  });
  const held = heldOf(settings, users, items.size) + heldOf(settings, items, users.size);
  return settings.unobservedWeight * squaredScores(kernel, users, items) + (explained + held) * step;
}

/** Sum over all pairs of (x.y)^2: by both Gram matrices. */
function squaredScores(kernel: Kernel, users: LossSide, items: LossSide): number {
  const [a, b] = [kernel.gram(users.vectors), kernel.gram(items.vectors)];
  const units = users.unit * items.unit;
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ((a[at] ?? NaN) / units) * ((b[at] ?? NaN) / units);
  return sum;
}

function heldOf({ regularisation, unobservedWeight }: ModelSettings, side: LossSide, others: number): number {
  let sum = 0;
  for (const row of side.rows) {
    const strength = strengthOf(regularisation, side.eventsOf(row) + unobservedWeight * others);
    sum += quantised((strength * dotOf(side.vectors, row, side.vectors, row)) / (side.unit * side.unit));
  }
  return sum;
}

/** Exact: integers. */
function dotOf(a: FactorMatrix, aRow: number, b: FactorMatrix, bRow: number): number {
  const [x, y] = [a.values, b.values];
  const [from, other] = [aRow * a.stride, bRow * b.stride];
  let sum = 0;
  for (let f = 0; f < a.width; f++) sum += (x[from + f] ?? NaN) * (y[other + f] ?? NaN);
  return sum;
}
