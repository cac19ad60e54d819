/** Every figure that an interval is given for, as a ratio of two sums over users. */
import { listMeasures, type ListMeasure, type UserFigures } from './user-figures.ts';

export const measures = ['rmse', 'mae', ...listMeasures] as const;
export type Measure = (typeof measures)[number];

/** Sums of both columns over some users, divided, are the figure of those users; its root, where that is so. */
export interface Ratio {
  readonly numerator: Float64Array;
  readonly denominator: Float64Array;
  readonly root: boolean;
}

export function ratioOf(figures: UserFigures, measure: Measure): Ratio {
  if (isOfLists(measure)) return { numerator: figures.lists[measure], denominator: figures.judged, root: false };
  const numerator = measure === 'rmse' ? figures.squared : figures.absolute;
  return { numerator, denominator: figures.ratings, root: measure === 'rmse' };
}

/** Of an error less is better. */
export const isError = (measure: Measure): boolean => measure === 'rmse' || measure === 'mae';

/** The figure of all users, or of users drawn so many times each; null where it does not apply to any of them. */
export function figureOf({ numerator, denominator, root }: Ratio, times?: Uint32Array): number | null {
  let [above, below] = [0, 0];
  for (let user = 0; user < numerator.length; user++) {
    const weight = times === undefined ? 1 : (times[user] ?? NaN);
    above += weight * (numerator[user] ?? NaN);
    below += weight * (denominator[user] ?? NaN);
  }
  if (below === 0) return null;
  return root ? Math.sqrt(above / below) : above / below;
}

const isOfLists = (measure: Measure): measure is ListMeasure => listMeasures.some(name => name === measure);
