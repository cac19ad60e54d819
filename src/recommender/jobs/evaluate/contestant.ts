/** What is compared: popularity, a retrain, and learning in cuts. */
import { Model, type ModelSettings } from '../../../als/index.ts';
import { interactions } from './interactions.ts';
import { Learnt } from './learnt.ts';
import { Popularity } from './popularity.ts';
import type { Ratings, Rows } from './ratings.ts';

/** Something that has learnt. Users and items are numbers of the ratings that it is judged by. */
export interface Contestant {
  /** Puts what each item is worth to a user into its place: greater is better, NaN of one that it cannot place. */
  scores(user: number, into: Float64Array): void;
  /** Estimated stars, on the scale. */
  stars(user: number, item: number): number;
}

/** Learns by the most obvious recommender: what most have rated is best, stars are means. */
export const popularity = (ratings: Ratings, train: Rows): Contestant => new Popularity(ratings, train);

/** Takes everything in at once and trains a generation on it. */
export function retrained(ratings: Ratings, train: Rows, settings: Partial<ModelSettings>): Contestant {
  const model = new Model(settings);
  model.learn(interactions(ratings, train));
  model.train();
  return new Learnt(model, ratings, train);
}

/**
 * What the product does: a generation trained on the first half in time, then the rest in cuts, never trained again.
 * All that the second half says was therefore learnt by touched rows and refresh alone.
 */
export function incremental(
  ratings: Ratings,
  train: Rows,
  settings: Partial<ModelSettings>,
  eventsPerCut: number,
): Contestant {
  const half = Math.floor(train.length / 2);
  const model = new Model(settings);
  model.learn(interactions(ratings, train.subarray(0, half)));
  model.train();
  for (let at = half; at < train.length; at += eventsPerCut)
    model.learn(interactions(ratings, train.subarray(at, at + eventsPerCut)));
  return new Learnt(model, ratings, train);
}
