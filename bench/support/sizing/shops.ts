/** The shops that sizing is measured on: one thing more at a time, and two that no plane is fitted to. */
import type { Shape } from '../als/synthetic.ts';

export interface Shop extends Shape {
  readonly factors: number;
  /** What its figures are for: a plane is fitted to the first, and held against the others. */
  readonly use: 'fit' | 'held out';
}

const fit = (users: number, items: number, ratings: number, factors = 32): Shop => ({
  use: 'fit',
  users,
  items,
  ratings,
  factors,
});

export const shops: readonly Shop[] = [
  fit(1_000, 1_000, 20_000),
  fit(3_000, 2_000, 50_000),
  fit(12_000, 2_000, 50_000),
  fit(3_000, 12_000, 50_000),
  fit(3_000, 2_000, 90_000),
  fit(3_000, 2_000, 50_000, 96),
  { ...fit(6_000, 5_000, 70_000), use: 'held out' },
  { ...fit(5_000, 4_000, 40_000, 64), use: 'held out' },
];
