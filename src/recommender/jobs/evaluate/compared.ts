/** Models side by side: the interval of each figure, and of each difference between two models. */
import { intervals, type BootstrapOptions, type Interval, type Statistic } from './bootstrap.ts';
import { figureOf, isError, measures, ratioOf, type Measure } from './measures.ts';
import type { UserFigures } from './user-figures.ts';

/** Intervals of the figures that are made of users; null where a measure does not apply. */
export type Intervals = Readonly<Record<Measure, Interval | null>>;

/**
 * How much better one model is than another, relative to the other: above 0 is better, also where less is better of the
 * measure itself. -0.01 is one per cent worse. Null where the measure does not apply.
 */
export interface Gain {
  readonly gain: number | null;
  readonly interval: Interval | null;
  /** The same in units of the measure, not relative: also beside a model that is worth nothing. */
  readonly difference: number | null;
  readonly differenceInterval: Interval | null;
}

export type Gains = Readonly<Record<Measure, Gain>>;

/** Two models that judged the same users by the same held-out ratings. */
export interface Pair {
  readonly model: UserFigures;
  readonly beside: UserFigures;
}

export function intervalsOf(figures: UserFigures, options: BootstrapOptions): Intervals {
  const statistics = measures.map((measure): Statistic => {
    const ratio = ratioOf(figures, measure);
    return times => figureOf(ratio, times);
  });
  const found = intervals(figures.users.length, statistics, options);
  return byMeasure((_measure, index) => found[index] ?? null);
}

/** With the same seed as `intervalsOf` the users drawn are the same. */
export function gainsOf(pair: Pair, options: BootstrapOptions): Gains {
  const users = pair.model.users.length;
  const differences = measures.map(measure => differenceOf(pair, measure));
  const relative = measures.map((measure, n) => relativeTo(pair.beside, measure, differences[n]));
  const found = intervals(users, [...relative, ...differences], options);
  const everyone = new Uint32Array(users).fill(1);
  return byMeasure((_measure, index) => ({
    gain: relative[index]?.(everyone) ?? null,
    interval: found[index] ?? null,
    difference: differences[index]?.(everyone) ?? null,
    differenceInterval: found[measures.length + index] ?? null,
  }));
}

function differenceOf({ model, beside }: Pair, measure: Measure): Statistic {
  const [ours, theirs] = [ratioOf(model, measure), ratioOf(beside, measure)];
  const sign = isError(measure) ? -1 : 1;
  return times => {
    const [our, their] = [figureOf(ours, times), figureOf(theirs, times)];
    return our === null || their === null ? null : sign * (our - their);
  };
}

/** Null beside a model that is worth nothing. */
function relativeTo(beside: UserFigures, measure: Measure, difference: Statistic | undefined): Statistic {
  const theirs = ratioOf(beside, measure);
  return times => {
    const [more, their] = [difference?.(times) ?? null, figureOf(theirs, times)];
    return more === null || their === null || their === 0 ? null : more / their;
  };
}

function byMeasure<T>(valueOf: (measure: Measure, index: number) => T): Record<Measure, T> {
  const value = (measure: Measure): T => valueOf(measure, measures.indexOf(measure));
  return {
    rmse: value('rmse'),
    mae: value('mae'),
    ndcg10: value('ndcg10'),
    hr10: value('hr10'),
    map10: value('map10'),
    precision10: value('precision10'),
    recall10: value('recall10'),
  };
}
