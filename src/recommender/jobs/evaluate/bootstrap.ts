/**
 * Intervals by the bootstrap over users: as many users are drawn with repetition as there are, many times over, and a
 * figure made of each draw. All ratings and lists of a user come along (they are a cluster), and all models are judged by
 * the same draws, so that a difference between two has an interval of its own (they are paired). The interval is that of
 * percentiles. Sources: B. Efron, R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapters 6, 8 and 13; for
 * clusters A. C. Cameron, J. B. Gelbach, D. L. Miller, "Bootstrap-Based Improvements for Inference with Clustered
 * Errors", 2008.
 */
import { EvaluateInput } from './errors.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** How many draws: 100 to 10,000. */
  readonly resamples: number;
  /** Share of the draws that the interval holds. */
  readonly level: number;
}

const bounds = { least: 100, most: 10_000 } as const;

/** With the usual level of .95, and 1,000 draws where no number is given. @throws {EvaluateInput} */
export function bootstrapOptions({ seed, resamples = 1_000 }: BootstrapGiven): BootstrapOptions {
  if (Number.isInteger(resamples) && resamples >= bounds.least && resamples <= bounds.most)
    return { seed, resamples, level: 0.95 };
  throw new EvaluateInput(
    `An interval cannot be made of ${resamples} draws`,
    `Give an integer from ${bounds.least} to ${bounds.most}`,
  );
}

type BootstrapGiven = { readonly seed: number; readonly resamples?: number | undefined };

/** A figure of a draw, from how many times each user is in it; null where it does not apply. */
export type Statistic = (times: Uint32Array) => number | null;

/** Intervals of statistics of so many users, all from the same draws; null where a statistic applied to no draw. */
export function intervals(
  users: number,
  statistics: readonly Statistic[],
  { seed, resamples, level }: BootstrapOptions,
): (Interval | null)[] {
  const figures = statistics.map(() => new Float64Array(resamples).fill(NaN));
  const times = new Uint32Array(users);
  const draw = draws(seed);
  for (let resample = 0; resample < resamples; resample++) {
    times.fill(0);
    for (let user = 0; user < users; user++) {
      const drawn = draw(users);
      times[drawn] = (times[drawn] ?? 0) + 1;
    }
    for (const [index, statistic] of statistics.entries()) set(figures[index], resample, statistic(times));
  }
  return figures.map(each => intervalOf(each.filter(figure => !Number.isNaN(figure)).sort(), level));
}

function set(figures: Float64Array | undefined, resample: number, figure: number | null): void {
  if (figures !== undefined && figure !== null) figures[resample] = figure;
}

/** What lies between the percentiles, of ascending figures. */
function intervalOf(figures: Float64Array, level: number): Interval | null {
  if (figures.length === 0) return null;
  const outside = (1 - level) / 2;
  return { low: quantile(figures, outside), high: quantile(figures, 1 - outside) };
}

/** Between the two nearest. Source: R. Hyndman, Y. Fan, "Sample Quantiles in Statistical Packages", 1996, type 7. */
function quantile(ascending: Float64Array, share: number): number {
  const place = share * (ascending.length - 1);
  const [below, above] = [ascending[Math.floor(place)] ?? NaN, ascending[Math.ceil(place)] ?? NaN];
  return below + (place - Math.floor(place)) * (above - below);
}

/** Whole numbers below a bound that a seed repeats. Generator: mulberry32 by Tommy Ettinger, 32 bits of state. */
function draws(seed: number): (below: number) => number {
  let state = seed | 0;
  return below => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}
